"""Reads: segments, and what rules give. Everything is limited to the actor's part of the organisation."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from pyroaring import BitMap64

from yutang.areas.merchants import queries as merchants
from yutang.areas.segments import bitmaps, compiler, evaluator, parser, rules
from yutang.areas.segments.models import Segment, SegmentSnapshot
from yutang.areas.segments.registry import REGISTRY
from yutang.core import clock
from yutang.core.errors import NotFound
from yutang.lake import engine
from yutang.lake.index import reading

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from sqlglot import exp

    from yutang.core.access import Actor

VIEW = "segments.view"
KEPT_SNAPSHOTS = 60  # of a segment; two months of nights
Ids = np.ndarray[Any, np.dtype[np.int64]]


class People(Protocol):
    """An answer to a rule."""

    def count(self) -> int: ...

    def ids(self) -> Ids:
        """Customer ids, ascending."""


@dataclass(frozen=True)
class InLake:
    """The answer is asked of the lake when it is wanted."""

    query: exp.Select

    def count(self) -> int:
        return int(engine.query(compiler.count(self.query)).column("people")[0].as_py())

    def ids(self) -> Ids:
        return np.sort(engine.query(compiler.ids(self.query)).column("customer_id").to_numpy())


@dataclass(frozen=True)
class Counted:
    """How many people fulfil a rule, by the lake's state of `as_of`, and how long the question took."""

    people: int
    as_of: datetime | None
    milliseconds: float


# -- segments ----------------------------------------------------------------------------------------------------


def visible(actor: Actor) -> QuerySet[Segment]:
    """Segments in use that the actor may see: the HQ's, and those of nodes in reach. Newest first."""
    found = Segment.objects.filter(archived_at__isnull=True).order_by("-id")
    nodes = actor.nodes(VIEW)
    if nodes is not None:
        found = found.filter(node_id__in=[*nodes, merchants.root_node().pk])
    return found


def get(segment_id: int, *, actor: Actor) -> Segment:
    found = visible(actor).filter(pk=segment_id).first()
    if found is None:
        raise NotFound
    return found


def users_of(segment_id: int) -> list[Segment]:
    """Segments in use whose rule refers to this one."""
    others = Segment.objects.filter(archived_at__isnull=True).exclude(pk=segment_id)
    return [other for other in others if segment_id in rules.segment_ids(other.rule)]


def asking(attribute: str, value: object) -> list[Segment]:
    """Segments in use whose rule compares this attribute with this value."""
    used = Segment.objects.filter(archived_at__isnull=True)
    return [segment for segment in used if value in rules.values_asked(segment.rule, attribute)]


def values_asked(raw: Any, attribute: str) -> set[object]:
    """Values that a rule's JSON compares an attribute with."""
    return rules.values_asked(raw, attribute)


def nodes_of(segment: Segment) -> frozenset[int] | None:
    """The home stores a segment is limited to; None is the whole merchant."""
    if segment.node_id == merchants.root_node().pk:
        return None
    return merchants.descendants(frozenset({segment.node_id}))


def history(segment: Segment, limit: int = KEPT_SNAPSHOTS) -> list[SegmentSnapshot]:
    """Its snapshots without the members, oldest first."""
    newest = SegmentSnapshot.objects.filter(segment=segment).defer("members").order_by("-id")[:limit]
    return list(reversed(newest))


def histories(segments: Iterable[Segment], limit: int = 20) -> dict[int, list[int]]:
    """The last sizes of many segments in one query, oldest first."""
    newest_first = Window(RowNumber(), partition_by=F("segment_id"), order_by=F("id").desc())
    rows = (
        SegmentSnapshot.objects.filter(segment__in=list(segments))
        .annotate(place=newest_first)
        .filter(place__lte=limit)
        .order_by("id")
        .values_list("segment_id", "size")
    )
    found: dict[int, list[int]] = {}
    for segment_id, size in rows:
        found.setdefault(segment_id, []).append(size)
    return found


