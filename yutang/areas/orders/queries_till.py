"""Reads of the till: what lies on the counter and what it costs, parked baskets, what was sold today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.catalog import queries as catalog
from yutang.areas.inventory import queries as inventory
from yutang.areas.orders import pricing, queries_perks
from yutang.areas.orders.models import Order, ShopOrder, TillBasket
from yutang.areas.orders.queries_shop import shop_order
from yutang.areas.orders.services import baskets, selling
from yutang.areas.orders.services.quoting import quote
from yutang.areas.wallet import queries as balances
from yutang.core.errors import DomainError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.areas.catalog.queries import Offer
    from yutang.areas.orders.pricing import Quote
    from yutang.core.access import Actor

SALES_ORDER = ("-ordered_at", "-id")
MOST_PARKED = 30

rules = baskets.rules


@dataclass(frozen=True)
class CounterRow:
    """A line on the counter. Amounts for all pieces, None where nothing can be quoted; `given`: what staff made one
    piece cost."""

    sku_id: int
    offer: Offer | None
    pieces: int
    available: int
    list_amount: int | None
    amount: int | None
    given: int | None

    @property
    def is_short(self) -> bool:
        return self.available < self.pieces


@dataclass(frozen=True)
class Counter:
    """`rows`: the newest first. `refusal`: why it cannot be sold like this. What the buyer has, where there is a buyer:
    `coupons`, `points`, and once a code was shown `balance` in minor units."""

    basket: TillBasket
    rows: list[CounterRow]
    quote: Quote | None
    refusal: str
    coupons: queries_perks.Coupons | None = None
    points: queries_perks.Points | None = None
    balance: int = 0

    @property
    def pieces(self) -> int:
        return sum(row.pieces for row in self.rows)

    @property
    def taken_off(self) -> int:
        return pricing.lowered_by(self.quote)[0] if self.quote else 0

    @property
    def member_off(self) -> int:
        """What the buyer's level or card takes off."""
        return -sum(reason.amount for reason in self.quote.reasons if reason.step == "level") if self.quote else 0

    @property
    def is_sellable(self) -> bool:
        return self.quote is not None and not self.refusal and not any(row.is_short for row in self.rows)


def counter(basket: TillBasket, *, currency: str) -> Counter:
    """Four statements for any number of lines, more where there is a buyer."""
    wanted = basket.wanted
    if not wanted:
        return Counter(basket, [], None, "")
    offers, there = catalog.offers(wanted), on_hand(wanted, basket.node_id)
    quoted, refusal, wish = None, "", selling.wish(basket)
    customer = basket.identity.customer_id if basket.identity else None
    try:
        quoted = quote(wish=wish, customer_id=customer, currency=currency)
        selling.refuse_discount(*pricing.lowered_by(quoted))
    except DomainError as error:
        refusal = str(error)
    amounts = {line.line.offer.sku_id: line for line in quoted.lines} if quoted else {}
    rows = []
    for sku_id, pieces in reversed(wanted.items()):
        line = amounts.get(sku_id)
        rows.append(
            CounterRow(
                sku_id, offers.get(sku_id), pieces, there.get(sku_id, 0), line.list_amount if line else None,
                line.amount if line else None, basket.prices.get(str(sku_id)),
            )
        )  # fmt: skip
    if quoted is None or customer is None:
        return Counter(basket, rows, quoted, refusal)
    own = queries_perks.OWN if basket.coupons else queries_perks.NONE
    mode = queries_perks.AUTO if basket.coupons == queries_perks.AUTO else own
    return Counter(
        basket, rows, quoted, refusal,
        queries_perks.coupons(wish=wish, quote=quoted, customer_id=customer, currency=currency, mode=mode),
        queries_perks.points(wish=wish, quote=quoted, customer_id=customer),
        balances.balance(customer, currency).total if basket.is_shown else 0,
    )  # fmt: skip


def on_hand(sku_ids: Iterable[int], node_id: int) -> dict[int, int]:
    """SKU → pieces that this store can sell now."""
    return {row.sku_id: row.available for row in inventory.stock(sku_ids, node_ids=[node_id])}


def parked(node_id: int) -> list[TillBasket]:
    """Of a store, the one parked last first."""
    found = TillBasket.objects.filter(node=node_id, parked_at__isnull=False).select_related("identity__customer")
    return list(found.order_by("-parked_at")[:MOST_PARKED])


def sales(node_id: int, *, since: datetime) -> QuerySet[Order]:
    """What the tills of a store sold; to be paged by `SALES_ORDER`."""
    found = Order.objects.filter(node=node_id, ordered_at__gte=since, shop__fulfilment=ShopOrder.Fulfilment.COUNTER)
    return found.select_related("shop")


def sale(actor: Actor, order_id: int, permission: str) -> Order:
    """The checked door to a sale over the counter."""
    found = shop_order(actor, order_id, permission)
    if found.shop.fulfilment != ShopOrder.Fulfilment.COUNTER:
        raise NotFound
    return found
