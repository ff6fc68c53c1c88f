"""What segment pages show of a rule: its sentence, its members as a table, its sizes over time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.segments import members, queries
from yutang.areas.segments import profiles as segment_profiles
from yutang.areas.segments.registry import REGISTRY
from yutang.areas.segments.sentences import Values
from yutang.areas.segments.sentences import sentence as say
from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from yutang.areas.segments.models import Segment
    from yutang.core.access import Actor


@dataclass(frozen=True)
class Cell:
    label: str
    text: str
    is_number: bool


@dataclass(frozen=True)
class MemberRow:
    customer_id: int
    name: str
    cells: list[Cell]


@dataclass(frozen=True)
class MemberTable:
    head: list[Cell]
    rows: list[MemberRow]
    next_after: int | None
    is_first: bool


@dataclass(frozen=True)
class Entry:
    """A line of the list of segments."""

    segment: Segment
    size: int | None
    points: str  # of the spark line, in a box of 100 × 24


def sentence(raw: Any, request: HttpRequest) -> str:
    """In plain words; what is wrong where the rule no longer holds."""
    try:
        rule = queries.parse(raw, actor=request.actor)
    except DomainError as error:
        return str(error)
    return say(rule, registry=REGISTRY, currency=request.merchant.currency)


def member_table(
    raw: Any, request: HttpRequest, *, after: int = 0, limit: int, permission: str = queries.VIEW
) -> MemberTable:
    attributes = members.shown_attributes()
    found = members.rows(raw, attributes, actor=request.actor, permission=permission, after=after, limit=limit + 1)
    values = Values(request.merchant.currency)
    numeric = [a.kind in ("int", "money") for a in attributes]
    labels = [gettext(a.label) for a in attributes]
    rows = [
        MemberRow(
            member.customer_id,
            member.name,
            [
                Cell(label, values.shown(attribute, value), is_number)
                for label, attribute, value, is_number in zip(labels, attributes, member.values, numeric, strict=True)
            ],
        )
        for member in members.named(found[:limit])
    ]
    head = [Cell(label, label, is_number) for label, is_number in zip(labels, numeric, strict=True)]
    return MemberTable(head, rows, rows[-1].customer_id if len(found) > limit else None, after == 0)


def entries(segments: Sequence[Segment], *, actor: Actor) -> list[Entry]:
    sizes = queries.sizes(segments, actor=actor)
    # Who sees only a part of the people is not shown how the whole has grown.
    histories = queries.histories(segments) if actor.nodes(queries.VIEW) is None else {}
    return [Entry(s, sizes[s.pk], spark_points(histories.get(s.pk, []))) for s in segments]


def spark_points(sizes: list[int]) -> str:
    """Points of an SVG line; empty for fewer than two sizes."""
    if len(sizes) < 2:
        return ""
    low, high = min(sizes), max(sizes)
    step, height = 96 / (len(sizes) - 1), (high - low) or 1
    return " ".join(f"{2 + i * step:.1f},{21 - (size - low) / height * 18:.1f}" for i, size in enumerate(sizes))


def history_chart(segment: Segment, request: HttpRequest) -> dict[str, Any] | None:
    """Sizes of the snapshots, with who entered and left; None before there are two."""
    if request.actor.nodes(queries.VIEW) is not None:
        return None
    found = queries.history(segment)
    if len(found) < 2:
        return None
    # Of the first snapshot everybody would have "entered": no news.
    entered, left = [0, *(s.entered for s in found[1:])], [0, *(-s.left for s in found[1:])]
    at = [timezone.localtime(snapshot.at).strftime("%m-%d %H:%M") for snapshot in found]
    labels = [gettext("People"), gettext("Entered"), gettext("Left")]
    option = {
        "tooltip": {"trigger": "axis"},
        "legend": {"data": labels, "top": 0},
        "xAxis": {"type": "category", "data": at},
        "yAxis": [{"type": "value", "scale": True}, {"type": "value", "splitLine": {"show": False}}],
        "series": [
            {"name": labels[0], "type": "line", "data": [s.size for s in found], "smooth": True},
            {"name": labels[1], "type": "bar", "yAxisIndex": 1, "data": entered, "barMaxWidth": 14},
            {"name": labels[2], "type": "bar", "yAxisIndex": 1, "data": left, "barMaxWidth": 14},
        ],
    }
    rows = [[when, s.size, s.entered, s.left] for when, s in zip(at, found, strict=True)]
    return {"option": option, "head": [gettext("Time"), *labels], "rows": rows}


# -- profiles --------------------------------------------------------------------------------------------------------

CHARTS = (
    "customers.source", "grades.rfm_group", "customers.province", "grades.tier", "customers.home_node_id",
    "orders.purchases", "orders.net_amount", "orders.days_since_last_purchase", "customers.age", "customers.gender",
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """Two shares of 1, and the lengths they are drawn with: percent of the longest bar of the picture."""

    label: str
    condition: str  # JSON; empty where a click means nothing
    count: int
    share: float
    other_share: float
    length: int
    other_length: int


@dataclass(frozen=True)
class ProfilePicture:
    key: str
    label: str
    difference: float
    bars: list[Bar]


def profiles(pair: list[Any], request: HttpRequest, keys: Sequence[str] | None = None) -> list[ProfilePicture] | None:
    """The people of two rules on every attribute (or on `keys`); None while the lake's first pass is still to come."""
    found = segment_profiles.of(pair, actor=request.actor, currency=request.merchant.currency, keys=keys)
    return None if found is None else [_drawn(profile) for profile in found if profile.groups]


def _drawn(profile: segment_profiles.Profile) -> ProfilePicture:
    totals = [sum(group.counts[side] for group in profile.groups) or 1 for side in (0, 1)]
    shares = [(group.counts[0] / totals[0], group.counts[1] / totals[1]) for group in profile.groups]
    longest = max(max(pair) for pair in shares) or 1
    bars = [
        Bar(
            group.label, json.dumps(group.condition, ensure_ascii=False) if group.condition else "", group.counts[0],
            share, other, round(100 * share / longest), round(100 * other / longest),
        )
        for group, (share, other) in zip(profile.groups, shares, strict=True)
    ]  # fmt: skip
    return ProfilePicture(profile.key, profile.label, profile.difference, bars)
