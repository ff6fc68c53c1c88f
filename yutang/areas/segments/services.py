"""Writes: segments and their snapshots."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, Subquery
from django.utils.translation import gettext
from pyroaring import BitMap64

from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import OrgNode
from yutang.areas.segments import bitmaps, queries
from yutang.areas.segments.errors import NameTaken, RuleInvalid, SegmentInUse
from yutang.areas.segments.events import SegmentRefreshed
from yutang.areas.segments.models import Segment, SegmentSnapshot
from yutang.core import access, audit, clock, events, jobs, locks
from yutang.core.access import Actor
from yutang.core.errors import Invalid, NotAllowed, NotFound
from yutang.core.locks import Lock
from yutang.lake import engine

EDIT = "segments.edit"


@transaction.atomic
def create(*, name: str, rule: Any, description: str = "", node: OrgNode | None = None, actor: Actor) -> Segment:
    """A new segment, counted at once. Without `node` it belongs to the HQ, or to the actor's own top node."""
    owner = node.pk if node is not None else _own_node(actor)
    _may_change(owner, actor)
    _one_change(actor)
    queries.parse(rule, actor=actor)
    segment = Segment(
        merchant_id=actor.merchant_id, name=_free_name(name), rule=rule, description=_described(description),
        node_id=owner, created_by=actor.name,
    )  # fmt: skip
    segment.due_at = _next_run(segment)
    segment.save()
    audit.record("segments.create", actor=actor, object_type="segment", object_id=segment.pk, detail={"rule": rule})
    return refresh(segment_id=segment.pk)


@transaction.atomic
def update(*, segment_id: int, name: str, rule: Any, description: str = "", actor: Actor) -> Segment:
    """Changes a segment; a changed rule is counted at once and goes on with the same history."""
    _one_change(actor)
    segment = _locked(segment_id, actor)
    before, segment.rule = segment.rule, rule
    # Written before it is read: a rule that comes to contain itself through another segment shows then.
    segment.save(update_fields=["rule"])
    queries.parse({"segment": segment.pk} if queries.users_of(segment.pk) else rule, actor=actor)
    queries.parse(rule, actor=actor)
    segment.name, segment.description = _free_name(name, besides=segment.pk), _described(description)
    segment.updated_at = clock.now()
    segment.save(update_fields=["name", "description", "updated_at"])
    detail = {"before": before, "after": rule} if before != rule else {}
    audit.record("segments.update", actor=actor, object_type="segment", object_id=segment.pk, detail=detail)
    return refresh(segment_id=segment.pk) if before != rule else segment


@transaction.atomic
def schedule(*, segment_id: int, every: str, at: str = "", weekday: str = "", actor: Actor) -> Segment:
    """When it is counted anew: every hour, day or week at a time of the merchant's own, or only by hand."""
    segment = _locked(segment_id, actor)
    before = _said(segment)
    segment.every, segment.at, segment.weekday = _rhythm(segment, every, at, weekday)
    segment.due_at = _next_run(segment)
    segment.save(update_fields=["every", "at", "weekday", "due_at"])
    detail = {"before": before, "after": _said(segment)}
    audit.record("segments.schedule", actor=actor, object_type="segment", object_id=segment.pk, detail=detail)
    return segment


@transaction.atomic
def start_due(*, merchant_id: int) -> int:
    """A job for every segment whose time has come, each once however many ask at the same moment: who holds a row gives
    it its next time in the same transaction. What was missed while nothing ran is made up for by one run."""
    due = Q(due_at__lte=clock.now()) | Q(due_at__isnull=True)
    rows = Segment.objects.filter(due, archived_at__isnull=True).exclude(every=Segment.Every.NEVER)
    found = list(rows.select_for_update(skip_locked=True).order_by("pk"))
    for segment in found:
        segment.due_at = _next_run(segment)
        segment.save(update_fields=["due_at"])
        jobs.defer(
            "segments.refresh", queueing_lock=f"segments.refresh:{segment.pk}",
            merchant_id=merchant_id, segment_id=segment.pk,
        )  # fmt: skip
    return len(found)


def _rhythm(segment: Segment, every: str, at: str, weekday: str) -> tuple[str, time, int]:
    if every not in Segment.Every.values:
        raise Invalid(field="every", field_label=gettext("Count anew"), reason=gettext("Choose one of the list."))
    moment, day = segment.at, segment.weekday
    if every in (Segment.Every.HOUR, Segment.Every.DAY, Segment.Every.WEEK):
        try:
            moment = time.fromisoformat(at).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError as error:
            reason = gettext("Write a time such as 04:30.")
            raise Invalid(field="at", field_label=gettext("Time"), reason=reason) from error
    if every == Segment.Every.WEEK:
        if weekday not in {"0", "1", "2", "3", "4", "5", "6"}:
            raise Invalid(field="weekday", field_label=gettext("Day"), reason=gettext("Choose one of the list."))
        day = int(weekday)
    return every, moment, day


