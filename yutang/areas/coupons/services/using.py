"""Orders take coupons and give them back. One conditional update: of two orders one gets a coupon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.coupons.errors import CouponGone
from yutang.areas.coupons.models import Coupon, Use
from yutang.core import clock, prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yutang.core.access import Actor

State = Coupon.State


@dataclass(frozen=True, slots=True)
class Taken:
    """What an order takes off by a coupon, or what its gift is worth; minor units."""

    coupon_id: int
    amount: int


# The coupons that are still there, locked in everybody's order, and what they did.
_TAKE = """
WITH free AS MATERIALIZED (
  SELECT id FROM coupons_coupon
   WHERE id = ANY(%(coupons)s::bigint[]) AND customer_id = %(customer)s AND state = 'usable'
         AND valid_from <= %(now)s AND valid_until > %(now)s
   ORDER BY id FOR NO KEY UPDATE
), used AS (
  UPDATE coupons_coupon c SET state = 'used', order_id = %(order)s, used_at = %(now)s
    FROM free JOIN unnest(%(coupons)s::bigint[], %(amounts)s::bigint[]) AS t(coupon_id, amount) ON t.coupon_id = free.id
   WHERE c.id = free.id
  RETURNING c.merchant_id, c.id, c.template_id, c.run_id, c.customer_id, c.home_customer_id, t.amount
)
INSERT INTO coupons_use (merchant_id, coupon_id, template_id, run_id, order_id, customer_id, home_customer_id,
       is_reversal, amount, at)
SELECT merchant_id, id, template_id, run_id, %(order)s, customer_id, home_customer_id, false, amount, %(now)s
  FROM used
RETURNING coupon_id
"""


def take(*, order_id: int, customer_id: int, taken: Sequence[Taken]) -> None:
    """Uses up coupons of the person for an order. CouponGone: the caller's transaction can only be rolled back."""
    wanted = {one.coupon_id: one.amount for one in taken}
    if len(wanted) < len(taken):
        raise ValueError("a coupon is taken twice by one order")
    values = {
        "coupons": list(wanted), "amounts": list(wanted.values()), "customer": customer_id, "order": order_id,
        "now": clock.now(),
    }  # fmt: skip
    if lacking := wanted.keys() - {coupon_id for (coupon_id,) in prepared.rows(_TAKE, values)}:
        gone = Coupon.objects.select_related("template").filter(pk=min(lacking), customer=customer_id).first()
        raise CouponGone(field="coupon", name=gone.template.name if gone else "?")


@transaction.atomic
def give_back(*, order_id: int, only: Iterable[int] | None = None, actor: Actor) -> list[Coupon]:
    """Coupons that the order used are usable again, all or `only` these; those that have expired meanwhile get the
    days that their terms say, or stay expired. Again: nothing. Returns what came back."""
    now = clock.now()
    found = (
        Coupon.objects.select_for_update(of=("self",))
        .select_related("terms", "template")
        .filter(pk__in=_uses_of(order_id), state=State.USED, order_id=order_id)
        .order_by("pk")
    )
    if only is not None:
        found = found.filter(pk__in=set(only))
    back = list(found)
    for coupon in back:
        taken = Use.objects.get(order_id=order_id, coupon=coupon, is_reversal=False)
        Use.objects.create(
            merchant_id=actor.merchant_id, coupon=coupon, template_id=coupon.template_id, run_id=coupon.run_id,
            order_id=order_id, customer_id=taken.customer_id, home_customer_id=taken.home_customer_id,
            is_reversal=True, amount=-taken.amount, at=now,
        )  # fmt: skip
        coupon.state, coupon.order_id, coupon.used_at = State.USABLE, None, None
        if coupon.valid_until <= now and coupon.terms.extend_days:
            coupon.valid_until = now + timedelta(days=coupon.terms.extend_days)
        coupon.save(update_fields=["state", "order_id", "used_at", "valid_until"])
    return back


def _uses_of(order_id: int) -> list[int]:
    """Ids first: the uses of an order are few and indexed, its coupons are not."""
    return list(Use.objects.filter(order_id=order_id, is_reversal=False).values_list("coupon_id", flat=True))