def members_at_last_refresh(segment: Segment) -> BitMap64 | None:
    """The newest snapshot; None before the first."""
    newest = SegmentSnapshot.objects.filter(segment=segment).order_by("-id").first()
    return None if newest is None else bitmaps.unpack(newest.members)


def sizes(segments: Iterable[Segment], *, actor: Actor) -> dict[int, int | None]:
    """The stored size of each, for who sees everybody; else the part of its last members that is in reach."""
    segments = list(segments)
    if actor.nodes(VIEW) is None:
        return {segment.pk: segment.last_count for segment in segments}
    reach = bitmap({"all": []}, actor=actor)
    found: dict[int, int | None] = {}
    for segment in segments:
        members = members_at_last_refresh(segment)
        found[segment.pk] = None if members is None else members.intersection_cardinality(reach)
    return found


def overlap(*segments: Segment, actor: Actor) -> bitmaps.Overlap:
    """Of segments as they are now."""
    return bitmaps.overlap(*(bitmap(segment_rule(segment), actor=actor) for segment in segments))


def region_rule(segments: Sequence[Segment], inside: Sequence[bool]) -> dict[str, Any]:
    """A rule for the people who are in exactly these of the segments."""
    parts = [(segment_rule(segment), is_in) for segment, is_in in zip(segments, inside, strict=True)]
    return {"all": [rule if is_in else {"not": rule} for rule, is_in in parts]}


def segment_rule(segment: Segment) -> dict[str, Any]:
    """A rule for everybody in the segment: with its limits to its own node."""
    return {"segment": segment.pk}


# -- rules ---------------------------------------------------------------------------------------------------------


def today(actor: Actor) -> date:
    return clock.today(merchants.current_merchant(actor.merchant_id).timezone)


def parse(raw: Any, *, actor: Actor) -> rules.Rule:
    """The checked rule; it may refer to segments the actor sees."""

    def lookup(segment_id: int) -> parser.Referenced | None:
        segment = visible(actor).filter(pk=segment_id).first()
        if segment is None:
            return None
        nodes = nodes_of(segment)
        return parser.Referenced(segment.name, segment.rule, None if nodes is None else tuple(sorted(nodes)))

    return parser.parse(raw, REGISTRY, lookup)


def answer(rule: rules.Rule, *, merchant_id: int, today: date, nodes: frozenset[int] | None = None) -> People:
    """Everybody who fulfils a checked rule: from the index where there is one, else from the lake itself."""
    snapshot = reading.snapshot(merchant_id)
    if snapshot is not None:
        return evaluator.people(rule, snapshot, registry=REGISTRY, today=today, nodes=nodes)
    return InLake(compiler.people(rule, registry=REGISTRY, today=today, nodes=nodes))


def people(raw: Any, *, actor: Actor, permission: str = VIEW, nodes: frozenset[int] | None = None) -> People:
    """Who fulfils the rule within the actor's reach (of `permission`), and within `nodes` where given."""
    reach = actor.nodes(permission)
    if nodes is not None:
        reach = nodes if reach is None else reach & nodes
    return answer(parse(raw, actor=actor), merchant_id=actor.merchant_id, today=today(actor), nodes=reach)


def count(raw: Any, *, actor: Actor, permission: str = VIEW) -> Counted:
    started = time.perf_counter()
    found = people(raw, actor=actor, permission=permission).count()
    elapsed = (time.perf_counter() - started) * 1000
    return Counted(found, engine.as_of(), round(elapsed, 1))


def bitmap(raw: Any, *, actor: Actor, nodes: frozenset[int] | None = None) -> BitMap64:
    """Everybody who fulfils the rule."""
    return BitMap64(people(raw, actor=actor, nodes=nodes).ids())


def member_ids(raw: Any, *, actor: Actor, permission: str = VIEW, after: int = 0, limit: int = 50) -> list[int]:
    """A page of customer ids, ascending, beyond `after`."""
    return page(people(raw, actor=actor, permission=permission).ids(), after=after, limit=limit)


def page(ids: Ids, *, after: int, limit: int) -> list[int]:
    first = int(np.searchsorted(ids, after, side="right"))
    return [int(pk) for pk in ids[first : first + limit]]
