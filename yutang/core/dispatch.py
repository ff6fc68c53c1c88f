"""The job that hands an event to one handler."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yutang.core import events


@app.task(name="core.handle_event", retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def handle_event(merchant_id: int, event_id: int, handler: str) -> None:
    events.handle(merchant_id=merchant_id, event_id=event_id, handler=handler)
