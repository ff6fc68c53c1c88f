from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yutang.reactions import redating


@app.task(name="reactions.redate", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def redate(merchant_id: int) -> None:
    redating.redate(merchant_id)
