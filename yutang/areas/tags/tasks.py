"""Job entry points of tags."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from yutang.areas.merchants import queries as merchants
from yutang.areas.tags import services
from yutang.core import clock, tenancy
from yutang.lake import writer

HOUR = 3  # the merchant's own night, before segments are counted


@app.task(name="tags.run")
def run(merchant_id: int, run_id: int) -> None:
    services.execute(merchant_id=merchant_id, run_id=run_id)


@app.task(name="tags.recompute")
def recompute(merchant_id: int, tag_id: int) -> None:
    writer.run()  # the rule is asked of everything that is known by now
    services.recompute(merchant_id=merchant_id, tag_id=tag_id)


@app.task(name="tags.end_archived")
def end_archived(merchant_id: int, tag_id: int) -> None:
    services.end_archived(merchant_id=merchant_id, tag_id=tag_id)


@app.periodic(cron="10 * * * *")
@app.task(name="tags.nightly", pass_context=False)
def nightly(timestamp: int) -> None:  # noqa: ARG001
    """Every hour expired tags end; once a night rule tags follow their rules."""
    for merchant_id in tenancy.each_merchant(reason="nightly tags"):
        with tenancy.scope(merchant_id):
            services.expire()
            services.end_life()
            zone = ZoneInfo(merchants.current_merchant(merchant_id).timezone)
            if clock.now().astimezone(zone).hour == HOUR:
                services.recompute_all(merchant_id=merchant_id)
