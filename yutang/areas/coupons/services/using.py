"""Orders take coupons and give them back. One conditional update per coupon: of two orders one gets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.coupons.errors import CouponGone
from yutang.areas.coupons.models import Coupon, Use
from yutang.core import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yutang.core.access import Actor

State = Coupon.State


@dataclass(frozen=True, slots=True)
class Taken:
    """What an order takes off by a coupon, minor units > 0."""

    coupon_id: int
    amount: int


@transaction.atomic
def take(*, order_id: int, customer_id: int, taken: Sequence[Taken], actor: Actor) -> None:
    """Uses up coupons of the person for an order. CouponGone: then nothing is written, if the caller rolls back."""
    now = clock.now()
    for one in sorted(taken, key=lambda each: each.coupon_id):  # everybody's order
        if one.amount <= 0:
            continue  # what takes nothing off is not used up
        mine = Coupon.objects.filter(
            pk=one.coupon_id, customer=customer_id, state=State.USABLE, valid_from__lte=now, valid_until__gt=now
        )
        if not mine.update(state=State.USED, order_id=order_id, used_at=now):
            gone = Coupon.objects.select_related("template").filter(pk=one.coupon_id, customer=customer_id).first()
            raise CouponGone(field="coupon", name=gone.template.name if gone else "?")
        used = Coupon.objects.get(pk=one.coupon_id)
        Use.objects.create(
            merchant_id=actor.merchant_id, coupon=used, template_id=used.template_id, run_id=used.run_id,
            order_id=order_id, customer_id=used.customer_id, home_customer_id=used.home_customer_id, amount=one.amount,
            at=now,
        )  # fmt: skip


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
