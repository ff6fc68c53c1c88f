"""Coupons as a reward: for a level, a task, a recharge, a birthday."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_noop

from yutang.areas.coupons.errors import CouponNotOffered, CouponsGone, PersonalLimit
from yutang.areas.coupons.models import Coupon, Template
from yutang.areas.coupons.services.issuing import issue, withdraw
from yutang.core import audit

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.core.access import Actor
    from yutang.core.rewards import Occasion, Reward

MOST = 20  # pieces at once


class CouponReward:
    """`amount` pieces of the template `target_id`. Its limits hold: what they refuse is not given, and stands in the
    audit trail, so that whatever it was for is not undone."""

    key = "coupon"
    label = gettext_noop("Coupon")

    def targets(self) -> list[tuple[int, str]] | None:
        offered = Template.objects.filter(state=Template.State.ACTIVE).order_by("-pk")[:200]
        return list(offered.values_list("pk", "name"))

    def describe(self, reward: Reward) -> str:
        template = Template.objects.filter(pk=reward.target_id or 0).first()
        return gettext("%(pieces)s × coupon “%(name)s”") % {
            "pieces": reward.amount, "name": template.name if template else "?",
        }  # fmt: skip

    def give(self, reward: Reward, *, customer_id: int, occasion: Occasion, actor: Actor) -> None:
        if reward.target_id is None:
            raise CouponNotOffered(name=gettext(self.label))
        for number in range(reward.amount):
            try:
                issue(
                    template_id=reward.target_id, customer_id=customer_id, via=Coupon.Via.REWARD,
                    key=Coupon.key_of_reward(occasion.key, number), actor=actor,
                )  # fmt: skip
            except (CouponNotOffered, CouponsGone, PersonalLimit) as error:
                audit.record(
                    "coupons.reward_refused", actor=actor, object_type="coupon_template", object_id=reward.target_id,
                    detail={"customer": customer_id, "occasion": occasion.key, "because": error.code},
                )  # fmt: skip
                return

    def unused(self, reward: Reward, *, occasion: Occasion) -> int:
        return _unused(reward, occasion).count()

    def take_back(self, reward: Reward, *, occasion: Occasion, actor: Actor) -> int:
        # Row by row in everybody's order (services.using.take).
        found = list(_unused(reward, occasion).select_for_update().order_by("pk").values_list("pk", flat=True))
        for coupon_id in found:
            withdraw(coupon_id=coupon_id, actor=actor)
        return len(found)

    def is_possible(self, reward: Reward) -> bool:
        found = Template.objects.filter(pk=reward.target_id or 0, state=Template.State.ACTIVE)
        return reward.amount <= MOST and found.exists()


def _unused(reward: Reward, occasion: Occasion) -> QuerySet[Coupon]:
    keys = [Coupon.key_of_reward(occasion.key, number) for number in range(reward.amount)]
    return Coupon.objects.filter(issue_key__in=keys, state=Coupon.State.USABLE)
