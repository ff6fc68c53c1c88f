"""The buyer has it: by their own word, or because time went by.

Each order acts in a transaction of its own, which also takes its deadline away: a run that is killed and repeated does
nothing twice, and of a tap and the deadline one finds the order completed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.orders import holds
from yutang.areas.orders.errors import AlreadyExtended, WrongState
from yutang.areas.orders.models import Order, ShopOrder
from yutang.areas.orders.queries_terms import terms
from yutang.areas.orders.services.paying import lock, note
from yutang.core import clock, tenancy

if TYPE_CHECKING:
    from yutang.core.access import Actor

Status = Order.Status
MORE_TIME = timedelta(days=3)
_LOOK_AGAIN = timedelta(days=1)  # at an order that somebody has to decide about


def advance(order: Order, status: Order.Status) -> None:
    """The next state of an order whose goods move; while all of them are on their way its receipt has a deadline."""
    now = clock.now()
    order.status, order.updated_at = status, now
    if status in (Status.SHIPPED, Status.COMPLETED) and order.shipped_at is None:
        order.shipped_at = now
    if status == Status.COMPLETED:
        order.completed_at = now
    order.save(update_fields=["status", "updated_at", "shipped_at", "completed_at"])
    if status != Status.PARTLY_SHIPPED:
        receive_by = now + timedelta(days=terms().receive_days) if status == Status.SHIPPED else None
        ShopOrder.objects.filter(pk=order.pk).update(receive_by=receive_by)


@transaction.atomic
def complete(*, order_id: int, because: str = "", actor: Actor) -> Order:
    """The buyer has everything. Again: nothing; WrongState."""
    order = lock(order_id)
    if order.status == Status.COMPLETED:
        return order
    if order.status != Status.SHIPPED:
        raise WrongState(order_no=order.order_no, status=order.get_status_display())
    advance(order, Status.COMPLETED)
    note(order, "completed", actor, **({"because": because} if because else {}))
    return order


@transaction.atomic
def extend(*, order_id: int, actor: Actor) -> Order:
    """The buyer wants three days more until the order is completed by itself; once. WrongState, AlreadyExtended."""
    order = lock(order_id)
    if order.status != Status.SHIPPED or order.shop.receive_by is None:
        raise WrongState(order_no=order.order_no, status=order.get_status_display())
    if order.shop.extended_at is not None:
        raise AlreadyExtended
    order.shop.receive_by += MORE_TIME
    order.shop.extended_at = clock.now()
    order.shop.save(update_fields=["receive_by", "extended_at"])
    note(order, "extended", actor)
    return order


def complete_received(*, now: datetime, limit: int = 200, actor: Actor) -> int:
    """Completes shipped orders whose time is over; how many were due. One about which a case is open is looked at
    again a day later. Repeat until 0."""
    with tenancy.scope(actor.merchant_id):
        due = ShopOrder.objects.filter(receive_by__lte=now).order_by("receive_by")
        orders = list(due.values_list("order_id", flat=True)[:limit])
    for order_id in orders:
        with tenancy.scope(actor.merchant_id):
            deadline = lock(order_id).shop.receive_by
            if deadline is None or deadline > now:  # the buyer was faster
                continue
            if holds.is_undecided(order_id):
                ShopOrder.objects.filter(pk=order_id).update(receive_by=now + _LOOK_AGAIN)
            else:
                complete(order_id=order_id, because="time", actor=actor)
    return len(orders)
