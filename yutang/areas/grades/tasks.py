from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.grades import services
from yutang.core import tenancy


@app.periodic(cron="* * * * *")
@app.task(name="grades.refresh_all", pass_context=False)
def refresh_all(timestamp: int) -> None:  # noqa: ARG001
    """Where neither the day nor the people's snapshot is new, this costs one look per merchant."""
    for merchant_id in tenancy.each_merchant(reason="boundaries of grades"):
        with tenancy.scope(merchant_id):
            services.refresh()
