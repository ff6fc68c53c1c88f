"""Scores, groups and tiers as pure functions; `scoring.py` says the same in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_noop


class Group(StrEnum):
    CHAMPIONS = "champions"
    LOYAL = "loyal"
    POTENTIAL = "potential"
    NEW = "new"
    PROMISING = "promising"
    ATTENTION = "attention"
    SLEEPY = "sleepy"
    AT_RISK = "at_risk"
    CANT_LOSE = "cant_lose"
    HIBERNATING = "hibernating"
    LOST = "lost"


class Tier(StrEnum):
    SMALL = "small"
    MIDDLE = "middle"
    BIG = "big"


GROUP_LABELS: dict[str, str] = {
    Group.CHAMPIONS: gettext_noop("Champions"),
    Group.LOYAL: gettext_noop("Loyal customers"),
    Group.POTENTIAL: gettext_noop("Potential loyalists"),
    Group.NEW: gettext_noop("Newcomers"),
    Group.PROMISING: gettext_noop("Promising"),
    Group.ATTENTION: gettext_noop("Need attention"),
    Group.SLEEPY: gettext_noop("About to sleep"),
    Group.AT_RISK: gettext_noop("At risk"),
    Group.CANT_LOSE: gettext_noop("Can't lose them"),
    Group.HIBERNATING: gettext_noop("Hibernating"),
    Group.LOST: gettext_noop("Lost"),
}
GROUP_HINTS: dict[str, str] = {
    Group.CHAMPIONS: gettext_noop("Bought just now, and often or much: thank them, ask them first."),
    Group.LOYAL: gettext_noop("Come often, the last time not long ago: keep them."),
    Group.POTENTIAL: gettext_noop("Bought lately and more than once: on the way to be loyal."),
    Group.NEW: gettext_noop("First small purchase just now: win the second one."),
    Group.PROMISING: gettext_noop("First small purchase a little while ago: remind them soon."),
    Group.ATTENTION: gettext_noop("Middling in everything, growing quieter: give a reason to come."),
    Group.SLEEPY: gettext_noop("Bought little and not lately: about to be forgotten."),
    Group.AT_RISK: gettext_noop("Were good customers and have stayed away: call them back."),
    Group.CANT_LOSE: gettext_noop("Were among the best and have stayed away: worth a personal call."),
    Group.HIBERNATING: gettext_noop("Bought little, long ago."),
    Group.LOST: gettext_noop("Bought little, longest ago."),
}
TIER_LABELS: dict[str, str] = {
    Tier.SMALL: gettext_noop("Small fish"),
    Tier.MIDDLE: gettext_noop("Middle fish"),
    Tier.BIG: gettext_noop("Big fish"),
}

_G = Group
# Recency 1 … 5 down, value 1 … 5 across: every pair has exactly one group (docs/algorithms/grades.md).
TABLE: tuple[tuple[Group, ...], ...] = (
    (_G.LOST, _G.LOST, _G.AT_RISK, _G.AT_RISK, _G.CANT_LOSE),
    (_G.HIBERNATING, _G.HIBERNATING, _G.AT_RISK, _G.AT_RISK, _G.CANT_LOSE),
    (_G.SLEEPY, _G.SLEEPY, _G.ATTENTION, _G.LOYAL, _G.LOYAL),
    (_G.PROMISING, _G.POTENTIAL, _G.POTENTIAL, _G.LOYAL, _G.LOYAL),
    (_G.NEW, _G.POTENTIAL, _G.POTENTIAL, _G.CHAMPIONS, _G.CHAMPIONS),
)


@dataclass(frozen=True)
class Scores:
    """5 is best. `value` is the mean of frequency and monetary, half a point rounded up."""

    r: int
    f: int
    m: int

    @property
    def value(self) -> int:
        return (self.f + self.m + 1) // 2

    @property
    def group(self) -> Group:
        return TABLE[self.r - 1][self.value - 1]


def scores(
    *, days: int, purchases: int, net: int, recency: Sequence[int], frequency: Sequence[int], monetary: Sequence[int]
) -> Scores:
    """`days` since the last purchase; the boundaries are the ends of the first four fifths, each still inside it."""
    return Scores(5 - _beyond(days, recency), 1 + _beyond(purchases, frequency), 1 + _beyond(net, monetary))


def _beyond(value: int, boundaries: Sequence[int]) -> int:
    return sum(value > boundary for boundary in boundaries)


def tier(value: int, *, middle_from: int, big_from: int) -> Tier:
    return Tier.BIG if value >= big_from else Tier.MIDDLE if value >= middle_from else Tier.SMALL
