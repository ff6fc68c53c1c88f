"""Job entry points of coupons."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.coupons import services


@app.task(name="coupons.run")
def run(merchant_id: int, run_id: int) -> None:
    services.execute(merchant_id=merchant_id, run_id=run_id)
