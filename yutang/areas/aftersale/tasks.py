"""Entry points of jobs about after-sale."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.aftersale import services
from yutang.core import access, clock, tenancy


@app.periodic(cron="* * * * *")
@app.task(name="aftersale.act_on_deadlines", queueing_lock="aftersale.act_on_deadlines")
def act_on_deadlines(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    for merchant_id in list(tenancy.each_merchant(reason="aftersale.deadlines")):
        actor = access.system(merchant_id, "aftersale.deadlines")
        while services.act_on_deadlines(now=clock.now(), actor=actor):
            pass
