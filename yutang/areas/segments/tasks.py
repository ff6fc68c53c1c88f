from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.segments import services
from yutang.core import tenancy
from yutang.core.errors import NotFound


@app.task(name="segments.refresh")
def refresh(merchant_id: int, segment_id: int) -> None:
    with tenancy.scope(merchant_id):
        try:
            services.refresh(segment_id=segment_id)
        except NotFound:  # archived since
            return


@app.periodic(cron="* * * * *")
@app.task(name="segments.start_due", pass_context=False)
def start_due(timestamp: int) -> None:  # noqa: ARG001
    """Where nothing is due this costs one look per merchant."""
    for merchant_id in tenancy.each_merchant(reason="segments due"):
        with tenancy.scope(merchant_id):
            services.start_due(merchant_id=merchant_id)
