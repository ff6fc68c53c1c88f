"""Entry points of jobs about orders."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.orders import services
from yutang.core import access, clock, tenancy


@app.periodic(cron="* * * * *")
@app.task(name="orders.close_expired", queueing_lock="orders.close_expired")
def close_expired(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    for merchant_id in list(tenancy.each_merchant(reason="orders.close_expired")):
        actor = access.system(merchant_id, "orders.close_expired")
        while services.close_expired(now=clock.now(), actor=actor):
            pass


@app.periodic(cron="* * * * *")
@app.task(name="orders.complete_received", queueing_lock="orders.complete_received")
def complete_received(timestamp: int) -> None:  # noqa: ARG001
    for merchant_id in list(tenancy.each_merchant(reason="orders.complete_received")):
        actor = access.system(merchant_id, "orders.complete_received")
        while services.complete_received(now=clock.now(), actor=actor):
            pass
