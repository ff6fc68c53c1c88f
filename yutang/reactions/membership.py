"""Growth from what people buy and say."""

from __future__ import annotations

from yutang.areas.membership.services import growing
from yutang.areas.orders import queries_member
from yutang.areas.orders.events import OrderPaid, OrderRefunded, ReviewWritten
from yutang.core import access, events


@events.on(OrderPaid)
def grow(event: OrderPaid) -> None:
    paid = queries_member.paid(event.order_id)
    if paid is not None:
        growing.purchase(
            order_id=event.order_id, customer_id=paid.customer_id, home_id=paid.home_id, total=paid.total,
            actor=access.system(event.merchant_id, "orders.paid"),
        )  # fmt: skip


@events.on(OrderRefunded)
def shrink(event: OrderRefunded) -> None:
    paid = queries_member.paid(event.order_id)
    if paid is not None:
        growing.take_back(
            order_id=event.order_id, total=paid.total, refunded=paid.refunded,
            actor=access.system(event.merchant_id, "orders.refunded"),
        )  # fmt: skip


@events.on(ReviewWritten)
def thank(event: ReviewWritten) -> None:
    growing.review(
        review_id=event.review_id, customer_id=event.customer_id, home_id=event.home_customer_id,
        actor=access.system(event.merchant_id, "orders.review_written"),
    )  # fmt: skip
