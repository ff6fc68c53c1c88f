"""What lies in somebody's cart today, what it costs, and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from yutang.areas.catalog import queries as catalog
from yutang.areas.customers import queries as customers
from yutang.areas.inventory import queries as inventory
from yutang.areas.orders import exclusive
from yutang.areas.orders.errors import FewerLeft, TooManyAtOnce
from yutang.areas.orders.models import CartLine, ShopOrder
from yutang.areas.orders.models.cart import MOST_PIECES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.areas.catalog.queries import Offer

Fulfilment = ShopOrder.Fulfilment
NEWEST_FIRST = ("-added_at", "-id")


@dataclass(frozen=True)
class Holder:
    """Whose cart: a browser's, by the shop's cookie, or a person's, by the account they are logged in with."""

    visitor: str = ""
    identity_id: int | None = None

    def __post_init__(self) -> None:
        if bool(self.visitor) == (self.identity_id is not None):
            raise ValueError("a cart is a browser's or a person's")
        if self.visitor and not re.fullmatch(r"[0-9a-f]{32}", self.visitor):
            raise ValueError("a visitor is 32 hexadecimal digits")


class Trouble(models.TextChoices):
    NOT_ON_SALE = "not_on_sale", _("No longer on sale")
    NOT_THIS_WAY = "not_this_way", _("Not for this way of delivery")
    SOLD_OUT = "sold_out", _("Sold out")
    FEWER_LEFT = "fewer_left", _("Fewer left")
    PRICE_CHANGED = "price_changed", _("Price changed")
    MEMBERS_ONLY = "members_only", _("For members only")


@dataclass(frozen=True)
class CartRow:
    """A SKU in the cart. `offer` is None when it does not exist any more; `available`: pieces that one store has, since
    an order takes all of a SKU from one; `price_before`: of one piece when it was put in; `whom`: for which members it
    is, where this buyer is none of them."""

    sku_id: int
    offer: Offer | None
    quantity: int
    available: int
    price_before: int
    added_at: datetime
    troubles: tuple[Trouble, ...]
    whom: str = ""

    @property
    def can_be_ordered(self) -> bool:
        return all(trouble == Trouble.PRICE_CHANGED for trouble in self.troubles)

    @property
    def amount(self) -> int:
        return self.offer.price * self.quantity if self.offer is not None else 0


@dataclass(frozen=True)
class Cart:
    """`rows`: what was put in last comes first."""

    rows: list[CartRow]
    chosen: frozenset[int]  # SKU ids; none of a row that cannot be ordered

    @property
    def total(self) -> int:
        """Of the chosen rows at today's prices, before what the pricing pipeline makes of them (services.quote)."""
        return sum(row.amount for row in self.rows if row.sku_id in self.chosen)

    @property
    def pieces(self) -> int:
        return sum(row.quantity for row in self.rows)


def cart(
    holder: Holder, *, fulfilment: str = "", node_id: int | None = None, chosen: Iterable[int] | None = None
) -> Cart:
    """`fulfilment`, `node_id`: the way of delivery and the store of a pickup, where they are known. `chosen`: SKU ids
    that were picked; by default all that can be ordered. Four statements at most, and two to four more where goods for
    members lie in it."""
    held: dict[int, tuple[int, int, datetime]] = {}
    for line in lines_of(holder).order_by(*NEWEST_FIRST):
        # Accounts of one person may hold the same: together that is one row, as it was seen last.
        quantity, price, added_at = held.get(line.sku_id, (0, line.price, line.added_at))
        held[line.sku_id] = (min(quantity + line.quantity, MOST_PIECES), price, added_at)
    if not held:
        return Cart([], frozenset())
    offers = catalog.offers(held)
    closed = closed_to(holder, offers.values())
    most = dict.fromkeys(held, 0)
    for stock in inventory.stock(held, node_ids=None if node_id is None else [node_id]):
        most[stock.sku_id] = max(most[stock.sku_id], stock.available)
    rows = [
        CartRow(
            sku_id, offers.get(sku_id), quantity, most[sku_id], price, added_at,
            tuple(_troubles(offers.get(sku_id), quantity, most[sku_id], price, fulfilment, sku_id in closed)),
            closed.get(sku_id, ""),
        )
        for sku_id, (quantity, price, added_at) in held.items()
    ]  # fmt: skip
    good = frozenset(row.sku_id for row in rows if row.can_be_ordered)
    return Cart(rows, good if chosen is None else good & frozenset(chosen))


def closed_to(holder: Holder, offers: Iterable[Offer]) -> dict[int, str]:
    """SKU id → for whom it is, of what whoever holds the cart may not buy. Nobody knows who a browser is."""
    limited = [offer for offer in offers if offer.is_exclusive]
    if not limited:
        return {}
    person = customers.accounts_of(holder.identity_id)[0] if holder.identity_id is not None else None
    return exclusive.closed_to(person, limited)


def refuse_too_many(offer: Offer, quantity: int) -> None:
    """Before anybody fills in an address for what cannot be had. TooManyAtOnce, FewerLeft. One statement, none for a
    single piece: whether there is one the product's page has said."""
    if quantity > MOST_PIECES:
        raise TooManyAtOnce(field="quantity", title=offer.title, most=MOST_PIECES)
    if quantity > 1:  # all of a SKU come from one store
        most = max((stock.available for stock in inventory.stock([offer.sku_id])), default=0)
        if quantity > most:
            raise FewerLeft(field="quantity", title=offer.title, available=max(most, 0))


def size(holder: Holder) -> int:
    """Pieces in the cart, for the number on its button."""
    found = lines_of(holder).aggregate(pieces=Sum("quantity"))
    return found["pieces"] or 0


def lines_of(holder: Holder) -> QuerySet[CartLine]:
    """The lines of a browser, or of all accounts of a person."""
    if holder.identity_id is None:
        return CartLine.objects.filter(visitor=holder.visitor)
    _, accounts = customers.accounts_of(holder.identity_id)
    return CartLine.objects.filter(identity__in=accounts)


def can_be_had(offer: Offer, fulfilment: str) -> bool:
    """Whether goods reach the buyer this way; "" is not known yet."""
    if fulfilment in (Fulfilment.DELIVERY, Fulfilment.LOCAL):
        return offer.is_delivered
    return offer.is_picked_up or fulfilment != Fulfilment.PICKUP


def _troubles(
    offer: Offer | None, quantity: int, available: int, price: int, fulfilment: str, is_closed: bool
) -> Iterable[Trouble]:  # fmt: skip
    if offer is None or not offer.is_on_sale:
        yield Trouble.NOT_ON_SALE
        return
    if not can_be_had(offer, fulfilment):
        yield Trouble.NOT_THIS_WAY
    if is_closed:
        yield Trouble.MEMBERS_ONLY
    if available <= 0:
        yield Trouble.SOLD_OUT
    elif available < quantity:
        yield Trouble.FEWER_LEFT
    if offer.price != price:
        yield Trouble.PRICE_CHANGED
