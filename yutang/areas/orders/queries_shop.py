"""Reads of orders of the own shop: one with everything that happened to it, and the pickup desk's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.customers.addresses import Recipient
from yutang.areas.orders.errors import CodeUsed, UnknownPickupCode, WrongState, WrongStore
from yutang.areas.orders.models import Adjustment, Order, OrderItem, OrderStep, Parcel, PickupUse, ShopOrder
from yutang.areas.orders.queries import orders
from yutang.areas.orders.services.paying import is_code
from yutang.areas.orders.services.placing import PAYABLE
from yutang.areas.payments import queries as payments
from yutang.core import crypto
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.areas.payments.models import Refund, Tender
    from yutang.core.access import Actor

PICKED_UP_ORDER = ("-handed_over_at", "-id")


@dataclass(frozen=True)
class Priced:
    """An item, and each step of its price."""

    item: OrderItem
    reasons: list[Adjustment]


@dataclass(frozen=True)
class Whole:
    """An order with everything that hangs on it; `tenders` in the order they were paid, each with its refunds."""

    items: list[Priced]
    freight: list[Adjustment]
    steps: list[OrderStep]
    parcels: list[Parcel]
    pickups: list[PickupUse]
    tenders: list[tuple[Tender, list[Refund]]]


def shop_order(actor: Actor, order_id: int, permission: str = "orders.view") -> Order:
    """The checked door to an order of the own shop; NotFound for those of other channels."""
    ours = orders(actor, permission).select_related("channel", "node", "shop__pickup_node").filter(shop__isnull=False)
    found = ours.filter(pk=order_id).first()
    if found is None:
        raise NotFound
    return found


def shop_half(order: Order) -> ShopOrder | None:
    """None for an order of another channel."""
    return ShopOrder.objects.filter(pk=order.pk).select_related("pickup_node").first()


def whole(order: Order) -> Whole:
    """Seven queries at most; history of an order of another channel is what staff wrote on it."""
    reasons: dict[int | None, list[Adjustment]] = {}
    for reason in Adjustment.objects.filter(order=order).order_by("pk"):
        reasons.setdefault(reason.position, []).append(reason)
    return Whole(
        items=[
            Priced(item, reasons.get(item.position, []))
            for item in OrderItem.objects.filter(order=order).order_by("position")
        ],
        freight=reasons.get(None, []),
        steps=list(OrderStep.objects.filter(order=order).order_by("-pk")),
        parcels=list(Parcel.objects.filter(order=order).order_by("pk")),
        pickups=list(PickupUse.objects.filter(order=order).select_related("node").order_by("pk")),
        tenders=tenders(order.pk),
    )


def tenders(order_id: int) -> list[tuple[Tender, list[Refund]]]:
    """What was paid, in that order, each with its refunds."""
    paid = payments.tenders_of((PAYABLE, order_id))
    refunds = payments.refunds_of([tender.pk for tender in paid]) if paid else {}
    return [(tender, refunds.get(tender.pk, [])) for tender in paid]


def items(order_id: int) -> list[OrderItem]:
    """In their order."""
    return list(OrderItem.objects.filter(order=order_id).order_by("position"))


@dataclass(frozen=True, slots=True)
class Sums:
    """What was paid for an order, and what of it went back so far; minor units."""

    paid: int
    refunded: int


def has_exactly(order_id: int, lines: Iterable[tuple[int, int]]) -> bool:
    """Whether these (SKU id, pieces) are what was ordered. Gifts were not."""
    ordered = OrderItem.objects.filter(order=order_id, gift_coupon_id=None).values_list("sku_id", "quantity")
    return sorted(ordered) == sorted(lines)


def sums(order_id: int) -> Sums:
    """Zeros while it is not paid. Asked by jobs, about any order."""
    found = Order.objects.only("sold_amount", "refunded_amount").get(pk=order_id)
    return Sums(found.sold_amount, -found.refunded_amount)


def parcels(order_id: int) -> list[Parcel]:
    """The oldest first."""
    return list(Parcel.objects.filter(order=order_id).order_by("pk"))


def parcel(order_id: int, parcel_id: int) -> Parcel:
    found = Parcel.objects.filter(order=order_id, pk=parcel_id).first()
    if found is None:
        raise NotFound
    return found


def paid_for(order_id: int) -> OrderItem:
    """What an order at no price replaces (services.replace): where its money lies."""
    found = ShopOrder.objects.select_related("replaces").get(pk=order_id).replaces
    if found is None:
        raise NotFound
    return found


def recipient(shop: ShopOrder, *, is_masked: bool = False) -> Recipient | None:
    """Whom it goes to. In full only for who may unmask (services.reveal_recipient)."""
    if shop.recipient is None:
        return None
    found = Recipient.opened(shop.recipient, shop.merchant_id)
    if not is_masked:
        return found
    return replace(
        found, name=found.name[:1] + "**" if found.name else "",
        phone=crypto.mask_phone(found.phone) if found.phone else "", street="****" if found.street else "",
    )  # fmt: skip


def paid_by_store(*, since: datetime, until: datetime, nodes: frozenset[int] | None) -> dict[int, int]:
    """Store → orders of the own shop that were placed in this time and paid. Replacements sent free of charge are
    none."""
    found = Order.objects.filter(ordered_at__gte=since, ordered_at__lt=until, paid_at__isnull=False)
    found = found.filter(shop__isnull=False, shop__replaces=None)
    if nodes is not None:
        found = found.filter(node__in=nodes)
    return dict(found.order_by().values_list("node_id").annotate(Count("pk")))


# -- the pickup desk ---------------------------------------------------------------------------------------------------


def to_pick_up(*, code: str, node_id: int) -> tuple[Order, list[OrderItem]]:
    """What waits at this store for whoever shows the code. The errors of services.pick_up, and as little said about
    orders of other stores."""
    known = ShopOrder.objects.filter(pickup_code=code) if is_code(code) else ShopOrder.objects.none()
    found = known.select_related("pickup_node", "order__node", "order__channel").first()
    if found is None:
        raise UnknownPickupCode(field="code")
    if found.pickup_node_id != node_id:
        raise WrongStore(field="code", store=str(found.pickup_node))
    order = found.order
    if order.status == Order.Status.COMPLETED and order.completed_at is not None:
        raise CodeUsed(field="code", at=timezone.localtime(order.completed_at).strftime("%Y-%m-%d %H:%M"))
    if order.status not in (Order.Status.PAID, Order.Status.PARTLY_SHIPPED):
        raise WrongState(field="code", order_no=order.order_no, status=order.get_status_display())
    return order, list(OrderItem.objects.filter(order=order).order_by("position"))


def picked_up(*, node_id: int, since: datetime) -> QuerySet[PickupUse]:
    """What a store handed over; to be paged by `PICKED_UP_ORDER`."""
    return PickupUse.objects.filter(node=node_id, handed_over_at__gte=since).select_related("order__shop")


def status_label(order: Order, shop: ShopOrder | None) -> str:
    """What an order waits for, as the tabs call it."""
    if shop is not None and shop.fulfilment == ShopOrder.Fulfilment.PICKUP:
        if order.status == Order.Status.PAID:
            return gettext("To pick up")
        if order.status == Order.Status.PARTLY_SHIPPED:
            return gettext("Partly picked up")
    if shop is not None and shop.fulfilment == ShopOrder.Fulfilment.LOCAL and order.status == Order.Status.SHIPPED:
        return gettext("Out for delivery")
    return str(gettext("To receive") if order.status == Order.Status.SHIPPED else order.get_status_display())
