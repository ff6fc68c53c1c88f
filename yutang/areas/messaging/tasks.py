from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.messaging import services
from yutang.core import access, tenancy


@app.periodic(cron="*/10 * * * *")
@app.task(name="messaging.remind_all", queueing_lock="messaging.remind_all")
def remind_all(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    """The hour comes in each merchant's own zone; where the day is done, this is one look."""
    for merchant_id in list(tenancy.each_merchant(reason="messaging.remind")):
        actor = access.system(merchant_id, "messaging.remind")
        while services.remind_next(actor=actor):
            pass
