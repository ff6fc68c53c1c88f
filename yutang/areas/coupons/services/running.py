"""Issuing to many at once: chunk by chunk, each one transaction that also moves the run's position.

Killed at any moment, a run goes on where it was; run twice, it issues nothing twice. Whom it is about and who is held
out is stored before anything is issued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection, transaction
from pyroaring import BitMap64

from yutang.areas.coupons import rules
from yutang.areas.coupons.errors import NobodyChosen, WrongState, WrongTerms
from yutang.areas.coupons.models import Run, Template, Terms
from yutang.areas.coupons.services import issuing
from yutang.areas.coupons.services.designing import locked, require_everywhere, terms_id
from yutang.areas.customers import merging
from yutang.areas.customers import queries as customers
from yutang.areas.segments import audience
from yutang.areas.segments import queries as segments
from yutang.core import access, audit, clock, jobs, locks, tenancy
from yutang.core.errors import NotFound
from yutang.core.locks import Lock
from yutang.core.reservations.models import Pool

if TYPE_CHECKING:
    from datetime import datetime

    from yutang.core.access import Actor

CHUNK = 20_000
SHARE = 0.1  # held out unless somebody says otherwise
State = Run.State

_ISSUE = """
INSERT INTO coupons_coupon (merchant_id, template_id, terms_id, customer_id, home_customer_id, state, via, issue_key,
       run_id, issued_at, valid_from, valid_until)
SELECT %(merchant)s, %(template)s, %(terms)s, p.id, p.id, 'usable', 'run', '', %(run)s, %(now)s, %(from)s, %(until)s
  FROM unnest(%(people)s::bigint[]) AS p (id)
 ORDER BY p.id LIMIT %(most)s
ON CONFLICT (merchant_id, run_id, home_customer_id) WHERE run_id IS NOT NULL DO NOTHING
"""
# Both ask for the people of a chunk, never for what was issued of the template or the run: of a table that has just
# grown PostgreSQL knows nothing, and would read all of that again for each person.
_HAVE_ENOUGH = """
SELECT customer_id FROM coupons_coupon
 WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(people)s::bigint[])
 GROUP BY customer_id HAVING count(*) FILTER (WHERE template_id = %(template)s AND via <> 'gift') >= %(per_person)s
"""
_HAVE_THIS = """
SELECT home_customer_id FROM coupons_coupon
 WHERE merchant_id = %(merchant)s AND run_id = %(run)s AND home_customer_id = ANY(%(people)s::bigint[])
