"""Points as something that other areas give (core.rewards)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop, ngettext

from yutang.areas.points import services

if TYPE_CHECKING:
    from yutang.core.access import Actor
    from yutang.core.rewards import Occasion, Reward


class PointsReward:
    key = "points"
    label = gettext_noop("Points")

    def targets(self) -> None:
        return None

    def describe(self, reward: Reward) -> str:
        return ngettext("%(count)s point", "%(count)s points", reward.amount) % {"count": f"{reward.amount:,}"}

    def is_possible(self, reward: Reward) -> bool:
        return reward.target_id is None

    def give(self, reward: Reward, *, customer_id: int, occasion: Occasion, actor: Actor) -> None:
        services.give(customer_id=customer_id, points=reward.amount, occasion=occasion, actor=actor)
