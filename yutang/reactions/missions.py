"""What people do elsewhere and tasks ask for."""

from __future__ import annotations

from yutang.areas.catalog.events import ReviewWritten
from yutang.areas.missions import services as missions
from yutang.areas.missions.models import Deed
from yutang.areas.orders import queries_shop as orders
from yutang.areas.orders.events import OrderPaid, OrderRefunded
from yutang.areas.relations.events import FriendBrought
from yutang.core import access, events


@events.on(ReviewWritten)
def count_review(event: ReviewWritten) -> None:
    _count(event.merchant_id, Deed.REVIEW, event.customer_id, str(event.review_id))


@events.on(OrderPaid)
def count_order(event: OrderPaid) -> None:
    """Of a replacement free of charge nothing is counted."""
    if event.customer_id is not None and event.total:
        _count(event.merchant_id, Deed.PURCHASE, event.customer_id, str(event.order_id))


@events.on(OrderRefunded)
def uncount_order(event: OrderRefunded) -> None:
    """Who gives everything back has not bought."""
    sums = orders.sums(event.order_id)
    if sums.refunded >= sums.paid:
        missions.undone(deed=Deed.PURCHASE, key=str(event.order_id))


@events.on(FriendBrought)
def count_friend(event: FriendBrought) -> None:
    _count(event.merchant_id, Deed.FRIEND, event.bringer_id, str(event.customer_id))


def _count(merchant_id: int, deed: Deed, customer_id: int, key: str) -> None:
    missions.happened(deed=deed, customer_id=customer_id, key=key, actor=access.system(merchant_id, "missions"))
