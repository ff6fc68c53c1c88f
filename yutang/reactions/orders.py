"""What follows from money that came for an order or went back, and from goods that left."""

from __future__ import annotations

from yutang.areas.aftersale import services as aftersale
from yutang.areas.orders import services as orders
from yutang.areas.orders.events import OrderPaid, OrderRefunded, OrderShipped
from yutang.core import access, events
from yutang.lake import writer


@events.on(OrderPaid)
def count_purchase(event: OrderPaid) -> None:
    _recount(event.merchant_id, event.customer_id)


@events.on(OrderRefunded)
def count_refund(event: OrderRefunded) -> None:
    _recount(event.merchant_id, event.customer_id)


@events.on(OrderShipped)
def end_exchange(event: OrderShipped) -> None:
    """A replacement has left, from whichever page: its exchange is done."""
    aftersale.order_shipped(order_id=event.order_id, actor=access.system(event.merchant_id, "orders.shipped"))


@events.on(OrderPaid)
def wait_for_invoice(event: OrderPaid) -> None:
    """An invoice asked for at the checkout can be issued now."""
    orders.invoicing.follow(order_id=event.order_id)


@events.on(OrderRefunded)
def reverse_invoice(event: OrderRefunded) -> None:
    """What was issued is too much; what was only asked for becomes less, or nothing."""
    orders.invoicing.follow(order_id=event.order_id)


def _recount(merchant_id: int, customer_id: int | None) -> None:
    """The figures of the person's page, and the snapshot that segments ask."""
    if customer_id is not None:
        orders.recompute_statistics([customer_id])
        writer.mark_people_changed(merchant_id)
