"""Who went through steps in their order, how far, and how long each step took (docs/algorithms/behaviour.md).

One pass over a person's rows in order. For every row that is a step there is a *chain* that leads to it: the row where
the chain started and the row of the step before. Of all chains that reach a step, the one with the latest start can be
continued whenever any of them can, so one chain a step is carried along: as one number, its start and its last row
(microseconds since `$base`) side by side, of which a running maximum finds the latest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from yutang.areas.analytics.queries.behaviour import behind, steps
from yutang.areas.analytics.queries.behaviour.behind import Behind
from yutang.areas.analytics.queries.behaviour.steps import PURCHASE, Asked, Step
from yutang.core.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST, MOST = 2, 8
LONGEST_WINDOW = 366  # days
_SHIFT = f"{2**52}::HUGEINT"  # 142 years of microseconds


@dataclass(frozen=True)
class Funnel:
    """Chains start in the period; later steps may lie beyond it, at most `window` times 24 hours after the start."""

    asked: Asked
    steps: tuple[Step, ...]
    window: int = 30

    def __post_init__(self) -> None:
        if not FEWEST <= len(self.steps) <= MOST:
            reason = gettext("Choose %(least)s to %(most)s steps.") % {"least": FEWEST, "most": MOST}
            raise Invalid(field="steps", field_label=gettext("Steps"), reason=reason)
        if not 1 <= self.window <= LONGEST_WINDOW:
            reason = gettext("Write 1 to %(limit)s days.") % {"limit": LONGEST_WINDOW}
            raise Invalid(field="window", field_label=gettext("Within days"), reason=reason)


@dataclass(frozen=True)
class Reached:
    """`people` came as far as this step. `median` seconds since the step before: over all of them, on the way by which
    each first arrived here."""

    people: int
    median: float | None


def funnel(question: Funnel) -> list[Reached]:
    return counts(question.asked, _steps(question), len(question.steps), _values(question))


def people(question: Funnel, step: int, *, dropped: bool = False) -> Behind:
    """Who reached a step (from 1 on); with `dropped` who reached it and went no further."""
    if step not in range(1, len(question.steps) + (0 if dropped else 1)):
        raise NotFound(field="step")
    first, rule = question.steps[0], None
    if step == 1 and not dropped and first.kind != PURCHASE:
        rule = behind.within_reach(behind.did(first, question.asked), question.asked)
    return reached(question.asked, _steps(question), step, _values(question), dropped=dropped, rule=rule)


# -- shared with AISAS ---------------------------------------------------------------------------------------------


def counts(asked: Asked, parts: dict[str, str], number: int, values: dict[str, Any]) -> list[Reached]:
    columns = ", ".join(
        f"COUNT(*) FILTER (WHERE depth > {n}) AS people_{n}"
        + (f", MEDIAN(gap_{n}) FILTER (WHERE depth > {n}) AS median_{n}" if n else "")
        for n in range(number)
    )
    row = steps.ask(behind.composed(parts, f"SELECT {columns} FROM reached"), asked, values).to_pylist()[0]  # noqa: S608
    medians = [row.get(f"median_{n}") for n in range(number)]
    return [
        Reached(row[f"people_{n}"], None if median is None else median / 1_000_000) for n, median in enumerate(medians)
    ]


def reached(
    asked: Asked, parts: dict[str, str], step: int, values: dict[str, Any], *, dropped: bool = False,
    rule: behind.Rule | None = None,
) -> Behind:  # fmt: skip
    return Behind(asked, parts, f"reached WHERE depth {'=' if dropped else '>='} {step:d}", values, rule)


def chains(conditions: Sequence[str], source: str) -> dict[str, str]:
    """Steps that end in `reached`: each person's `depth`, and `gap_n` microseconds between the steps."""
    marks = ", ".join(f"{condition} AS is_{n}" for n, condition in enumerate(conditions))
    found = {
        "hit": f"""
            SELECT customer_id, at - $base AS at, day, {marks},
                   ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY {steps.ORDER}) AS place
            FROM {source} WHERE {" OR ".join(conditions)}
        """,  # noqa: S608  only constants
        "chain_0": f"""
            SELECT *, CASE WHEN is_0 AND day BETWEEN $since AND $until THEN at * {_SHIFT} + at END AS chain_0 FROM hit
        """,  # noqa: S608
    }
    for n in range(1, len(conditions)):
        found[f"latest_{n}"] = f"""
            SELECT *, MAX(chain_{n - 1}) OVER (
                PARTITION BY customer_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS latest FROM chain_{n - 1}
        """  # noqa: S608
        reaches = f"is_{n} AND at - latest // {_SHIFT} <= $window"
        found[f"chain_{n}"] = f"""
            SELECT * EXCLUDE (latest), CASE WHEN {reaches} THEN latest - latest % {_SHIFT} + at END AS chain_{n},
                   CASE WHEN {reaches} THEN (at - latest % {_SHIFT})::BIGINT END AS step_{n}
            FROM latest_{n}
        """  # noqa: S608
    last = len(conditions) - 1
    depth = " ".join(f"WHEN COUNT(chain_{n}) > 0 THEN {n + 1}" for n in range(last, -1, -1))
    gaps = "".join(
        f", ARG_MIN(step_{n}, place) FILTER (WHERE chain_{n} IS NOT NULL) AS gap_{n}" for n in range(1, last + 1)
    )
    found["reached"] = f"SELECT customer_id, CASE {depth} END AS depth{gaps} FROM chain_{last} GROUP BY customer_id"  # noqa: S608
    return found


def limits(asked: Asked, window: timedelta, last: Any) -> dict[str, Any]:
    """What `chains` binds: a base before every row, the window, and the last day that is read."""
    base = datetime.combine(asked.since, time(), UTC) - timedelta(days=2)
    return {
        "base": int(base.timestamp()) * 1_000_000, "window": window // timedelta(microseconds=1), "last": last,
    }  # fmt: skip


def _steps(question: Funnel) -> dict[str, str]:
    kinds = {step.kind for step in question.steps}
    rows = steps.done(question.asked, events=kinds != {PURCHASE}, purchases=PURCHASE in kinds)
    return {"done": rows, **chains([step.condition(n) for n, step in enumerate(question.steps)], "done")}


def _values(question: Funnel) -> dict[str, Any]:
    window = timedelta(days=question.window)
    found = limits(question.asked, window, question.asked.until + window + timedelta(days=1))
    for place, step in enumerate(question.steps):
        found |= step.values(place)
    return found
