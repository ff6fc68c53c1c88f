from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.decoration import ranking
from yutang.core import tenancy


@app.periodic(cron="23 * * * *")
@app.task(name="decoration.rank", queueing_lock="decoration.rank")
def rank(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    for merchant_id in tenancy.each_merchant(reason="best sellers"):
        with tenancy.scope(merchant_id):
            ranking.rank()
