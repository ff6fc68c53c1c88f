"""Scores and tiers as SQL over a state: columns `last_purchase_on`, `purchases`, `net_amount` (rules.py in SQL).

The same expressions serve the person snapshot of segments, with boundaries as literals, and states of past days, with
boundaries as columns computed in the same query.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from sqlglot import exp, parse_one

from yutang.areas.grades import rules
from yutang.areas.grades.models import Boundaries, Ladder

DIALECT = "duckdb"
PLACES = (1, 2, 3, 4)


def _up(column: str, letter: str) -> str:
    steps = " + ".join(f"CAST({column} > :{letter}{n} AS INT)" for n in PLACES)
    return f"CASE WHEN purchases > 0 THEN 1 + {steps} END"


# Days since grow as the last purchase lies further back: a boundary of days is one of dates.
R = "5 - " + " - ".join(f"CAST(last_purchase_on < :r{n} AS INT)" for n in PLACES)
F = _up("purchases", "f")
M = _up("net_amount", "m")
_CELLS = ", ".join(f"'{group}'" for row in rules.TABLE for group in row)
GROUP = f"LIST_EXTRACT([{_CELLS}], (({R}) - 1) * 5 + (({F}) + ({M}) + 1) // 2)"
SQL = {"r": R, "f": F, "m": M, "group": GROUP}

# The ends of the fifths of a state; nearest rank, so that each is somebody's own value.
FIFTHS = """
    SELECT COUNT(*) AS people,
           QUANTILE_DISC(DATE_DIFF('day', last_purchase_on, :counted_to), [0.2, 0.4, 0.6, 0.8]) AS recency,
           QUANTILE_DISC(purchases, [0.2, 0.4, 0.6, 0.8]) AS frequency,
           QUANTILE_DISC(net_amount, [0.2, 0.4, 0.6, 0.8]) AS monetary
    FROM state WHERE purchases > 0
"""


def literals(boundaries: Boundaries | None) -> dict[str, Any]:
    """The twelve numbers by the names the expressions use; without boundaries nobody has a score."""
    if boundaries is None or not boundaries.people:
        return {f"{letter}{n}": exp.null() for letter in "rfm" for n in PLACES}
    parts: dict[str, list[Any]] = {
        "r": boundaries.last_days(), "f": boundaries.frequency, "m": boundaries.monetary,
    }  # fmt: skip
    return {f"{letter}{n}": parts[letter][n - 1] for letter in parts for n in PLACES}


def columns(counted_to: date) -> dict[str, exp.Expression]:
    """The same as columns of a row `fifths`: what `FIFTHS` gives, recency as dates."""
    day, found = {"counted_to": counted_to}, {}
    for n in PLACES:
        found[f"r{n}"] = expression(f"(:counted_to - CAST(fifths.recency[{n}] AS INT))", day)
        found[f"f{n}"] = expression(f"fifths.frequency[{n}]", day)
        found[f"m{n}"] = expression(f"fifths.monetary[{n}]", day)
    return found


def expression(sql: str, values: Mapping[str, Any]) -> exp.Expression:
    """A SQL text with its placeholders filled: expressions as they are, everything else as literals."""
    return exp.replace_placeholders(_parsed(sql), **values)


@lru_cache(maxsize=64)
def _parsed(sql: str) -> exp.Expression:
    return parse_one(sql, dialect=DIALECT)


# -- tiers -----------------------------------------------------------------------------------------------------------

COLUMN = {Ladder.Measure.NET: "net_amount", Ladder.Measure.PURCHASES: "purchases"}
# What happened in a window, per person. An order counts where its lines of these days, refunds apart, exceed 0.
WINDOW = {
    Ladder.Measure.NET: """
        SELECT l.customer_id AS customer_id, SUM(l.amount) AS value FROM orders.line AS l
        WHERE l.occurred_on BETWEEN :until - :back AND :until AND l.customer_id IS NOT NULL GROUP BY l.customer_id
    """,
    Ladder.Measure.PURCHASES: """
        SELECT o.customer_id AS customer_id, COUNT(*) AS value FROM (
            SELECT l.customer_id, l.order_id FROM orders.line AS l
            WHERE l.occurred_on BETWEEN :until - :back AND :until AND l.customer_id IS NOT NULL AND l.kind <> 'refund'
            GROUP BY l.customer_id, l.order_id HAVING SUM(l.amount) > 0
        ) AS o GROUP BY o.customer_id
    """,
}


def _tier(value: str) -> str:
    return (
        f"CASE WHEN {value} >= :big_from THEN '{rules.Tier.BIG}'"
        f" WHEN {value} >= :middle_from THEN '{rules.Tier.MIDDLE}' ELSE '{rules.Tier.SMALL}' END"
    )


TIER = _tier("value")
# Over the columns of the person snapshot. Those of the window are qualified; the bare `customer_id` is the person's.
_OF_EVERYTHING = {m: f"CASE WHEN purchases > 0 THEN {_tier(column)} END" for m, column in COLUMN.items()}
_OF_WINDOW = {
    m: f"""
        CASE WHEN purchases > 0 THEN COALESCE(
            (SELECT {_tier("w.value")} FROM ({window}) AS w WHERE w.customer_id = customer_id), '{rules.Tier.SMALL}'
        ) END
    """  # noqa: S608  only our own texts
    for m, window in WINDOW.items()
}


def ladder_values(ladder: Ladder) -> dict[str, int]:
    return {
        "middle_from": ladder.middle_from, "big_from": ladder.big_from, "back": (ladder.window_days or 1) - 1,
    }  # fmt: skip


def tier_of_person(ladder: Ladder) -> exp.Expression:
    """The tier of a person of the snapshot who has bought, NULL for others; `:today` is left to be filled."""
    texts = _OF_EVERYTHING if ladder.window_days is None else _OF_WINDOW
    return expression(texts[Ladder.Measure(ladder.measure)], {**ladder_values(ladder), "until": _parsed(":today")})
