"""Segments: who is in them, how many a rule finds, and making one."""

# Types are not postponed here: ninja reads them when it registers a view.

from typing import Any

from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status

from yutang.api import paging
from yutang.api.door import scoped
from yutang.api.segments.schemas import CountIn, CountOut, MembersOut, SegmentDetailOut, SegmentIn, SegmentsOut
from yutang.api.shapes import Id, Paging
from yutang.areas.merchants import queries as merchants
from yutang.areas.segments import queries, services
from yutang.areas.segments.models import Segment
from yutang.core.access import Actor

router = Router(tags=["Segments"])

_PLAIN = ("name", "description", "kind", "node_id", "refreshed_at", "created_at", "updated_at")


@router.get("/segments", response=SegmentsOut)
@scoped("segments.view")
def list_segments(request: HttpRequest, filters: Query[Paging]) -> object:
    """Segments in use, newest first: those of the company, and those of nodes within reach."""
    rows, next_cursor = paging.page(queries.visible(request.actor), filters)
    sizes = queries.sizes(rows, actor=request.actor) if rows else {}
    return {"items": [_shown(row, sizes[row.pk]) for row in rows], "next_cursor": next_cursor}


# Before the addresses with an id: count would be taken for one.
@router.post("/segments/count", response=CountOut)
@scoped("segments.view")
def count(request: HttpRequest, asked: CountIn) -> object:
    """How many people fulfil a rule. A key of a node counts only its own people. Nothing is stored."""
    return queries.count(asked.rule, actor=request.actor)


@router.post("/segments", response={201: SegmentDetailOut})
@scoped("segments.edit")
def create(request: HttpRequest, segment: SegmentIn) -> object:
    """Makes a segment and counts it. Needs `segments.view` too, as the rule may build on other segments."""
    request.actor.require("segments.view")
    node = None
    if segment.node_id is not None:
        node = merchants.node(segment.node_id, actor=request.actor, permission="segments.edit")
    made = services.create(
        name=segment.name, rule=segment.rule, description=segment.description, node=node, actor=request.actor
    )
    return Status(201, _detail(made, request.actor))


@router.get("/segments/{segment_id}", response=SegmentDetailOut)
@scoped("segments.view")
def segment(request: HttpRequest, segment_id: Path[Id]) -> object:
    """One segment with its rule."""
    return _detail(queries.get(segment_id, actor=request.actor), request.actor)


@router.get("/segments/{segment_id}/members", response=MembersOut)
@scoped("segments.view")
def members(request: HttpRequest, segment_id: Path[Id], filters: Query[Paging]) -> object:
    """Who is in the segment now, by ascending id. A key of a node sees only its own people."""
    found = queries.get(segment_id, actor=request.actor)
    salt = f"segment:{found.pk}"
    after = 0 if filters.cursor is None else paging.opened(filters.cursor, salt)[0]
    ids = queries.member_ids(
        queries.segment_rule(found), actor=request.actor, after=after, limit=filters.limit + 1
    )  # fmt: skip
    shown = ids[: filters.limit]
    next_cursor = paging.sealed([shown[-1]], salt) if len(ids) > filters.limit else None
    return {"items": [{"customer_id": pk} for pk in shown], "next_cursor": next_cursor}


def _shown(row: Segment, people: int | None) -> dict[str, Any]:
    return {"id": row.pk, "people": people, **{name: getattr(row, name) for name in _PLAIN}}


def _detail(row: Segment, actor: Actor) -> dict[str, Any]:
    people = queries.sizes([row], actor=actor)[row.pk]
    return {**_shown(row, people), "rule": row.rule, "refresh_error": row.refresh_error}
