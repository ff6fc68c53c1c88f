from __future__ import annotations

from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from yutang.areas.merchants import queries as merchants
from yutang.areas.segments import services
from yutang.areas.segments.models import Segment
from yutang.core import clock, jobs, tenancy
from yutang.core.errors import NotFound

REFRESH_HOUR = 4  # the merchant's own night, after the lake's compaction


@app.task(name="segments.refresh")
def refresh(merchant_id: int, segment_id: int) -> None:
    with tenancy.scope(merchant_id):
        try:
            services.refresh(segment_id=segment_id)
        except NotFound:  # archived since
            return


@app.periodic(cron="20 * * * *")
@app.task(name="segments.refresh_all", pass_context=False)
def refresh_all(timestamp: int) -> None:  # noqa: ARG001
    for merchant_id in tenancy.each_merchant(reason="nightly segments"):
        with tenancy.scope(merchant_id):
            zone = ZoneInfo(merchants.current_merchant(merchant_id).timezone)
            if clock.now().astimezone(zone).hour == REFRESH_HOUR:
                refresh_merchant(merchant_id)


def refresh_merchant(merchant_id: int) -> None:
    """A job for every segment in use; call in the merchant's scope."""
    for segment_id in Segment.objects.filter(archived_at__isnull=True).values_list("pk", flat=True):
        jobs.defer(
            "segments.refresh", queueing_lock=f"segments.refresh:{segment_id}",
            merchant_id=merchant_id, segment_id=segment_id,
        )  # fmt: skip
