"""Reads of a shopper's own orders of the shop: nothing of anybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef
from django.utils.translation import gettext_noop

from yutang.areas.catalog import queries as catalog
from yutang.areas.orders.models import Order, OrderItem, ShopOrder
from yutang.areas.orders.queries_shop import status_label
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

Status = Order.Status
ORDER = ("-ordered_at", "-id")
# tab → its name; deliveries and pickups wait for different things
TABS: dict[str, str] = {
    "": gettext_noop("All"),
    "to_pay": gettext_noop("To pay"),
    "to_ship": gettext_noop("To ship"),
    "to_pick_up": gettext_noop("To pick up"),
    "to_receive": gettext_noop("To receive"),
    "to_review": gettext_noop("To review"),
}
_WAITING = (Status.PAID, Status.PARTLY_SHIPPED)


@dataclass(frozen=True)
class Mine:
    """An order with its goods."""

    order: Order
    items: list[OrderItem]

    @property
    def status(self) -> str:
        return status_label(self.order, self.order.shop)

    @property
    def pieces(self) -> int:
        return sum(item.quantity for item in self.items)


def orders(customer_id: int, tab: str = "") -> QuerySet[Order]:
    """To be paged by `ORDER`."""
    found = Order.objects.filter(customer=customer_id, shop__isnull=False).select_related("shop__pickup_node")
    if tab == "to_pay":
        return found.filter(status=Status.UNPAID)
    if tab == "to_ship":
        return found.filter(status__in=_WAITING).exclude(shop__fulfilment=ShopOrder.Fulfilment.PICKUP)
    if tab == "to_pick_up":
        return found.filter(status__in=_WAITING, shop__fulfilment=ShopOrder.Fulfilment.PICKUP)
    if tab == "to_receive":
        return found.filter(status=Status.SHIPPED)
    if tab == "to_review":
        unsaid = _reviewable().filter(~catalog.is_reviewed(OuterRef("pk")), order=OuterRef("pk"))
        return found.filter(Exists(unsaid))
    return found


def to_review(order_id: int) -> list[OrderItem]:
    """What the buyer may review, reviewed already or not."""
    return list(_reviewable().filter(order=order_id).order_by("position"))


def _reviewable() -> QuerySet[OrderItem]:
    """Items that the buyer has, of orders that are done; not what was sent in exchange: it has its review already; nor
    gifts."""
    has_it = OrderItem.objects.filter(shipped__gt=F("returned") - F("cancelled"), gift_coupon_id__isnull=True)
    return has_it.filter(order__status=Status.COMPLETED, order__shop__replaces=None)


def order(customer_id: int | None, order_id: int) -> Order:
    """The checked door."""
    found = orders(customer_id).filter(pk=order_id).first() if customer_id is not None else None
    if found is None:
        raise NotFound
    return found


def may_readdress(order: Order, shop: ShopOrder) -> bool:
    """Whether it may still go elsewhere (services.change_address)."""
    is_sent = shop.fulfilment in (ShopOrder.Fulfilment.DELIVERY, ShopOrder.Fulfilment.LOCAL)
    return is_sent and order.status in (Status.UNPAID, Status.PAID)


def with_items(found: Sequence[Order]) -> list[Mine]:
    """One statement."""
    items: dict[int, list[OrderItem]] = {}
    for item in OrderItem.objects.filter(order__in=[one.pk for one in found]).order_by("order", "position"):
        items.setdefault(item.order_id, []).append(item)
    return [Mine(one, items.get(one.pk, [])) for one in found]


def counts(customer_id: int) -> dict[str, int]:
    """How many orders wait for something, by tab; two statements."""
    rows = orders(customer_id).filter(status__in=(Status.UNPAID, *_WAITING, Status.SHIPPED)).order_by()
    found = dict.fromkeys((tab for tab in TABS if tab), 0)
    for status, fulfilment, number in rows.values_list("status", "shop__fulfilment").annotate(Count("pk")):
        if status == Status.UNPAID:
            found["to_pay"] += number
        elif status == Status.SHIPPED:
            found["to_receive"] += number
        else:
            found["to_pick_up" if fulfilment == ShopOrder.Fulfilment.PICKUP else "to_ship"] += number
    found["to_review"] = orders(customer_id, "to_review").count()
    return found
