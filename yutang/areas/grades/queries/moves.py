"""Who moved between two days, or would move under another ladder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.grades import states

if TYPE_CHECKING:
    from sqlglot import exp

    from yutang.areas.grades.models import Ladder
    from yutang.areas.grades.states import Asked

NOBODY = ""  # had not bought yet

_PAIRS = """
    SELECT COALESCE(b.customer_id, a.customer_id) AS customer_id, COALESCE(a.grade, '') AS before,
           COALESCE(b.grade, '') AS after, b.net_amount AS net
    FROM before_grade AS a FULL JOIN after_grade AS b ON b.customer_id = a.customer_id
"""


@dataclass(frozen=True)
class Move:
    """People who stood at `before` on the first day and at `after` on the second; "" is no purchase yet."""

    before: str
    after: str
    people: int
    net: int  # what they are worth on the second day


def movement(first: Asked, second: Asked, ladder: Ladder | None = None) -> list[Move]:
    """Moves between RFM groups, or between the tiers of a ladder; who stayed is in it too."""
    return _counted(pairs(first, second, ladder))


def preview(asked: Asked, *, now: Ladder, then: Ladder) -> list[Move]:
    """Moves that another ladder would make on the same day."""
    steps = states.graded(asked, now, "before_") | states.graded(asked, then, "after_")
    return _counted(_paired(steps, "tier"))


def pairs(first: Asked, second: Asked, ladder: Ladder | None = None) -> dict[str, exp.Expression]:
    """Steps that end in `moved`: customer_id, before, after, net."""
    steps = states.graded(first, ladder, "before_") | states.graded(second, ladder, "after_")
    return _paired(steps, '"group"' if ladder is None else "tier")


def _paired(steps: dict[str, exp.Expression], column: str) -> dict[str, exp.Expression]:
    for prefix in ("before_", "after_"):
        select = f"SELECT customer_id, net_amount, {column} AS grade FROM {prefix}graded"  # noqa: S608
        steps[f"{prefix}grade"] = states.parsed(select)
    steps["moved"] = states.parsed(_PAIRS)
    return steps


def _counted(steps: dict[str, exp.Expression]) -> list[Move]:
    select = """
        SELECT before, after, COUNT(*) AS people, COALESCE(SUM(net), 0)::BIGINT AS net
        FROM moved GROUP BY before, after ORDER BY before, after
    """
    return [Move(**row) for row in states.ask(select, steps).to_pylist()]
