from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from yutang.areas.privacy import copying, erasing, retention
from yutang.areas.privacy.errors import StillErasing
from yutang.core import access, clock, jobs, logs, tenancy
from yutang.lake import expiry

AGAIN = timedelta(minutes=1)
log = logs.get(__name__)


@app.task(name="privacy.erase")
def erase(merchant_id: int, request_id: int) -> None:
    try:
        erasing.run(request_id=request_id, merchant_id=merchant_id)
    except StillErasing as waits:
        log.info("privacy.waits", request=request_id, reasons=str(waits))
        jobs.defer("privacy.erase", delay=AGAIN, merchant_id=merchant_id, request_id=request_id)


@app.task(name="privacy.copy")
def copy(merchant_id: int, request_id: int) -> None:
    copying.run(request_id=request_id, merchant_id=merchant_id)


@app.periodic(cron="40 19 * * *")
@app.task(name="privacy.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001
    for merchant_id in tenancy.each_merchant(reason="retention"):
        with tenancy.scope(merchant_id):
            retention.sweep(actor=access.system(merchant_id, name="retention"))
    expiry.expire(clock.now() - expiry.GRACE)
