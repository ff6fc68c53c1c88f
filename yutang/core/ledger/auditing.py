"""The proof that everything adds up: asked for, done by a job, kept with what it found."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from yutang.core import audit, clock, jobs, logs
from yutang.core.ledger import queries
from yutang.core.ledger.models import AuditRun

if TYPE_CHECKING:
    from yutang.core.access import Actor

MOST_FOUND = 100  # kept of one run; `found_count` says how many there were
log = logs.get(__name__)


def ask(*, actor: Actor) -> AuditRun:
    """A run that a worker does soon; the one that still waits, if there is one."""
    waiting = AuditRun.objects.filter(merchant_id=actor.merchant_id, finished_at=None).order_by("-id").first()
    run = waiting or AuditRun.objects.create(merchant_id=actor.merchant_id, by=_by(actor))
    jobs.defer("ledger.audit_one", queueing_lock=f"ledger.audit:{run.pk}", merchant_id=actor.merchant_id, run_id=run.pk)
    return run


def carry_out(*, run_id: int, actor: Actor) -> AuditRun:
    """Compares everything; each discrepancy is logged as an error and kept in the audit trail. A finished run stays
    as it is."""
    run = AuditRun.objects.select_for_update().get(pk=run_id, merchant_id=actor.merchant_id)
    if run.finished_at is not None:
        return run
    found = queries.audit_balances(merchant_id=actor.merchant_id)
    for one in found:
        detail = {"what": one.what, "expected": one.expected, "found": one.found}
        log.error("ledger.discrepancy", merchant_id=actor.merchant_id, id=one.id, **detail)
        audit.record(
            "ledger.discrepancy", actor=actor, object_type=f"ledger_{one.what}", object_id=one.id, detail=detail
        )  # fmt: skip
    run.found, run.found_count = [asdict(one) for one in found[:MOST_FOUND]], len(found)
    run.finished_at = clock.now()
    run.save()
    return run


def prove(*, actor: Actor) -> AuditRun:
    """A run of its own, at once: the nightly one."""
    run = AuditRun.objects.create(merchant_id=actor.merchant_id, by=_by(actor))
    return carry_out(run_id=run.pk, actor=actor)


def _by(actor: Actor) -> str:
    return "system" if actor.kind == "system" else actor.name[:200]
