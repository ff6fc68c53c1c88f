"""What growth and the benefits of members are reckoned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from yutang.areas.orders.models import Adjustment, Order

if TYPE_CHECKING:
    from datetime import datetime

STEPS = ("level", "member_freight", "card_freight")  # of the pipeline


@dataclass(frozen=True)
class Paid:
    """Minor units. `home_id`: under whose account it was bought; `refunded`: all that went back so far."""

    customer_id: int
    home_id: int
    total: int
    refunded: int


def paid(order_id: int) -> Paid | None:
    """None: nobody known bought it."""
    order = Order.objects.select_related("identity", "shop").filter(pk=order_id, identity__isnull=False).first()
    if order is None or order.identity is None:
        return None
    return Paid(
        order.identity.customer_id, order.identity.home_customer_id, order.shop.total, -order.refunded_amount
    )  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What was taken off, in minor units, in so many orders."""

    amount: int
    orders: int


def costs(since: datetime) -> dict[tuple[str, str], Cost]:
    """("level", its key) or ("card", its number) → what it took off orders paid since then."""
    rows = (
        Adjustment.objects.filter(order__paid_at__gte=since, step__in=STEPS).order_by()
        .values_list("source_type", "source_id").annotate(Sum("amount"), Count("order", distinct=True))
    )  # fmt: skip
    return {(kind, number): Cost(-amount, orders) for kind, number, amount, orders in rows}
