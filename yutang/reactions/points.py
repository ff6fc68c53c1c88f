"""What paid and refunded orders do to points."""

from __future__ import annotations

from yutang.areas.orders import queries_shop as orders
from yutang.areas.orders.events import OrderPaid, OrderRefunded
from yutang.areas.points import services as points
from yutang.core import access, events


@events.on(OrderPaid)
def give_points(event: OrderPaid) -> None:
    _follow(event.merchant_id, event.order_id, event.customer_id, may_give=True)


@events.on(OrderRefunded)
def take_points(event: OrderRefunded) -> None:
    _follow(event.merchant_id, event.order_id, event.customer_id, may_give=False)


def _follow(merchant_id: int, order_id: int, customer_id: int | None, *, may_give: bool) -> None:
    """The points go to where the order's money is by now, whichever event comes first."""
    sums = orders.sums(order_id)
    points.follow_order(
        order_id=order_id, customer_id=customer_id, paid=sums.paid, refunded=sums.refunded, may_give=may_give,
        actor=access.system(merchant_id, "points"),
    )  # fmt: skip
