"""Nightly: book out what expired, prove that everything adds up."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.core import access, clock, tenancy
from yutang.core.ledger import auditing, services


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
            auditing.prove(actor=access.system(merchant_id, "ledger.audit"))


@app.task(name="ledger.audit_one")
def audit_one(merchant_id: int, run_id: int) -> None:
    """What somebody asked for on the page."""
    with tenancy.scope(merchant_id):
        auditing.carry_out(run_id=run_id, actor=access.system(merchant_id, "ledger.audit"))
