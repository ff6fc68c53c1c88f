"""Coupons of the demo's members: claimed, given away, on paper, and issued to a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.coupons import queries as coupons_of
from yutang.areas.coupons import services as coupons
from yutang.areas.segments.models import Segment
from yutang.cli import demo_programme
from yutang.cli.demo_paying import known
from yutang.core import tenancy
from yutang.simulators.brand import membership as steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from yutang.core.access import Actor
    from yutang.simulators.brand.membership import Told

RUN = "demo-recall"


def claimed(told: Told, step: steps.Claimed, buyer: Actor, shop: Actor) -> None:
    coupons.claim(
        template_id=demo_programme.coupon_ids(shop)[step.coupon], key=told.key,
        customer_id=known(told.person, buyer).customer_id, actor=buyer,
    )  # fmt: skip


def gave(told: Told, step: steps.GaveCoupon, buyer: Actor, shop: Actor) -> None:
    giver = known(told.person, buyer).customer_id
    token = coupons.offer_gift(coupon_id=usable(step.coupon, giver, shop), customer_id=giver, actor=buyer)
    coupons.accept_gift(token=token, customer_id=known(told.people[step.to], buyer).customer_id, actor=buyer)


def codes(told: Told, step: steps.CouponCodes, buyer: Actor, shop: Actor) -> None:
    batch = coupons.make_codes(
        template_id=demo_programme.coupon_ids(shop)[step.coupon], name=step.name, count=step.count, actor=shop
    )
    printed = coupons.export(batch_id=batch.pk, actor=shop)
    for text, who in zip(printed, step.used_by, strict=False):
        coupons.redeem_code(text=text, customer_id=known(told.people[who], buyer).customer_id, actor=buyer)


def usable(key: str, customer_id: int, actor: Actor) -> int:
    """The number of the piece that ends first."""
    template_id = demo_programme.coupon_ids(actor)[key]
    return coupons_of.of_person(customer_id).filter(template=template_id).order_by("valid_until", "pk")[0].pk


def recall(segment: str, actor: Actor) -> None:
    """One to each of a segment, by its name, with a tenth held out to compare with. Again: the same run."""
    with tenancy.scope(actor.merchant_id):
        run = coupons.start(
            template_id=demo_programme.coupon_ids(actor)["recall"], key=RUN,
            segment_id=Segment.objects.get(name=segment).pk, actor=actor,
        )  # fmt: skip
    coupons.execute(merchant_id=actor.merchant_id, run_id=run.pk)


TELLERS: dict[type[steps.Step], Callable[[Told, Any, Actor, Actor], None]] = {
    steps.Claimed: claimed,
    steps.GaveCoupon: gave,
    steps.CouponCodes: codes,
}
