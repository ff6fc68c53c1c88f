"""Who went through steps in their order, how far, and how long each step took (docs/algorithms/behaviour.md).

For every row that is a step there is a *chain* that leads to it, from the row where it started. Of all chains that
have reached the step before, the one with the latest start can be continued whenever any of them can; and the later a
row, the later the start of its chain. So each row needs only the nearest chain before it: one as-of join a step, which
sorts both sides and never pairs every row with every other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from yutang.areas.analytics.queries.behaviour import behind, steps
from yutang.areas.analytics.queries.behaviour.behind import Behind
from yutang.areas.analytics.queries.behaviour.steps import PURCHASE, Asked, Step
from yutang.core.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

FEWEST, MOST = 2, 8
LONGEST_WINDOW = 366  # days
# The order of a person's rows (steps.ORDER) as one number, since an as-of join compares one.
_PLACE = f"at::HUGEINT * {2**64}::HUGEINT + (kind = '{PURCHASE}')::INT::HUGEINT * {2**63}::HUGEINT + id"


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
        "hit": behind.once(f"""
            SELECT customer_id, at, day, {marks}, {_PLACE} AS place FROM {source} WHERE {" OR ".join(conditions)}
        """),  # noqa: S608  only constants
        "chain_0": behind.once("""
            SELECT customer_id, place, at, at AS start FROM hit WHERE is_0 AND day BETWEEN $since AND $until
        """),
    }
    for n in range(1, len(conditions)):
        found[f"chain_{n}"] = behind.once(f"""
            SELECT h.customer_id, h.place, h.at, c.start, h.at - c.at AS gap
            FROM hit AS h ASOF JOIN chain_{n - 1} AS c ON c.customer_id = h.customer_id AND h.place > c.place
            WHERE h.is_{n} AND h.at - c.start <= $window
        """)  # noqa: S608
        found[f"arrived_{n}"] = f"""
            SELECT customer_id, ARG_MIN(gap, place) AS gap FROM chain_{n} GROUP BY customer_id
        """  # noqa: S608
    later = range(1, len(conditions))
    depth = "".join(f" + CASE WHEN a{n}.gap IS NULL THEN 0 ELSE 1 END" for n in later)
    gaps = "".join(f", a{n}.gap AS gap_{n}" for n in later)
    joins = " ".join(f"LEFT JOIN arrived_{n} AS a{n} ON a{n}.customer_id = b.customer_id" for n in later)
    began = "(SELECT DISTINCT customer_id FROM chain_0) AS b"
    found["reached"] = f"SELECT b.customer_id, 1{depth} AS depth{gaps} FROM {began} {joins}"  # noqa: S608
    return found


def limits(window: timedelta, last: date) -> dict[str, Any]:
    """What `chains` binds: the window, and the last day that is read."""
    return {"window": window // timedelta(microseconds=1), "last": last}


def _steps(question: Funnel) -> dict[str, str]:
    kinds = {step.kind for step in question.steps}
    rows = steps.done(question.asked, events=kinds != {PURCHASE}, purchases=PURCHASE in kinds)
    return {"done": rows, **chains([step.condition(n) for n, step in enumerate(question.steps)], "done")}


def _values(question: Funnel) -> dict[str, Any]:
    window = timedelta(days=question.window)
    found = limits(window, question.asked.until + window + timedelta(days=1))
    for place, step in enumerate(question.steps):
        found |= step.values(place)
    return found
