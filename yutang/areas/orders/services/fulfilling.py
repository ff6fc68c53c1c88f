"""Goods leave: in parcels, or against a pickup code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from yutang.areas.catalog.models import Product
from yutang.areas.inventory import services as stock
from yutang.areas.inventory.models import StockMove
from yutang.areas.inventory.services import Move
from yutang.areas.orders import holds
from yutang.areas.orders.errors import CodeUsed, PiecesHeld, TooManyPieces, UnknownPickupCode, WrongState, WrongStore
from yutang.areas.orders.events import OrderShipped
from yutang.areas.orders.models import Order, OrderItem, Parcel, PickupUse, ShopOrder
from yutang.areas.orders.services import paying
from yutang.areas.orders.services.paying import is_code, lock, note
from yutang.areas.orders.services.receiving import advance
from yutang.core import audit, clock, crypto, events

if TYPE_CHECKING:
    from yutang.core.access import Actor

Status = Order.Status
Fulfilment = ShopOrder.Fulfilment
BY_POST = (Fulfilment.DELIVERY, Fulfilment.LOCAL)
# position of an item → pieces; None: all that have not been handed over
Pieces = Mapping[int, int] | None


@transaction.atomic
def ship(
    *, order_id: int, pieces: Pieces = None, carrier: str = "", tracking_no: str = "", courier_phone: str = "",
    key: str, actor: Actor,
) -> Parcel:  # fmt: skip
    """Hands pieces to a carrier, or to the `carrier` of that name and phone who brings them. The same key again is the
    same parcel. WrongState, TooManyPieces, PiecesHeld."""
    order = lock(order_id)
    if earlier := Parcel.objects.filter(key=key).first():
        return earlier
    if order.shop.fulfilment not in BY_POST or order.status not in (Status.PAID, Status.PARTLY_SHIPPED):
        raise WrongState(order_no=order.order_no, status=order.get_status_display())
    given, is_all = _hand_over(order, pieces, f"parcel:{key}", actor)
    parcel = Parcel.objects.create(
        merchant_id=actor.merchant_id, order=order, key=key, carrier=carrier[:40], tracking_no=tracking_no[:60],
        pieces={str(position): quantity for position, quantity in given.items()}, by=actor.name,
        courier_phone=crypto.encrypt(courier_phone[:30], actor.merchant_id) if courier_phone else None,
    )  # fmt: skip
    advance(order, _after_shipping(order, is_all))
    note(order, "shipped", actor, parcel=parcel.pk, tracking_no=parcel.tracking_no)
    audit.record("orders.ship", actor=actor, object_type="order", object_id=order.pk, detail={"parcel": parcel.pk})
    events.publish(
        OrderShipped(
            merchant_id=actor.merchant_id, order_id=order.pk, customer_id=order.customer_id, parcel_id=parcel.pk
        )
    )  # fmt: skip
    return parcel


@transaction.atomic
def pick_up(
    *, code: str, node_id: int, pieces: Pieces = None, key: str, handed_over_at: datetime | None = None, actor: Actor
) -> PickupUse:  # fmt: skip
    """Hands pieces over to whoever shows the code, at the store that the order waits in.

    `key` names this handing over: a desk that was offline says it again with the same key, and it counts once.
    UnknownPickupCode, WrongStore, CodeUsed when everything is gone, TooManyPieces, WrongState."""
    if earlier := PickupUse.objects.filter(key=key).first():
        return earlier
    found = ShopOrder.objects.filter(pickup_code=code).select_related("pickup_node").first() if is_code(code) else None
    if found is None:
        raise UnknownPickupCode(field="code")
    if found.pickup_node_id != node_id:
        raise WrongStore(field="code", store=str(found.pickup_node))
    order = lock(found.pk)
    if earlier := PickupUse.objects.filter(key=key).first():  # said twice at once
        return earlier
    if order.status == Status.COMPLETED:
        at = timezone.localtime(order.completed_at).strftime("%Y-%m-%d %H:%M")
        raise CodeUsed(field="code", at=at)
    if order.status not in (Status.PAID, Status.PARTLY_SHIPPED):
        raise WrongState(field="code", order_no=order.order_no, status=order.get_status_display())
    given, is_all = _hand_over(order, pieces, f"pickup:{key}", actor)
    use = PickupUse.objects.create(
        merchant_id=actor.merchant_id, order=order, key=key, node_id=node_id, by=actor.name,
        pieces={str(position): quantity for position, quantity in given.items()},
        handed_over_at=handed_over_at or clock.now(),
    )  # fmt: skip
    advance(order, Status.COMPLETED if is_all else Status.PARTLY_SHIPPED)
    note(order, "picked_up", actor, use=use.pk)
    audit.record("orders.pick_up", actor=actor, object_type="order", object_id=order.pk, detail={"use": use.pk})
    return use


def settle(order_id: int, actor: Actor) -> None:
    """What being paid means (payables.Payable.settle); over the counter, goods leave with the money."""
    order = paying.settle(order_id, actor)
    if order.shop.fulfilment == Fulfilment.COUNTER and order.shop.replaces_id is None:
        _hand_over(order, None, f"counter:{order_id}", actor)
        advance(order, Status.COMPLETED)
        note(order, "completed", actor)


def _after_shipping(order: Order, is_all: bool) -> Order.Status:
    """What is no thing is there the moment it is sent: nobody waits for a parcel with a code in it."""
    if not is_all:
        return Status.PARTLY_SHIPPED
    has_things = OrderItem.objects.filter(order=order, kind=Product.Kind.GOODS).exists()
    return Status.SHIPPED if has_things else Status.COMPLETED


def _hand_over(order: Order, pieces: Pieces, key: str, actor: Actor) -> tuple[dict[int, int], bool]:
    """Position → pieces that left, and whether that was all of it."""
    items = list(OrderItem.objects.select_for_update().filter(order=order).order_by("position"))
    kept = holds.with_gifts(items, holds.held(order.pk))
    left = {item.position: max(item.left - kept.get(item.position, 0), 0) for item in items}
    wanted = {n: k for n, k in (left if pieces is None else pieces).items() if k}
    for item in items:
        if not 0 <= wanted.get(item.position, 0) <= left[item.position]:
            raise TooManyPieces(field="pieces", title=item.title, left=left[item.position])
    if not wanted and kept:
        raise PiecesHeld(field="pieces", order_no=order.order_no)
    if not wanted or set(wanted) - set(left):
        raise TooManyPieces(field="pieces", title=order.order_no, left=sum(left.values()))
    moves = []
    for item in items:
        if quantity := wanted.get(item.position, 0):
            item.shipped += quantity
            item.save(update_fields=["shipped"])
            moves.append(Move(item.sku_id, item.node_id, -quantity))
    stock.move(moves=moves, kind=StockMove.Kind.SHIPPED, key=key, source=("order", order.pk), actor=actor)
    return wanted, not any(item.left for item in items)
