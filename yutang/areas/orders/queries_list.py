"""The list of orders of all channels, by what waits and by what is typed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import CharField, Q, Value

from yutang.areas.orders.models import Order, OrderItem, Parcel, SalesChannel, ShopOrder
from yutang.areas.orders.queries import orders
from yutang.areas.orders.services.fulfilling import BY_POST
from yutang.areas.orders.services.paying import is_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.core.access import Actor

Status = Order.Status
ORDER = ("-ordered_at", "-id")
TABS = ("", "unpaid", "to_ship", "to_ship_elsewhere", "to_pick_up", "to_receive", "done", "closed")
WAITING = ("unpaid", "to_ship", "to_ship_elsewhere", "to_pick_up", "to_receive")
PAYMENTS = ("paid", "unpaid", "refunded")
TO_HAND_OVER = (Status.PAID, Status.PARTLY_SHIPPED)
_STATUS = {
    "unpaid": (Status.UNPAID,), "to_ship": TO_HAND_OVER, "to_ship_elsewhere": TO_HAND_OVER,
    "to_pick_up": TO_HAND_OVER, "to_receive": (Status.SHIPPED,), "done": (Status.COMPLETED,),
    "closed": (Status.CLOSED,),
}  # fmt: skip
MOST_BY_NUMBER = 100
MOST_COUNTED = 100


@dataclass(frozen=True)
class Search:
    """Empty filters let everything through. `text`: a number of the order, of a parcel or to pick it up; or the order
    is of one of the `customer_ids`, whom the caller found by it. `sku_ids`: it holds one of these (own shop only)."""

    tab: str = ""
    text: str = ""
    customer_ids: frozenset[int] = frozenset()
    sku_ids: frozenset[int] | None = None
    channel_id: int | None = None
    nodes: frozenset[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    payment: str = ""


def search(actor: Actor, wanted: Search) -> QuerySet[Order]:
    """To be paged by `ORDER`; each with its shop half where it has one."""
    # Channels and stores are read apart: PostgreSQL keeps no statistics of such small tables, and joined with them it
    # sorts all orders instead of walking the index of the newest.
    found = orders(actor).select_related(None).select_related("shop").prefetch_related("channel", "node")
    found = _in_tab(found, wanted.tab)
    if wanted.text:
        found = found.filter(Q(pk__in=_by_number(wanted.text)) | Q(customer__in=wanted.customer_ids))
    if wanted.sku_ids is not None:
        found = found.filter(pk__in=OrderItem.objects.filter(sku_id__in=wanted.sku_ids).values("order_id"))
    if wanted.channel_id is not None:
        found = found.filter(channel=wanted.channel_id)
    if wanted.nodes is not None:
        found = found.filter(node__in=wanted.nodes)
    if wanted.since is not None:
        found = found.filter(ordered_at__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(ordered_at__lt=wanted.until)
    return _paid(found, wanted.payment)


def waiting(actor: Actor, tabs: Mapping[str, str]) -> dict[str, int]:
    """Tab → how many orders wait in it within reach of the permission that is given for it, counted up to
    `MOST_COUNTED`; one statement for all tabs."""
    parts = [
        _in_tab(orders(actor, permission).select_related(None), tab).values_list(Value(tab, CharField()))[:MOST_COUNTED]
        for tab, permission in tabs.items() if actor.may(permission)
    ]  # fmt: skip
    return dict(Counter(tab for (tab,) in parts[0].union(*parts[1:], all=True))) if parts else {}


def to_ship(
    actor: Actor, *, nodes: frozenset[int] | None = None, permission: str = "orders.view", size: int = 500
) -> Iterator[list[Order]]:  # fmt: skip
    """Orders of the own shop that wait for a carrier, the oldest first, page by page, each with its shop half."""
    found = orders(actor, permission).select_related(None).select_related("shop").filter(status__in=TO_HAND_OVER)
    found = found.filter(shop__fulfilment=ShopOrder.Fulfilment.DELIVERY)
    if nodes is not None:
        found = found.filter(node__in=nodes)
    found = found.order_by("ordered_at", "pk")
    after = found
    while page := list(after[:size]):
        yield page
        last = page[-1]
        after = found.filter(Q(ordered_at__gt=last.ordered_at) | Q(ordered_at=last.ordered_at, pk__gt=last.pk))


def by_number(actor: Actor, numbers: Collection[str], *, permission: str) -> dict[str, Order]:
    """Orders of the own shop that a carrier takes, by their number."""
    found = orders(actor, permission).select_related(None).filter(order_no__in=numbers)
    sent = found.filter(shop__fulfilment=ShopOrder.Fulfilment.DELIVERY)
    return {order.order_no: order for order in sent}


def parcels_by_tracking(numbers: Collection[str]) -> dict[str, dict[int, str]]:
    """Tracking number → the orders it belongs to: id → number."""
    found: dict[str, dict[int, str]] = {}
    rows = Parcel.objects.filter(tracking_no__in=set(numbers) - {""})
    for tracking_no, order_id, order_no in rows.values_list("tracking_no", "order_id", "order__order_no"):
        found.setdefault(tracking_no, {})[order_id] = order_no
    return found


def sales_channels() -> list[SalesChannel]:
    return list(SalesChannel.objects.order_by("source", "shop"))


def items_of(order_ids: Iterable[int]) -> dict[int, list[OrderItem]]:
    """The items of orders of the own shop; one query."""
    found: dict[int, list[OrderItem]] = {}
    for item in OrderItem.objects.filter(order__in=list(order_ids)).order_by("order_id", "position"):
        found.setdefault(item.order_id, []).append(item)
    return found


def _in_tab(found: QuerySet[Order], tab: str) -> QuerySet[Order]:
    if tab:
        found = found.filter(status__in=_STATUS[tab])
    if tab == "to_ship":
        return found.filter(shop__fulfilment__in=BY_POST)
    if tab == "to_ship_elsewhere":  # a marketplace, where goods are shipped
        return found.filter(shop__isnull=True)
    return found.filter(shop__fulfilment=ShopOrder.Fulfilment.PICKUP) if tab == "to_pick_up" else found


def _by_number(text: str) -> set[int]:
    """Two shops may use the same number of an order; a parcel may hold a part of one."""
    numbers = Order.objects.filter(order_no=text[:80]).values_list("pk", flat=True)
    found = set(numbers[:MOST_BY_NUMBER])
    if is_code(text):
        found.update(ShopOrder.objects.filter(pickup_code=text).values_list("pk", flat=True))
    parcels = Parcel.objects.filter(tracking_no=text[:60]).exclude(tracking_no="")
    return found | set(parcels.values_list("order_id", flat=True)[:MOST_BY_NUMBER])


def _paid(found: QuerySet[Order], payment: str) -> QuerySet[Order]:
    if payment == "paid":
        return found.filter(paid_at__isnull=False)
    if payment == "unpaid":
        return found.filter(paid_at__isnull=True)
    return found.filter(refunded_amount__lt=0) if payment == "refunded" else found
