"""How often people did something in a period, beside the period of the same length before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.analytics.errors import UnknownStep
from yutang.areas.analytics.queries.behaviour import behind, steps
from yutang.areas.analytics.queries.behaviour.behind import Behind
from yutang.areas.analytics.queries.behaviour.steps import PURCHASE, Asked, Step

if TYPE_CHECKING:
    from typing import Any

BANDS: tuple[tuple[int, int | None], ...] = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, None))
UNITS = ("times", "days")
_COUNTED = {"times": "COUNT(*)", "days": "COUNT(DISTINCT day)"}


@dataclass(frozen=True)
class Frequency:
    asked: Asked
    step: Step
    unit: str = "times"

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise UnknownStep(field="unit", value=self.unit, choices=", ".join(UNITS))


@dataclass(frozen=True)
class Side:
    """One period: people by band, and what they did in all. Median and mean are per person who did it at all."""

    people: int = 0
    total: int = 0
    median: float | None = None
    mean: float | None = None
    bands: tuple[int, ...] = (0,) * len(BANDS)


def frequency(question: Frequency) -> tuple[Side, Side | None]:
    """This period and the one before; None where there is none."""
    before = question.asked.period.before()
    bands = ", ".join(f"COUNT(*) FILTER (WHERE {_band(*band)}) AS band_{n}" for n, band in enumerate(BANDS))
    select = (
        "SELECT is_now, COUNT(*) AS people, SUM(number)::BIGINT AS total, MEDIAN(number) AS median,"  # noqa: S608
        f" AVG(number) AS mean, {bands} FROM counted GROUP BY is_now"
    )
    values: dict[str, Any] = question.step.values(0)
    if before is not None:
        values["first"] = before.since
    rows = steps.ask(behind.composed(_steps(question), select), question.asked, values).to_pylist()
    sides = {
        row["is_now"]: Side(
            row["people"], row["total"], row["median"], row["mean"], tuple(row[f"band_{n}"] for n in range(len(BANDS)))
        )
        for row in rows
    }
    return sides.get(True, Side()), None if before is None else sides.get(False, Side())


def people(question: Frequency, band: int | None) -> Behind:
    """Who did it as often as a band says; None: at all."""
    if band is not None and band not in range(len(BANDS)):
        raise UnknownStep(field="band", value=band, choices=f"0 – {len(BANDS) - 1}")
    low, high = (1, None) if band is None else BANDS[band]
    rule = None
    if question.step.kind != PURCHASE:
        count = {"op": ">=", "value": low} if high is None else {"op": "between", "value": [low, high]}
        rule = behind.did(question.step, question.asked, count=count, by_days=question.unit == "days")
        rule = behind.within_reach(rule, question.asked)
    return Behind(
        question.asked, _steps(question), f"counted WHERE is_now AND {_band(low, high)}", question.step.values(0), rule
    )


def _steps(question: Frequency) -> dict[str, str]:
    bought = question.step.kind == PURCHASE
    rows = steps.done(question.asked, events=not bought, purchases=bought)
    counted = (
        f"SELECT customer_id, day >= $since AS is_now, {_COUNTED[question.unit]} AS number"  # noqa: S608
        f" FROM done WHERE {question.step.condition(0)} GROUP BY 1, 2"
    )
    return {"done": rows, "counted": counted}


def _band(low: int, high: int | None) -> str:
    return f"number >= {low}" if high is None else f"number BETWEEN {low} AND {high}"
