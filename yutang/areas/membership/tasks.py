from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yutang.areas.membership.services import carding, gifting, judging
from yutang.core import access, clock, tenancy


@app.task(name="membership.judge", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def judge(merchant_id: int) -> None:
    """Today's look at everybody, and the gifts of the day; both go on where they were."""
    actor = access.system(merchant_id, "membership.judge")
    while judging.judge_next(actor=actor):
        pass
    while gifting.give_next(actor=actor):
        pass


@app.periodic(cron="*/10 * * * *")
@app.task(name="membership.judge_all", queueing_lock="membership.judge_all")
def judge_all(timestamp: int) -> None:  # noqa: ARG001
    """The day begins in each merchant's own zone; where it is done, this is one look."""
    for merchant_id in list(tenancy.each_merchant(reason="membership.judge")):
        judge(merchant_id)


@app.periodic(cron="* * * * *")
@app.task(name="membership.close_expired", queueing_lock="membership.close_expired")
def close_expired(timestamp: int) -> None:  # noqa: ARG001
    for merchant_id in list(tenancy.each_merchant(reason="membership.close_expired")):
        actor = access.system(merchant_id, "membership.close_expired")
        while carding.close_expired(now=clock.now(), actor=actor):
            pass
