"""Looking for likely pairs: a job that asks people; it never merges."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext

from yutang.areas.customers import queries
from yutang.areas.customers.identity import cases
from yutang.areas.customers.models import ReviewCase, SuggestionRun
from yutang.areas.customers.suggestions import matcher, names, pool
from yutang.core import audit, clock, jobs, locks, tenancy
from yutang.core.errors import Invalid, NotFound
from yutang.core.locks import Lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yutang.core.access import Actor

LEAST, MOST = 0.5, 1000
LIMIT = 100_000
BATCH = 500  # questions written at once


@dataclasses.dataclass
class Outcome:
    """What a run found. `crowded`: places in blocks too large to compare (docs/algorithms/suggestions.md)."""

    people: int = 0
    compared: int = 0
    crowded: int = 0
    likely: int = 0
    proposed: int = 0


@transaction.atomic
def start(*, least: float = LEAST, most: int = MOST, actor: Actor) -> SuggestionRun:
    """Queues a search, or one that is open anew, in case its process died; whoever comes second finds it done."""
    run = _prepare(least, most, actor)
    jobs.defer(
        "customers.suggest", queueing_lock=f"customers.suggest:{run.pk}", merchant_id=actor.merchant_id, run_id=run.pk
    )
    return run


def suggest(
    *, least: float = LEAST, most: int = MOST, actor: Actor, progress: Callable[[int], None] | None = None
) -> Outcome:
    """A search at once, for the command line; call outside any transaction."""
    with tenancy.scope(actor.merchant_id):
        run = _prepare(least, most, actor)
    return execute(run_id=run.pk, actor=actor, progress=progress)


def execute(*, run_id: int, actor: Actor, progress: Callable[[int], None] | None = None) -> Outcome:
    """Runs (or goes on with) a search; call outside any transaction.

    A run that was killed is simply done again: it finds the same pairs and asks those that it had not asked.
    """
    with locks.held(Lock.SUGGESTION_RUN, actor.merchant_id):
        with tenancy.scope(actor.merchant_id):
            run = SuggestionRun.objects.filter(pk=run_id).first()
            if run is None:
                raise NotFound
        if not run.is_open:
            return Outcome(**run.counts)
        with _told_when_interrupted(run):
            _tell(run, 5, progress)
            with tenancy.scope(actor.merchant_id):
                people, settled = pool.people(actor.merchant_id), pool.settled()
            model, found = matcher.match(
                people, least=run.least, most=run.most, apart=settled,
                progress=lambda percent: _tell(run, percent, progress),
            )  # fmt: skip
            outcome = Outcome(people.num_rows, model.pairs, model.crowded, len(found))
            for place in range(0, len(found), BATCH):
                with tenancy.scope(actor.merchant_id):
                    outcome.proposed += _ask(found[place : place + BATCH], actor)
            _finish(run, outcome, actor)
        _tell(run, 100, progress)
        return outcome


def _prepare(least: float, most: int, actor: Actor) -> SuggestionRun:
    queries.require_everybody(actor)
    if not 0.05 <= least < 1:
        reason = gettext("Choose a chance from 0.05 to below 1.")
        raise Invalid(field="least", field_label=gettext("Least chance"), reason=reason)
    if not 1 <= most <= LIMIT:
        raise Invalid(field="most", field_label=gettext("Most pairs"), reason=gettext("Choose 1 to 100,000 pairs."))
    locks.until_commit(Lock.SUGGESTION_START, actor.merchant_id)
    waiting = SuggestionRun.objects.filter(state__in=(SuggestionRun.State.QUEUED, SuggestionRun.State.RUNNING)).first()
    if waiting is not None:
        return waiting
    run = SuggestionRun.objects.create(merchant_id=actor.merchant_id, least=least, most=most, created_by=actor.name)
    audit.record(
        "customers.suggest", actor=actor, object_type="suggestion_run", object_id=run.pk,
        detail={"least": least, "most": most},
    )  # fmt: skip
    return run


def _ask(found: list[matcher.Scored], actor: Actor) -> int:
    questions = [cases.Question([pair.one, pair.other], evidence(pair), pair.score) for pair in found]
    return cases.ask(ReviewCase.Kind.SUGGESTION, questions, actor)


def evidence(pair: matcher.Scored) -> list[dict[str, Any]]:
    """The score taken apart; no value of anybody is in it. The bits add up to the score."""
    prior = {"kind": "likeness", "field": "prior", "level": "", "bits": pair.prior, "share": None}
    return [prior, *({"kind": "likeness", **dataclasses.asdict(reason)} for reason in pair.reasons)]


def chance(score: float) -> float:
    """The probability that a score means."""
    return matcher.probability(score)


def split_name(name: str) -> tuple[str, str]:
    """(family, given) as they were compared."""
    return names.split(name)


@contextmanager
def _told_when_interrupted(run: SuggestionRun) -> Iterator[None]:
    ended = False
    try:
        yield
        ended = True
    finally:
        if not ended and not connection.in_atomic_block and connection.is_usable():
            with tenancy.scope(run.merchant_id):
                SuggestionRun.objects.filter(pk=run.pk).update(
                    state=SuggestionRun.State.FAILED, finished_at=clock.now()
                )


def _tell(run: SuggestionRun, percent: int, progress: Callable[[int], None] | None) -> None:
    with tenancy.scope(run.merchant_id):
        SuggestionRun.objects.filter(pk=run.pk, state__in=("queued", "running")).update(
            percent=percent, state=SuggestionRun.State.RUNNING
        )
    if progress:
        progress(percent)


def _finish(run: SuggestionRun, outcome: Outcome, actor: Actor) -> None:
    with tenancy.scope(actor.merchant_id):
        SuggestionRun.objects.filter(pk=run.pk).update(
            state=SuggestionRun.State.DONE, percent=100, counts=dataclasses.asdict(outcome), finished_at=clock.now()
        )