"""


@transaction.atomic
def start(
    *, template_id: int, segment_id: int, share: float = SHARE, key: str, actor: Actor
) -> Run:  # fmt: skip
    """Queues a run over the people of a segment as it is now, as far as they may be treated so; the same `key` again is
    the same run. NobodyChosen, CouponNotOffered."""
    require_everywhere(actor, issuing.ISSUE)
    if (earlier := Run.objects.filter(key=key).first()) is not None:
        return earlier
    if not 0 <= share <= 0.5:
        raise WrongTerms(field="share", reason="0 – 50 %")
    segment = segments.get(segment_id, actor=actor)
    people = audience.audience(segments.segment_rule(segment), actor=actor).people
    return store(template_id=template_id, people=people, share=share, key=key, segment_id=segment_id, actor=actor)


@transaction.atomic
def store(
    *, template_id: int, people: BitMap64, share: float, key: str, segment_id: int | None = None, actor: Actor
) -> Run:  # fmt: skip
    """Writes down who gets one and who is held out, and queues the run."""
    template = Template.objects.filter(pk=template_id).first()
    if template is None:
        raise NotFound
    issuing.must_be_active(template)
    if not people:
        raise NobodyChosen(field="segment")
    ids = np.array(people, dtype=np.int64)
    is_out = rules.held_out(f"coupons.run:{actor.merchant_id}:{key}", ids, share)
    chosen, withheld = BitMap64(ids[~is_out]), BitMap64(ids[is_out])
    run = Run.objects.create(
        merchant_id=actor.merchant_id, template=template, terms_id=terms_id(template), segment_id=segment_id, key=key,
        people=bytes(chosen.serialize()), withheld=bytes(withheld.serialize()), total=len(chosen),
        held_out=len(withheld), created_by=actor.name,
    )  # fmt: skip
    audit.record(
        "coupons.start_run", actor=actor, object_type="coupon_run", object_id=run.pk,
        detail={"template": template.pk, "people": run.total, "held_out": run.held_out, "segment": segment_id},
    )  # fmt: skip
    _queue(run)
    return run


@transaction.atomic
def stop(*, run_id: int, actor: Actor) -> Run:
    """What it has issued stays with the people; `resume` goes on. Again: nothing."""
    require_everywhere(actor, issuing.ISSUE)
    run = _current(run_id)
    if run.is_open:
        _end(run, State.STOPPED, "by_hand")
        audit.record("coupons.stop_run", actor=actor, object_type="coupon_run", object_id=run.pk)
    return run


@transaction.atomic
def resume(*, run_id: int, actor: Actor) -> Run:
    """Goes on where it was stopped, or where its worker died. WrongState when it is done."""
    require_everywhere(actor, issuing.ISSUE)
    run = _current(run_id)
    if run.state == State.DONE:
        raise WrongState(name=run.template.name, state=run.get_state_display())
    if run.state == State.STOPPED:
        run.state, run.stopped_because, run.finished_at = State.QUEUED, "", None
        run.save(update_fields=["state", "stopped_because", "finished_at"])
    audit.record("coupons.resume_run", actor=actor, object_type="coupon_run", object_id=run.pk)
    _queue(run)
    return run


def execute(*, merchant_id: int, run_id: int, chunk: int = CHUNK) -> None:
    """Does, or goes on with, a run. Call outside any transaction."""
    # One executor per run; a second one (its job was taken for dead) waits and finds nothing left to do.
    with locks.held(Lock.COUPON_RUN, run_id):
        with tenancy.scope(merchant_id):
            run = _current(run_id)
        people = np.array(BitMap64.deserialize(bytes(run.people)), dtype=np.int64)
        while run.is_open:
            with tenancy.scope(merchant_id):
                run = _current(run_id)
                if not run.is_open:  # stopped meanwhile
                    break
                first = int(np.searchsorted(people, run.position, side="right"))
                _step(run, people[first : first + chunk])


def _step(run: Run, people: np.ndarray[Any, np.dtype[np.int64]]) -> None:
    """One chunk and the new position together."""
    if not len(people):
        _end(run, State.DONE)
        return
    template = locked(run.template_id)
    if template.state != Template.State.ACTIVE:
        _end(run, State.STOPPED, "not_offered")
        return
    most = _left(template)
    now = clock.now()
    begins, ends = issuing.span(Terms.objects.get(pk=run.terms_id), now)
    if not most or ends <= now:
        _end(run, State.STOPPED, "gone" if not most else "not_offered")
        return
    # Whoever was merged since is the person of today; nobody is merged until this commits.
    merging.lock_identities(run.merchant_id)
    today = _entitled(run, template, customers.current_people(people.tolist()), most)
    made = _insert(run, today, begins, ends, now, most)
    if made:
        issuing.take_from_pools(template, made, f"coupon_run:{run.pk}:{run.position}:{run.issued}", _by(run))
        template.issued += made
        template.save(update_fields=["issued"])
    run.issued += made
    run.state = State.RUNNING
    if made == most < len(today):  # some of the chunk may have got none: they are asked again when there is more
        _end(run, State.STOPPED, "gone")
        run.save(update_fields=["issued"])
        return
    run.position, run.handled = int(people[-1]), run.handled + len(people)
    run.save(update_fields=["state", "position", "handled", "issued"])


def _entitled(run: Run, template: Template, people: list[int], most: int) -> list[int]:
    """Without those who have as many as a person may. Who has one of this run already must not count where there are
    fewer left than people; else the conflict is enough."""
    asked: dict[str, Any] = {
        "merchant": run.merchant_id, "template": run.template_id, "run": run.pk, "people": people,
        "per_person": template.per_person,
    }  # fmt: skip
    have: set[int] = set()
    with connection.cursor() as cursor:
        if template.per_person is not None:
            cursor.execute(_HAVE_ENOUGH, asked)
            have.update(row[0] for row in cursor.fetchall())
        if most < len(people):
            cursor.execute(_HAVE_THIS, asked)
            have.update(row[0] for row in cursor.fetchall())
    return [person for person in people if person not in have] if have else people


def _insert(run: Run, people: list[int], begins: datetime, ends: datetime, now: datetime, most: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            _ISSUE,
            {
                "merchant": run.merchant_id, "template": run.template_id, "terms": run.terms_id, "run": run.pk,
                "now": now, "from": begins, "until": ends, "people": people, "most": most,
            },
        )  # fmt: skip
        return int(cursor.rowcount)


def _left(template: Template) -> int:
    """How many more pieces the limits allow."""
    most = 2**31
    for pool_id, per_piece in issuing.wanted(template, 1):
        most = min(most, Pool.objects.select_for_update(no_key=True).get(pk=pool_id).available // per_piece)
    return most


def _end(run: Run, state: str, because: str = "") -> None:
    run.state, run.stopped_because, run.finished_at = state, because, clock.now()
    run.save(update_fields=["state", "stopped_because", "finished_at"])


def _current(run_id: int) -> Run:
    found = Run.objects.select_for_update(of=("self",)).select_related("template").filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found


def _by(run: Run) -> Actor:
    return access.system(run.merchant_id, run.created_by)


def _queue(run: Run) -> None:
    jobs.defer("coupons.run", lock=f"coupons.run:{run.pk}", merchant_id=run.merchant_id, run_id=run.pk)
