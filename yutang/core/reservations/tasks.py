"""Every minute: what was held beyond its time becomes available again."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.core import access, clock, tenancy
from yutang.core.reservations import services


@app.periodic(cron="* * * * *")
@app.task(name="reservations.expire", queueing_lock="reservations.expire", pass_context=False)
def expire(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    for merchant_id in list(tenancy.each_merchant(reason="reservations.expire")):
        more = 1
        while more:
            with tenancy.scope(merchant_id):
                more = services.expire_due(now=clock.now(), actor=access.system(merchant_id, "reservations.expire"))
