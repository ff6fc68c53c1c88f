"""Jobs of the open platform."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.core import idempotency, limits


@app.periodic(cron="17 * * * *")
@app.task(name="openplatform.cleanup", queueing_lock="openplatform.cleanup")
def cleanup(timestamp: int) -> None:  # noqa: ARG001  the hour it was due
    idempotency.forget_old()
    limits.forget_old()
