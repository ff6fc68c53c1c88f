"""Growth and days of a card as rewards (core.rewards)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_noop, ngettext

from yutang.areas.membership import queries_cards
from yutang.areas.membership.models import Card, GrowthEntry
from yutang.areas.membership.services import carding, growing
from yutang.core import rewards

if TYPE_CHECKING:
    from yutang.core.access import Actor
    from yutang.core.rewards import Occasion, Reward


class Growth:
    key = "growth"
    label = gettext_noop("Growth")

    def targets(self) -> list[tuple[int, str]] | None:
        return None

    def describe(self, reward: Reward) -> str:
        return gettext("%(number)s growth") % {"number": f"{reward.amount:,}"}

    def give(self, reward: Reward, *, customer_id: int, occasion: Occasion, actor: Actor) -> None:
        growing.earn(
            customer_id=customer_id, amount=reward.amount, source=GrowthEntry.Source.REWARD,
            key=f"reward:{occasion.key}", about=occasion.source, reason=occasion.reason, actor=actor,
        )  # fmt: skip

    def is_possible(self, reward: Reward) -> bool:
        return reward.target_id is None


class CardDays:
    key = "card_days"
    label = gettext_noop("Days of a card")

    def targets(self) -> list[tuple[int, str]] | None:
        return [(plan.pk, plan.name) for plan in queries_cards.plans()]

    def describe(self, reward: Reward) -> str:
        name = dict(self.targets() or []).get(reward.target_id or 0, "?")
        days = ngettext("%(count)s day", "%(count)s days", reward.amount) % {"count": reward.amount}
        return f"{name} · {days}"

    def give(self, reward: Reward, *, customer_id: int, occasion: Occasion, actor: Actor) -> None:
        carding.grant(
            plan_id=reward.target_id or 0, customer_id=customer_id, days=reward.amount, key=occasion.key,
            reason=occasion.reason, source=Card.Source.REWARD, actor=actor,
        )  # fmt: skip

    def is_possible(self, reward: Reward) -> bool:
        return 0 < reward.amount <= carding.MOST_DAYS and reward.target_id in dict(self.targets() or [])


def register() -> None:
    rewards.register(Growth())
    rewards.register(CardDays())
