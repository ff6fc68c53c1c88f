"""How many small, middle and big fish there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.grades import states
from yutang.areas.grades.rules import TIER_LABELS

if TYPE_CHECKING:
    from yutang.areas.grades.models import Ladder
    from yutang.areas.grades.states import Asked


@dataclass(frozen=True)
class TierSum:
    tier: str
    people: int = 0
    net: int = 0


def tiers(asked: Asked, ladder: Ladder) -> list[TierSum]:
    """Small, middle, big, also where there is nobody."""
    select = "SELECT tier, COUNT(*) AS people, SUM(net_amount)::BIGINT AS net FROM graded GROUP BY tier"
    found = {row["tier"]: TierSum(**row) for row in states.ask(select, states.graded(asked, ladder)).to_pylist()}
    return [found.get(tier, TierSum(tier)) for tier in map(str, TIER_LABELS)]
