"""Entry points of jobs about stored value."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.wallet.services import codes, recharging
from yutang.core import access, clock, tenancy


@app.periodic(cron="* * * * *")
@app.task(name="wallet.close_expired", queueing_lock="wallet.close_expired")
def close_expired(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    for merchant_id in list(tenancy.each_merchant(reason="wallet.close_expired")):
        actor = access.system(merchant_id, "wallet.close_expired")
        while recharging.close_expired(now=clock.now(), actor=actor):
            pass


@app.periodic(cron="20 * * * *")
@app.task(name="wallet.forget_codes", queueing_lock="wallet.forget_codes")
def forget_codes(timestamp: int) -> None:  # noqa: ARG001
    for merchant_id in list(tenancy.each_merchant(reason="wallet.forget_codes")):
        with tenancy.scope(merchant_id):
            codes.forget_old(now=clock.now())
