"""Job entry points of customers."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.customers.suggestions import services as suggestions
from yutang.core import access


@app.task(name="customers.suggest")
def suggest(merchant_id: int, run_id: int) -> None:
    suggestions.execute(run_id=run_id, actor=access.system(merchant_id))
