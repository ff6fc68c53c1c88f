"""Tables of levels with growth, and of paid cards."""

from __future__ import annotations

from yutang.areas.membership.models.cards import Card, CardCode, CardUse, CodeBatch, Plan
from yutang.areas.membership.models.levels import (
    GrowthEntry,
    JudgingRun,
    Level,
    LevelChange,
    Member,
    MemberGift,
    Scheme,
)

__all__ = [
    "Card", "CardCode", "CardUse", "CodeBatch", "GrowthEntry", "JudgingRun", "Level", "LevelChange", "Member",
    "MemberGift", "Plan", "Scheme",
]  # fmt: skip
