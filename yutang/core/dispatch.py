"""The job that hands an event to one handler."""

from __future__ import annotations

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from yutang.core import events


@app.periodic(cron="* * * * *")
@app.task(name="core.retry_stalled", queueing_lock="core.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Jobs whose worker died are taken up again; every job can be repeated. Where another of the same queueing lock
    waits already, that one does the work, and the dead one ends: its conflict must not keep the others back."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, status=Status.ABORTED, delete_job=False)


@app.task(name="core.handle_event", retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def handle_event(merchant_id: int, event_id: int, handler: str) -> None:
    events.handle(merchant_id=merchant_id, event_id=event_id, handler=handler)
