"""Tagging many people at once: chunk by chunk, each one transaction that also moves the run's position.

Killed at any moment, a run goes on where it was; run twice, it changes nothing. Whom it is about is fixed when it is
asked for. Undoing ends the taggings that bear its mark and reopens those it ended, in chunks as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from pyroaring import BitMap64

from yutang.areas.customers import queries as customers
from yutang.areas.segments import queries as segments
from yutang.areas.tags import queries
from yutang.areas.tags.errors import NobodyChosen, NotUndoable
from yutang.areas.tags.events import TaggingRunEnded
from yutang.areas.tags.models import Tagging, TaggingRun
from yutang.areas.tags.services import writing
from yutang.areas.tags.services.giving import _evidence
from yutang.core import audit, clock, events, jobs, locks, tenancy
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.locks import Lock
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.core.access import Actor

BULK = "tags.bulk"
Action, State = TaggingRun.Action, TaggingRun.State


@transaction.atomic
def start(
    *, tag_id: int, action: str = Action.GIVE, segment_id: int | None = None, customer_ids: Iterable[int] = (),
    reason: str = "", actor: Actor,
) -> TaggingRun:  # fmt: skip
    """Queues a run over the people of a segment as it is now, or over chosen people; only those within the actor's
    reach."""
    nodes = actor.nodes(BULK)
    tag = queries.tag(tag_id)
    segment = None
    if segment_id is not None:
        segment = segments.get(segment_id, actor=actor)
        people = segments.bitmap(segments.segment_rule(segment), actor=actor, nodes=nodes)
    else:
        chosen = customers.people(actor, permission=BULK).filter(pk__in=set(customer_ids))
        people = BitMap64(chosen.values_list("pk", flat=True))
    if not people:
        raise NobodyChosen(field="segment")
    run = TaggingRun.objects.create(
        merchant_id=actor.merchant_id, tag=tag, action=Action(action), reason=_evidence(reason), segment=segment,
        people=bytes(people.serialize()), total=len(people), created_by=actor.name,
        created_by_key=queries.key_of(actor),
    )  # fmt: skip
    audit.record(
        "tags.start_run", actor=actor, object_type="tagging_run", object_id=run.pk,
        detail={"tag": tag.pk, "action": run.action, "people": run.total, "segment": segment_id},
    )  # fmt: skip
    _queue(run)
    return run


@transaction.atomic
def stop(*, run_id: int, actor: Actor) -> TaggingRun:
    """What it has done stays until somebody undoes it."""
    run = _locked(run_id, actor)
    if run.state in (State.QUEUED, State.RUNNING):
        run.state, run.finished_at = State.STOPPED, clock.now()
        run.save(update_fields=["state", "finished_at"])
        audit.record("tags.stop_run", actor=actor, object_type="tagging_run", object_id=run.pk)
        _tell(run)
    return run


@transaction.atomic
def undo(*, run_id: int, actor: Actor) -> TaggingRun:
    """Takes back what the run did and what nobody has changed since."""
    run = _locked(run_id, actor)
    if not run.can_be_undone:
        raise NotUndoable
    run.state, run.position = State.UNDOING, 0
    run.save(update_fields=["state", "position"])
    audit.record("tags.undo_run", actor=actor, object_type="tagging_run", object_id=run.pk)
    _queue(run)
    return run


def execute(*, merchant_id: int, run_id: int, chunk: int = writing.CHUNK) -> None:
    """Does, or goes on with, a run or its undoing. Call outside any transaction."""
    # One executor per run; a second one (its job was taken for dead) waits and finds nothing left to do.
    with locks.held(Lock.TAGGING_RUN, run_id):
        with tenancy.scope(merchant_id):
            run = TaggingRun.objects.select_related("tag__group").filter(pk=run_id).first()
        if run is None:
            raise NotFound
        while run.state in (State.QUEUED, State.RUNNING):
            with tenancy.scope(merchant_id):
                run = _current(run_id)
                if run.state not in (State.QUEUED, State.RUNNING):  # stopped meanwhile
                    break
                people = next(writing.chunks(BitMap64.deserialize(bytes(run.people)), run.position, chunk), None)
                _step(run, people)
        while run.state == State.UNDOING:
            with tenancy.scope(merchant_id):
                run = _current(run_id)
                _step_back(run, chunk)


def _step(run: TaggingRun, people: list[int] | None) -> None:
    """One chunk and the new position together."""
    if people is None:
        run.state, run.finished_at = State.DONE, clock.now()
        run.save(update_fields=["state", "finished_at"])
        _tell(run)
        return
    today = writing.people_of_today(people, run.merchant_id)
    if run.action == Action.GIVE:
        reason = writing.Reason(Tagging.Source.BULK, run.created_by, run.reason, run.pk)
        run.changed += writing.give_many(run.tag, today, reason)
    else:
        run.changed += writing.take_many(
            run.tag, today, end=Tagging.End.REMOVED, by=run.created_by, run_id=run.pk
        )  # fmt: skip
    run.state, run.position, run.handled = State.RUNNING, people[-1], run.handled + len(people)
    run.save(update_fields=["state", "position", "handled", "changed"])


def _step_back(run: TaggingRun, chunk: int) -> None:
    """A chunk of the undoing: first what the run gave ends, then what it ended stands again."""
    given = Tagging.objects.filter(run=run, ended_at__isnull=True).order_by("pk").values("pk")[:chunk]
    ended = Tagging.objects.filter(pk__in=given).update(
        ended_at=clock.now(), ended_by=run.created_by, end_reason=Tagging.End.UNDONE
    )
    reopened = 0
    if not ended:
        before = Tagging.objects.filter(ended_run=run, pk__gt=run.position).order_by("pk")
        page = list(before.values_list("pk", flat=True)[:chunk])
        if not page:
            run.state, run.finished_at = State.UNDONE, clock.now()
            run.save(update_fields=["state", "finished_at"])
            _tell(run)
            return
        reopened, run.position = _reopen(run, page), page[-1]
    run.undone += ended + (reopened if run.action == Action.TAKE else 0)
    run.save(update_fields=["position", "undone"])


def _reopen(run: TaggingRun, taggings: list[int]) -> int:
    """Taggings that the run ended stand again, unless the person has got the tag, or a rival of it, since. What would
    have expired meanwhile stays ended."""
    rivals = [run.tag_id, *writing.rivals(run.tag)] if run.tag.group.is_exclusive else []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tags_tagging t SET ended_at = NULL, ended_by = '', end_reason = '', ended_run_id = NULL
            WHERE t.id = ANY(%(ids)s) AND (t.expires_at IS NULL OR t.expires_at > %(now)s) AND NOT EXISTS (
                SELECT 1 FROM tags_tagging o
                WHERE o.merchant_id = %(merchant)s AND o.customer_id = t.customer_id AND o.ended_at IS NULL
                  AND (o.tag_id = t.tag_id OR o.tag_id = ANY(%(rivals)s))
            )
            """,
            {"ids": taggings, "now": clock.now(), "merchant": run.merchant_id, "rivals": rivals},
        )
        return int(cursor.rowcount)


def _current(run_id: int) -> TaggingRun:
    return TaggingRun.objects.select_for_update(of=("self",)).select_related("tag__group").get(pk=run_id)


def _locked(run_id: int, actor: Actor) -> TaggingRun:
    """Who may tag people of some stores only stops and undoes what is their own."""
    nodes = actor.nodes(BULK)
    found = queries.run(run_id, actor=actor)
    if nodes is not None and found.created_by_key != queries.key_of(actor):
        raise NotAllowed(permission=BULK)
    return _current(run_id)


def _queue(run: TaggingRun) -> None:
    jobs.defer("tags.run", lock=f"tags.run:{run.pk}", merchant_id=run.merchant_id, run_id=run.pk)


def _tell(run: TaggingRun) -> None:
    writer.mark_people_changed(run.merchant_id)
    events.publish(
        TaggingRunEnded(merchant_id=run.merchant_id, run_id=run.pk, state=run.state, changed=run.changed)
    )  # fmt: skip
