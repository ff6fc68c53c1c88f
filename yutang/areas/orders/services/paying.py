"""An order has its money, or will never get it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.db import connection, transaction

from yutang.areas.customers.models import Identity
from yutang.areas.inventory import services as stock
from yutang.areas.orders import perks
from yutang.areas.orders.errors import WrongState
from yutang.areas.orders.events import OrderPaid
from yutang.areas.orders.models import Order, OrderItem, OrderStep, SaleLine, ShopOrder
from yutang.areas.orders.services.facts import sale_line
from yutang.areas.orders.services.placing import PAYABLE, held_by
from yutang.areas.payments import queries as payments_of
from yutang.areas.payments import services as payments
from yutang.areas.payments.payables import Due
from yutang.core import audit, clock, events, jobs, prepared, tenancy

if TYPE_CHECKING:
    from yutang.core.access import Actor

Status = Order.Status
# Ten of twelve digits by chance; the last two follow from them, so that a slip of the finger is no other order.
_CHECK = 97
_PAID = """
WITH shop AS (UPDATE orders_shoporder SET expires_at = NULL WHERE order_id = %s)
UPDATE orders_order SET status = %s, paid_at = %s, updated_at = %s, sold_amount = %s, line_count = %s WHERE id = %s
RETURNING id
"""
_LOCKED = "orders_order.id = %s AND orders_shoporder.order_id = orders_order.id FOR NO KEY UPDATE"


def due(order_id: int) -> Due:
    """What `payments` asks (payables.Payable.lock)."""
    order = lock(order_id)
    shop = order.shop
    return Due(
        amount=shop.total, currency=shop.currency, is_open=order.status == Status.UNPAID,
        is_settled=order.paid_at is not None, subject=order.order_no, customer_id=order.customer_id,
        node_id=order.node_id,
    )  # fmt: skip


def settle(order_id: int, actor: Actor) -> Order:
    """The money is complete: stock is sold, facts are written, all in the transaction that took the money."""
    order = lock(order_id)
    if order.status != Status.UNPAID:
        raise RuntimeError(f"order {order_id} cannot be settled as {order.status}")
    now = clock.now()
    if order.identity_id is not None:  # whose facts the lines are
        [order.identity] = prepared.instances(Identity, "id = %s", [order.identity_id])
    items = prepared.instances(OrderItem, "order_id = %s ORDER BY position", [order_id])
    lines = [
        sale_line(
            order, str(item.position + 1), SaleLine.Kind.GOODS, item.amount, now, item=item, quantity=item.quantity
        )
        for item in items
    ]  # fmt: skip
    if order.shop.freight:
        lines.append(sale_line(order, "#freight", SaleLine.Kind.FREIGHT, order.shop.freight, now))
    prepared.insert(lines)
    order.status, order.paid_at, order.updated_at = Status.PAID, now, now
    order.sold_amount, order.line_count = sum(line.amount for line in lines), len(lines)
    prepared.rows(_PAID, [order_id, order.status, now, now, order.sold_amount, order.line_count, order_id])
    if order.shop.fulfilment == ShopOrder.Fulfilment.PICKUP:
        _give_code(order_id, actor)
    note(order, "paid", actor)
    events.publish(
        OrderPaid(
            merchant_id=actor.merchant_id, order_id=order_id, customer_id=order.customer_id, total=order.shop.total
        )
    )  # fmt: skip
    # Last, as when it was held: buyers of the same goods wait for each other only while this commits.
    stock.confirm(key=held_by(order_id), actor=actor)
    return order


@transaction.atomic
def close(*, order_id: int, because: str, actor: Actor) -> Order:
    """Gives up an unpaid order: the stock is for others, money that came for a part of it goes back. Closing a closed
    order again is nothing; WrongState when it is paid."""
    order = lock(order_id)
    if order.status == Status.CLOSED:
        return order
    if order.status != Status.UNPAID:
        raise WrongState(order_no=order.order_no, status=order.get_status_display())
    order.status, order.updated_at = Status.CLOSED, clock.now()
    order.save(update_fields=["status", "updated_at"])
    ShopOrder.objects.filter(pk=order_id).update(closed_because=because, expires_at=None)
    perks.release(order_id=order_id, actor=actor)
    note(order, "closed", actor, because=because)
    if actor.kind == "user":  # what time does by itself stands in the history of the order
        audit.record("orders.close", actor=actor, object_type="order", object_id=order_id)
    payable = PAYABLE, order_id
    if paid := payments_of.paid_amount(payable):
        payments.refund_payable(
            payable=payable, amount=paid, key=f"closed:{order_id}", reason="closed", actor=actor
        )  # fmt: skip
    stock.release(key=held_by(order_id), actor=actor)  # last, as everywhere: coupons, points, balances, then stock
    jobs.defer(
        "payments.close_tenders", merchant_id=actor.merchant_id, payable_type=PAYABLE, payable_id=order_id
    )  # fmt: skip
    return order


def close_expired(*, now: datetime, limit: int = 200, actor: Actor) -> int:
    """Closes orders that nobody paid in time, each in a transaction of its own; how many. Repeat until 0."""
    with tenancy.scope(actor.merchant_id):
        overdue = list(
            ShopOrder.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("order_id", flat=True)
            [:limit]
        )  # fmt: skip
    for order_id in overdue:
        with tenancy.scope(actor.merchant_id):
            if lock(order_id).status == Status.UNPAID:  # else the money was faster
                close(order_id=order_id, because="not_paid", actor=actor)
    return len(overdue)


def lock(order_id: int) -> Order:
    """The order with its shop half, locked until the transaction ends. Every change of an order begins here.

    Both rows are locked: of a row that is only joined, whoever had to wait would see what was there before."""
    found = prepared.joined((Order, ShopOrder), _LOCKED, [order_id])
    if not found:
        raise Order.DoesNotExist
    order, order.shop = found[0]
    return cast("Order", order)


def note(order: Order, what: str, actor: Actor, **detail: object) -> None:
    """Writes the history."""
    step = OrderStep(
        merchant_id=order.merchant_id, order=order, what=what, status=order.status, detail=detail, by=actor.name
    )
    prepared.insert([step])


# -- parts -------------------------------------------------------------------------------------------------------


def _give_code(order_id: int, actor: Actor) -> None:
    """A code that no order of the merchant has; chance makes a second try rare, the unique index makes it certain."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "UPDATE orders_shoporder SET pickup_code = %(code)s WHERE order_id = %(order)s AND NOT EXISTS"
                " (SELECT FROM orders_shoporder WHERE merchant_id = %(merchant)s AND pickup_code = %(code)s)",
                {"code": new_code(), "order": order_id, "merchant": actor.merchant_id},
            )
            if cursor.rowcount:
                return


def new_code() -> str:
    """Twelve digits: ten by chance, two that check them (ISO 7064 MOD 97-10)."""
    digits = secrets.randbelow(10**10)
    return f"{digits:010d}{98 - digits * 100 % _CHECK:02d}"


def is_code(text: str) -> bool:
    """Whether the digits can be a pickup code at all."""
    return len(text) == 12 and text.isascii() and text.isdecimal() and int(text) % _CHECK == 1