def _said(segment: Segment) -> dict[str, str | int]:
    return {"every": segment.every, "at": segment.at.isoformat("minutes"), "weekday": segment.weekday}


def _next_run(segment: Segment) -> datetime | None:
    zone = ZoneInfo(merchants.current_merchant(segment.merchant_id).timezone)
    return segment.schedule.next_after(clock.now(), zone)


@transaction.atomic
def archive(*, segment_id: int, actor: Actor) -> Segment:
    """Takes a segment out of use; its history stays. Refused while another segment builds on it."""
    _one_change(actor)
    segment = _locked(segment_id, actor)
    if used_by := queries.users_of(segment.pk):
        raise SegmentInUse(names=", ".join(other.name for other in used_by))
    segment.archived_at = clock.now()
    segment.save(update_fields=["archived_at"])
    audit.record("segments.archive", actor=actor, object_type="segment", object_id=segment.pk)
    return segment


@transaction.atomic
def refresh(*, segment_id: int) -> Segment:
    """Counts a segment anew: a snapshot, its size, and the news of who entered and left.

    Done by the product itself, so that the stored size is the segment's and not that of somebody's reach.
    """
    segment = Segment.objects.select_for_update().filter(pk=segment_id, archived_at__isnull=True).first()
    if segment is None:
        raise NotFound
    actor = access.system(segment.merchant_id, name="segments")
    before = queries.members_at_last_refresh(segment)
    try:
        members = queries.bitmap(segment.rule, actor=actor, nodes=queries.nodes_of(segment))
    except RuleInvalid as error:
        # An attribute went away, or a segment it builds on: the old size stands, the screen says why.
        segment.refresh_error = str(error)[:500]
        segment.save(update_fields=["refresh_error"])
        return segment
    known = before if before is not None else BitMap64()
    snapshot = SegmentSnapshot.objects.create(
        merchant_id=segment.merchant_id, segment=segment, as_of=engine.as_of(), size=len(members),
        entered=members.difference_cardinality(known), left=known.difference_cardinality(members),
        members=bitmaps.pack(members),
    )  # fmt: skip
    _forget_old_snapshots(segment)
    segment.last_count, segment.refreshed_at, segment.refresh_error = snapshot.size, snapshot.at, ""
    segment.last_change = None if before is None else snapshot.size - len(before)
    segment.save(update_fields=["last_count", "last_change", "refreshed_at", "refresh_error"])
    events.publish(
        SegmentRefreshed(
            merchant_id=segment.merchant_id, segment_id=segment.pk, snapshot_id=snapshot.pk, size=snapshot.size,
            entered=snapshot.entered, left=snapshot.left,
        )
    )  # fmt: skip
    return segment


def _forget_old_snapshots(segment: Segment) -> None:
    """A snapshot of a large pool is some megabytes; beyond those that the history shows, nobody reads them."""
    mine = SegmentSnapshot.objects.filter(segment=segment)
    oldest = mine.order_by("-id").values_list("pk", flat=True)[queries.KEPT_SNAPSHOTS - 1 : queries.KEPT_SNAPSHOTS]
    mine.filter(pk__lt=Subquery(oldest)).delete()


def _one_change(actor: Actor) -> None:
    """Names are free, and segments build on each other without circles, only as long as nobody else changes them."""
    locks.until_commit(Lock.SEGMENTS, actor.merchant_id)


def _locked(segment_id: int, actor: Actor) -> Segment:
    queries.get(segment_id, actor=actor)
    segment = Segment.objects.select_for_update().get(pk=segment_id)
    _may_change(segment.node_id, actor)
    return segment


def _may_change(node_id: int, actor: Actor) -> None:
    nodes = actor.nodes(EDIT)
    if nodes is not None and node_id not in nodes:
        raise NotAllowed(permission=EDIT)


def _own_node(actor: Actor) -> int:
    nodes = actor.nodes(EDIT)
    if nodes is None:
        return merchants.root_node().pk
    return next(node.pk for node in merchants.tree() if node.pk in nodes)  # parents come first


def _free_name(name: str, besides: int = 0) -> str:
    name = name.strip()
    if not 0 < len(name) <= 120:
        raise Invalid(field="name", field_label=gettext("Name"), reason=gettext("Write 1 to 120 characters."))
    if Segment.objects.filter(name=name, archived_at__isnull=True).exclude(pk=besides).exists():
        raise NameTaken(field="name", name=name)
    return name


def _described(text: str) -> str:
    if len(text.strip()) > 500:
        reason = gettext("Write at most 500 characters.")
        raise Invalid(field="description", field_label=gettext("Description"), reason=reason)
    return text.strip()
