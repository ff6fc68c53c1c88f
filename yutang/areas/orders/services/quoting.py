"""What a basket would cost: goods, terms and freight templates are asked in one statement, then the steps run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yutang.areas.catalog import queries as catalog
from yutang.areas.customers.addresses import Recipient
from yutang.areas.membership import queries as membership
from yutang.areas.orders import exclusive, pricing, queries_local
from yutang.areas.orders.errors import EmptyBasket, NotOnSale, NotThisWay
from yutang.areas.orders.models import ShopOrder
from yutang.areas.orders.queries_cart import can_be_had
from yutang.core import clock
from yutang.core.questions import ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from yutang.areas.orders.pricing import Quote
    from yutang.core.questions import Answers, Question

Fulfilment = ShopOrder.Fulfilment


@dataclass(frozen=True)
class Wish:
    """What a buyer wants. `lines`: (SKU id, pieces). `node_id`: the store of a pickup or of same-city delivery, or the
    till. `pickup_from`, `pickup_until`: the slot at that store."""

    lines: Sequence[tuple[int, int]]
    fulfilment: str
    recipient: Recipient = field(default_factory=Recipient)
    node_id: int | None = None
    pickup_from: datetime | None = None
    pickup_until: datetime | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def pieces(self) -> dict[int, int]:
        """By SKU."""
        found: dict[int, int] = {}
        for sku_id, quantity in self.lines:
            found[sku_id] = found.get(sku_id, 0) + quantity
        return found


def quote(*, wish: Wish, customer_id: int | None, currency: str) -> Quote:
    """What it would cost now; nothing is written or held. EmptyBasket, NotOnSale, NotThisWay, OnlyForMembers, and
    what steps raise."""
    asked = questions(wish, wish.pieces, customer_id)
    return quoted(ask(**asked), wish=wish, customer_id=customer_id, currency=currency)


def questions(wish: Wish, sku_ids: Iterable[int], customer_id: int | None) -> dict[str, Question[Any]]:
    """What `quoted` wants to know, to be asked with whatever else the caller does."""
    asked: dict[str, Question[Any]] = {"offers": catalog.offers_question(sku_ids)}
    if wish.fulfilment == Fulfilment.DELIVERY:
        asked["freight"] = catalog.freight_question(sku_ids)
    if customer_id is not None:
        asked["terms"] = membership.terms_question(customer_id)
    return asked


def quoted(told: Answers, *, wish: Wish, customer_id: int | None, currency: str) -> Quote:
    """As `quote`."""
    pieces = wish.pieces
    if not pieces or min(pieces.values()) <= 0:
        raise EmptyBasket(field="lines")
    offers = told["offers"]
    terms = membership.NO_TERMS if customer_id is None else told["terms"]
    for sku_id in pieces:
        _must_be_had(offers.get(sku_id), wish.fulfilment)
        exclusive.must_be_for(offers[sku_id], terms)
    local = None
    if wish.fulfilment == Fulfilment.LOCAL and wish.node_id is not None:
        local = queries_local.reach(wish.node_id, wish.recipient)
    basket = pricing.Basket(
        lines=[pricing.Line(offers[sku_id], quantity) for sku_id, quantity in pieces.items()],
        fulfilment=wish.fulfilment, currency=currency, at=clock.now(), customer_id=customer_id,
        province=wish.recipient.province, terms=terms, choices=wish.choices, node_id=wish.node_id,
        freight=told["freight"] if wish.fulfilment == Fulfilment.DELIVERY else None, local=local,
    )  # fmt: skip
    return pricing.price(basket)


def _must_be_had(offer: catalog.Offer | None, fulfilment: str) -> None:
    if offer is None or not offer.is_on_sale:
        raise NotOnSale(field="lines", title=offer.title if offer else "?")
    if not can_be_had(offer, fulfilment):
        raise NotThisWay(field="fulfilment", title=offer.title)
