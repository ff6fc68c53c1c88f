"""Entry points of jobs about bookings."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.bookings import services
from yutang.core import access, clock, tenancy


@app.periodic(cron="* * * * *")
@app.task(name="bookings.expire", queueing_lock="bookings.expire")
def expire(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    for merchant_id in list(tenancy.each_merchant(reason="bookings.expire")):
        actor = access.system(merchant_id, "bookings.expire")
        while services.expire_due(now=clock.now(), actor=actor):
            pass
