"""The one list of figures: home page, reports, command line and API all read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from yutang.areas.analytics.errors import UnknownMetric


class Unit(StrEnum):
    COUNT = "count"
    MONEY = "money"  # minor units of the merchant's currency
    RATIO = "ratio"  # 0.25 is 25 %
    DAYS = "days"
    NUMBER = "number"


class Over(StrEnum):
    """What the days of a question mean to a metric."""

    PERIOD = "period"  # counted from the first to the last day
    HISTORY = "history"  # stands at the end of the last day, over everything before


class Rows(StrEnum):
    """What one row behind the figure is; `ROWS` in queries/drill.py gives their columns."""

    PEOPLE = "people"
    CUSTOMERS = "customers"  # people with what they bought
    PURCHASES = "purchases"
    LINES = "lines"
    STEPS = "steps"  # a purchase day and the one before it


@dataclass(frozen=True)
class Metric:
    """One figure. `value` and `where` are SQL over the steps of `views.py`: a SELECT of one number, and the condition
    that rows behind it meet."""

    key: str
    name: str  # English msgid
    definition: str  # English msgid: what it is, in plain words
    unit: Unit
    over: Over
    value: str
    rows: Rows
    where: str = "TRUE"
    higher_is_better: bool | None = True


METRICS: dict[str, Metric] = {}


def add(*metrics: Metric) -> None:
    for metric in metrics:
        METRICS[metric.key] = metric


def get(key: str) -> Metric:
    found = METRICS.get(key)
    if found is None:
        raise UnknownMetric(key=key)
    return found
