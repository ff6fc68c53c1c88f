"""A *state*: last purchase, purchases and net amount of everybody, today or as they stood at the end of a past day.

Today's is the person snapshot, so that charts, segments and lists count alike. A past day's is made of the facts up to
it, which are append-only: the purchase of `analytics/views.py`, said again because analytics stand above.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlglot import exp, parse_one

from yutang.areas.grades import scoring
from yutang.lake import engine

if TYPE_CHECKING:
    import pyarrow as pa

    from yutang.areas.grades.models import Boundaries, Ladder

_NOW = "SELECT customer_id, last_purchase_on, purchases, net_amount, home_node_id FROM customers.person"
# Everybody known with a line; who only gave back, or got something for nothing, has no purchase.
_PAST = """
    SELECT v.customer_id, b.last_purchase_on, COALESCE(b.purchases, 0) AS purchases, v.net_amount
    FROM (SELECT customer_id, SUM(net)::BIGINT AS net_amount FROM part WHERE customer_id IS NOT NULL GROUP BY 1) AS v
    LEFT JOIN (
        SELECT customer_id, MAX(bought_on) AS last_purchase_on, COUNT(*) AS purchases FROM purchase
        WHERE customer_id IS NOT NULL GROUP BY 1
    ) AS b ON b.customer_id = v.customer_id
"""
_PART = """
    SELECT order_id, customer_id, occurred_on, SUM(amount) AS net,
           COALESCE(SUM(amount) FILTER (WHERE kind <> 'refund'), 0) AS sold
    FROM orders.line WHERE occurred_on <= :until GROUP BY order_id, customer_id, occurred_on
"""
_PURCHASE = """
    SELECT order_id, MIN(occurred_on) FILTER (WHERE sold > 0) AS bought_on,
           ARG_MAX(customer_id, sold) FILTER (WHERE sold > 0) AS customer_id
    FROM part GROUP BY order_id HAVING SUM(sold) > 0
"""
_REACH = "SELECT p.customer_id FROM customers.person AS p WHERE LIST_CONTAINS(:nodes, p.home_node_id)"


@dataclass(frozen=True)
class Asked:
    """A day (None: today, by the snapshot and its stored boundaries) and the home stores (None: all)."""

    day: date | None
    today: date
    nodes: frozenset[int] | None
    boundaries: Boundaries | None = None  # of today

    @property
    def until(self) -> date:
        return self.day or self.today


def today(prefix: str = "") -> dict[str, exp.Expression]:
    """The step of today's state."""
    return {f"{prefix}state": parsed(_NOW)}


def facts_until(day: date, prefix: str = "") -> dict[str, exp.Expression]:
    """The steps of a past day's state by name; `prefix` keeps two days apart in one query."""
    steps = {"part": _PART, "purchase": _PURCHASE, "state": _PAST}
    found = {}
    for name, sql in steps.items():
        tree = scoring.expression(sql, {"until": day})
        for table in tree.find_all(exp.Table):
            if not table.db and table.name in steps:
                table.set("this", exp.to_identifier(prefix + table.name))
        found[prefix + name] = tree
    return found


def graded(asked: Asked, ladder: Ladder | None = None, prefix: str = "") -> dict[str, exp.Expression]:
    """Steps that end in `graded`: the people in reach with `r, f, m, "group"`, or with their `tier` on a ladder."""
    steps = today(prefix) if asked.day is None else facts_until(asked.day, prefix)
    state = f"{prefix}state"
    select = _scored(asked, state, prefix, steps) if ladder is None else _tiered(ladder, asked, state, prefix, steps)
    steps[f"{prefix}graded"] = within(select, asked)
    return steps


def _scored(asked: Asked, state: str, prefix: str, steps: dict[str, exp.Expression]) -> exp.Select:
    if asked.day is None:
        values: dict[str, Any] = scoring.literals(asked.boundaries)
        source = f"{state} AS s"
    else:
        counted_to = date.fromordinal(asked.day.toordinal() + 1)
        fifths = scoring.expression(scoring.FIFTHS, {"counted_to": counted_to})
        for table in fifths.find_all(exp.Table):
            table.set("this", exp.to_identifier(state))
        steps[f"{prefix}fifths"] = fifths
        values = scoring.columns(counted_to)
        source = f"{state} AS s CROSS JOIN {prefix}fifths AS fifths"
    scored = [exp.alias_(scoring.expression(sql, values), name) for name, sql in scoring.SQL.items()]
    kept = "s.customer_id, s.purchases, s.net_amount, s.last_purchase_on"
    return parsed(f"SELECT {kept} FROM {source} WHERE s.purchases > 0").select(*scored)  # noqa: S608


def _tiered(ladder: Ladder, asked: Asked, state: str, prefix: str, steps: dict[str, exp.Expression]) -> exp.Select:
    """Everybody with a purchase up to the day, by what the ladder measures."""
    measure = type(ladder).Measure(ladder.measure)
    values = scoring.ladder_values(ladder)
    if ladder.window_days is None:
        valued = f"SELECT s.*, s.{scoring.COLUMN[measure]} AS value FROM {state} AS s"  # noqa: S608
    else:
        steps[f"{prefix}span"] = scoring.expression(scoring.WINDOW[measure], {**values, "until": asked.until})
        valued = (
            f"SELECT s.*, COALESCE(w.value, 0)::BIGINT AS value FROM {state} AS s"  # noqa: S608
            f" LEFT JOIN {prefix}span AS w ON w.customer_id = s.customer_id"
        )
    steps[f"{prefix}valued"] = parsed(valued)
    kept = "s.customer_id, s.purchases, s.net_amount, s.last_purchase_on, s.value"
    tree = parsed(f"SELECT {kept} FROM {prefix}valued AS s WHERE s.purchases > 0")  # noqa: S608
    return tree.select(exp.alias_(scoring.expression(scoring.TIER, values), "tier"))


def within(select: exp.Select, asked: Asked) -> exp.Select:
    """Only people at home in the stores asked about."""
    if asked.nodes is None:
        return select
    reach = scoring.expression(_REACH, {"nodes": exp.convert(sorted(asked.nodes))})
    return select.where(exp.In(this=exp.column("customer_id", table="s"), query=reach.subquery()))


def ask(select: str, steps: dict[str, exp.Expression], **values: Any) -> pa.Table:
    """Rows of a SELECT over steps, each computed once."""
    tree = parse_one(select, dialect=scoring.DIALECT)
    ctes = [exp.CTE(this=step, alias=exp.to_identifier(name), materialized=True) for name, step in steps.items()]
    tree.set("with_" if "with_" in tree.arg_types else "with", exp.With(expressions=ctes))
    return engine.query(tree, **values)


def parsed(sql: str) -> Any:
    return parse_one(sql, dialect=scoring.DIALECT)
