"""Reads about grades: what other areas and the faces call."""

from __future__ import annotations

from yutang.areas.grades.queries.asked import VIEW, asked, boundaries, day_from, ladder, ladders, pair, visible
from yutang.areas.grades.queries.moves import Move, movement, preview
from yutang.areas.grades.queries.pareto import Pareto, Point, pareto
from yutang.areas.grades.queries.people import Choice, count, ids, kept_rule, numbered, rule
from yutang.areas.grades.queries.person import Explained, explained
from yutang.areas.grades.queries.rfm import Cell, Rfm, Sum, rfm
from yutang.areas.grades.queries.tiers import TierSum, tiers
from yutang.areas.grades.rules import GROUP_HINTS, GROUP_LABELS, TABLE, TIER_LABELS
from yutang.areas.grades.states import Asked

__all__ = [
    "GROUP_HINTS",
    "GROUP_LABELS",
    "TABLE",
    "TIER_LABELS",
    "VIEW",
    "Asked",
    "Cell",
    "Choice",
    "Explained",
    "Move",
    "Pareto",
    "Point",
    "Rfm",
    "Sum",
    "TierSum",
    "asked",
    "boundaries",
    "count",
    "day_from",
    "explained",
    "ids",
    "kept_rule",
    "ladder",
    "ladders",
    "movement",
    "numbered",
    "pair",
    "pareto",
    "preview",
    "rfm",
    "rule",
    "tiers",
    "visible",
]
