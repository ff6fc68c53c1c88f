"""Entry points of jobs about money."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yutang.areas.payments import services
from yutang.areas.payments.errors import Unreachable
from yutang.core import access, clock, tenancy

_AGAIN = RetryStrategy(max_attempts=50, exponential_wait=3, retry_exceptions=[Unreachable])


@app.task(name="payments.send_refund", retry=_AGAIN)
def send_refund(merchant_id: int, refund_id: int) -> None:
    services.send_refund(refund_id=refund_id, actor=access.system(merchant_id, "payments.send_refund"))


@app.task(name="payments.close_tenders", retry=_AGAIN)
def close_tenders(merchant_id: int, payable_type: str, payable_id: int, up_to: int | None = None) -> None:
    services.close_tenders(
        payable=(payable_type, payable_id), up_to=up_to, actor=access.system(merchant_id, "payments.close_tenders")
    )


@app.task(name="payments.launch", retry=RetryStrategy(max_attempts=5, wait=3, retry_exceptions=[Unreachable]))
def launch(merchant_id: int, tender_id: int) -> None:
    services.launch_and_say(tender_id=tender_id, actor=access.system(merchant_id, "payments.launch"))


@app.periodic(cron="* * * * *")
@app.task(name="payments.ask", queueing_lock="payments.ask")
def ask(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    for merchant_id in list(tenancy.each_merchant(reason="payments.ask")):
        actor = access.system(merchant_id, "payments.ask")
        services.ask_about_tenders(actor=actor)
        services.ask_about_refunds(actor=actor)


@app.periodic(cron="*/30 * * * *")
@app.task(name="payments.reconcile", queueing_lock="payments.reconcile")
def reconcile(timestamp: int) -> None:  # noqa: ARG001
    """From half past ten in Shanghai; again each half hour while a bill is not ready."""
    for merchant_id in list(tenancy.each_merchant(reason="payments.reconcile")):
        services.reconcile_due(now=clock.now(), actor=access.system(merchant_id, "payments.reconcile"))
