"""Nightly: book out what expired, prove that everything adds up."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.core import access, audit, clock, logs, tenancy
from yutang.core.ledger import queries, services

log = logs.get(__name__)


@app.periodic(cron="10 * * * *")
@app.task(name="ledger.expire", queueing_lock="ledger.expire", pass_context=False)
def expire(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    """Hourly, as days end at different hours in different time zones."""
    for merchant_id in list(tenancy.each_merchant(reason="ledger.expire")):
        more = 1
        while more:
            with tenancy.scope(merchant_id):
                more = services.expire_due(now=clock.now(), actor=access.system(merchant_id, "ledger.expire"))


@app.periodic(cron="40 18 * * *")
@app.task(name="ledger.audit", queueing_lock="ledger.audit", pass_context=False)
def audit_balances(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    """A discrepancy is logged as an error and kept in the merchant's audit trail."""
    for merchant_id in list(tenancy.each_merchant(reason="ledger.audit")):
        with tenancy.scope(merchant_id):
            for found in queries.audit_balances(merchant_id=merchant_id):
                detail = {"what": found.what, "expected": found.expected, "found": found.found}
                log.error("ledger.discrepancy", merchant_id=merchant_id, id=found.id, **detail)
                audit.record(
                    "ledger.discrepancy", actor=access.system(merchant_id, "ledger.audit"),
                    object_type=f"ledger_{found.what}", object_id=found.id, detail=detail,
                )  # fmt: skip
