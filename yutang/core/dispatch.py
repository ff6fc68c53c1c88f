"""The job that hands an event to one handler."""

from __future__ import annotations

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from yutang.core import events


@app.periodic(cron="* * * * *")
@app.task(name="core.retry_stalled", queueing_lock="core.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Jobs whose worker died are taken up again; every job can be repeated."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@app.task(name="core.handle_event", retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def handle_event(merchant_id: int, event_id: int, handler: str) -> None:
    events.handle(merchant_id=merchant_id, event_id=event_id, handler=handler)
