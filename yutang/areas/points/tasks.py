from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.points import services
from yutang.core import access, tenancy


@app.periodic(cron="20 * * * *")
@app.task(name="points.birthdays", queueing_lock="points.birthdays", pass_context=False)
def birthdays(timestamp: int) -> None:  # noqa: ARG001 – every periodic job is given its due time
    """Hourly, as days begin at different hours in different time zones; who was given points gets none again."""
    for merchant_id in list(tenancy.each_merchant(reason="points.birthdays")):
        after: int | None = 0
        while after is not None:
            with tenancy.scope(merchant_id):
                after = services.give_birthdays(after=after, actor=access.system(merchant_id, "points.birthdays"))
