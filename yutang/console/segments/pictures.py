"""What segment pages show of a rule: its sentence, its members as a table, its sizes over time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext

from yutang.areas.privacy.models import Channel
from yutang.areas.privacy.reach import LABELS
from yutang.areas.segments import members, queries
from yutang.areas.segments import profiles as segment_profiles
from yutang.areas.segments.registry import REGISTRY
from yutang.areas.segments.sentences import Values
from yutang.areas.segments.sentences import sentence as say
from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from yutang.areas.segments import audience, bitmaps
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
    nodes = request.actor.nodes(queries.VIEW) if request.actor.may(queries.VIEW) else frozenset()
    return say(rule, registry=REGISTRY, currency=request.merchant.currency, nodes=nodes)


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


# -- overlap ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RegionRow:
    """People who are in exactly some of the segments. `x`, `y`: where the picture says how many."""

    inside: tuple[bool, ...]
    people: int
    share: float
    label: str
    rule: str  # JSON
    x: int
    y: int


# Two circles, three circles: the middles of their regions.
PLACES: dict[tuple[bool, ...], tuple[int, int]] = {
    (True,): (100, 48),
    (True, False): (54, 48), (True, True): (100, 48), (False, True): (146, 48),
    (True, False, False): (50, 46), (False, True, False): (150, 46), (False, False, True): (100, 146),
    (True, True, False): (100, 40), (True, False, True): (68, 98), (False, True, True): (132, 98),
    (True, True, True): (100, 76),
}  # fmt: skip


def regions(segments: Sequence[Segment], found: bitmaps.Overlap) -> list[RegionRow]:
    return [
        RegionRow(
            region.inside, region.people, region.people / found.either if found.either else 0.0,
            _region_label(segments, region.inside),
            json.dumps(queries.region_rule(segments, region.inside)), *PLACES[region.inside],
        )
        for region in found.regions
    ]  # fmt: skip


def _region_label(segments: Sequence[Segment], inside: tuple[bool, ...]) -> str:
    names = [segment.name for segment, is_in in zip(segments, inside, strict=True) if is_in]
    if len(names) == 1:
        return gettext("Only in “%(name)s”") % {"name": names[0]}
    if len(names) == len(segments):
        return gettext("In all of them") if len(names) > 2 else gettext("In both")
    return gettext("Only in %(names)s") % {"names": gettext(" and ").join(f"“{name}”" for name in names)}


# -- reach and schedule ----------------------------------------------------------------------------------------------


def ways(found: Sequence[audience.Reach]) -> list[tuple[str, int]]:
    """What each way is called, and how many people it may reach."""
    return [(str(Channel(one.channel).label) if one.channel else gettext(LABELS[one.use]), one.people) for one in found]


def weekdays() -> list[tuple[int, str]]:
    return [(number, str(name)) for number, name in WEEKDAYS.items()]


# -- profiles --------------------------------------------------------------------------------------------------------

CHARTS = (
    "customers.source", "grades.rfm_group", "grades.tier", "tags.ids", "customers.province", "customers.home_node_id",
    "orders.purchases", "orders.net_amount", "orders.days_since_last_purchase", "customers.age", "customers.gender",
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """Two shares of 1, and the lengths they are drawn with: percent of the longest bar of the picture."""

    label: str
    condition: str  # JSON; empty where a click means nothing
    rule: str  # JSON of the people of the first rule who are in this group
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
    is_list: bool
    families: tuple[str, ...]
    family: str


def profiles(
    pair: list[Any], request: HttpRequest, keys: Sequence[str] | None = None, family: str = ""
) -> list[ProfilePicture] | None:
    """The people of two rules on every attribute (or on `keys`); None while the lake's first pass is still to come."""
    found = segment_profiles.of(pair, actor=request.actor, currency=request.merchant.currency, keys=keys, family=family)
    return (
        None if found is None else [_drawn(profile, pair[0]) for profile in found if profile.groups or profile.families]
    )


def _drawn(profile: segment_profiles.Profile, asked: Any) -> ProfilePicture:
    totals = [total or 1 for total in profile.totals]
    shares = [(group.counts[0] / totals[0], group.counts[1] / totals[1]) for group in profile.groups]
    longest = max((max(pair) for pair in shares), default=0) or 1
    bars = [
        Bar(
            group.label, _json(group.condition) if group.condition else "",
            _json({"all": [asked, group.condition]}) if group.condition else "", group.counts[0],
            share, other, round(100 * share / longest), round(100 * other / longest),
        )
        for group, (share, other) in zip(profile.groups, shares, strict=True)
    ]  # fmt: skip
    return ProfilePicture(
        profile.key, profile.label, profile.difference, bars, profile.is_list, profile.families, profile.family
    )


def _json(rule: dict[str, Any]) -> str:
    return json.dumps(rule, ensure_ascii=False)
