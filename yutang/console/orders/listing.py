"""The list of orders as a screen composes it: orders, what they hold, who bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from yutang.areas.catalog import queries as catalog
from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries as orders
from yutang.areas.orders import queries_list, queries_shop
from yutang.areas.orders.queries_list import PAYMENTS, TABS, Search
from yutang.console.orders import labels
from yutang.console.staff.forms import id_of
from yutang.core import clock
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from yutang.areas.orders.models import Order, ShopOrder
    from yutang.ui.paging import Page

FILTERS = ("tab", "q", "product", "channel", "node", "since", "until", "payment")
MOST_PEOPLE = 1_000  # whom a text may name
MOST_PRODUCTS = 200
SHOWN = 2  # goods of an order on the list


@dataclass(frozen=True)
class Row:
    order: Order
    shop: ShopOrder | None
    status: str
    colour: str
    channel: str
    buyer: str
    goods: list[tuple[str, int]]
    more: int

    @property
    def pk(self) -> int:
        return self.order.pk

    @property
    def refunded(self) -> int:
        return -self.order.refunded_amount

    @property
    def amount(self) -> int:
        """What is to be paid, or what was kept of it."""
        return self.shop.total if self.shop and self.order.paid_at is None else self.order.net_amount


def filters(request: HttpRequest) -> dict[str, str]:
    """What the address asks for; unknown values count as empty."""
    found = {name: request.GET.get(name, "").strip()[:80] for name in FILTERS}
    known = {"tab": TABS, "payment": PAYMENTS}
    return {name: value if value in known.get(name, (value,)) else "" for name, value in found.items()}


def page(request: HttpRequest, wanted: dict[str, str]) -> Page:
    shown = page_of(found(request, wanted), request, order=queries_list.ORDER, size=30)
    shown.rows = _rows(request, shown.rows)
    return shown


def found(request: HttpRequest, wanted: dict[str, str]) -> QuerySet[Order]:
    return queries_list.search(request.actor, _search(request, wanted))


def _search(request: HttpRequest, wanted: dict[str, str]) -> Search:
    node, zone = id_of(wanted["node"]), request.merchant.timezone
    since, until = day_of(wanted["since"]), day_of(wanted["until"])
    people: frozenset[int] = frozenset()
    if wanted["q"] and request.actor.may("customers.view"):
        asked = customers.Search(text=wanted["q"])
        named = customers.people(
            request.actor, asked, namespaces=orders.sources(), region=request.merchant.phone_region
        )
        people = frozenset(named.order_by("-id").values_list("pk", flat=True)[:MOST_PEOPLE])
    return Search(
        tab=wanted["tab"], text=wanted["q"], customer_ids=people, channel_id=id_of(wanted["channel"]),
        payment=wanted["payment"], sku_ids=_skus(wanted["product"]) if wanted["product"] else None,
        nodes=merchants.descendants(frozenset({node})) if node is not None else None,
        since=clock.start_of_day(since, zone) if since else None,
        until=clock.end_of_day(until, zone) if until else None,
    )  # fmt: skip


def _skus(text: str) -> frozenset[int]:
    """Of products with this code or barcode, or with the text in their name."""
    wanted = catalog.Search(text=text)
    products = catalog.search(wanted).filter(rank__lte=2).order_by(*catalog.in_order(wanted))[:MOST_PRODUCTS]
    found = catalog.skus_of(product.pk for product in products)
    return frozenset(sku.pk for skus in found.values() for sku in skus)


def day_of(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def _rows(request: HttpRequest, found: list[Order]) -> list[Row]:
    """Three queries for any number of orders: goods of the own shop, goods of the others, names."""
    shops = {order.pk: order.shop for order in found if hasattr(order, "shop")}
    items = queries_list.items_of(shops)
    lines = orders.lines_of(order.pk for order in found if order.pk not in shops)
    buyers = {order.customer_id for order in found if order.customer_id is not None}
    names = customers.named(request.actor, buyers) if buyers and request.actor.may("customers.view") else {}
    rows = []
    for order in found:
        goods = [(one.shown_title, one.quantity) for one in items.get(order.pk, [])] or [
            (line.title or line.sku_code, line.quantity) for line in lines.get(order.pk, []) if line.kind == "goods"
        ]
        shop = shops.get(order.pk)
        rows.append(
            Row(
                order, shop, queries_shop.status_label(order, shop), labels.COLOURS[order.status],
                labels.channel(order), names.get(order.customer_id, ""), goods[:SHOWN], max(len(goods) - SHOWN, 0),
            )
        )  # fmt: skip
    return rows
