"""Who brings in the money: people by net amount, the best first, and how many of them make a share of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.grades import states

if TYPE_CHECKING:
    from yutang.areas.grades.states import Asked


@dataclass(frozen=True)
class Point:
    people: float  # share of people
    net: float  # share of net amount


@dataclass(frozen=True)
class Pareto:
    """`needed` people make `share` of the net amount: the fewest whose sum reaches it, each at least `least` worth.
    `least` is shared by `tied` people in all who are worth that much or more. None where there is nothing to share."""

    people: int
    net: int
    share: float
    needed: int | None
    least: int | None
    tied: int
    top20_share: float | None
    curve: tuple[Point, ...]


def pareto(asked: Asked, *, percent: int = 80) -> Pareto:
    """Everybody known with a sale line, as the metric `pareto.top20_share` counts them; from the facts on any day."""
    steps = states.facts_until(asked.until)
    steps["reached"] = states.within(states.parsed("SELECT s.customer_id, s.net_amount FROM state AS s"), asked)
    steps["ranked"] = states.parsed("""
        SELECT net_amount AS net, ROW_NUMBER() OVER best AS place, COUNT(*) OVER () AS people,
               SUM(net_amount) OVER (best ROWS UNBOUNDED PRECEDING)::BIGINT AS running,
               SUM(net_amount) OVER ()::BIGINT AS total
        FROM reached WINDOW best AS (ORDER BY net_amount DESC, customer_id)
    """)
    steps["found"] = states.parsed("""
        SELECT place, net FROM ranked WHERE total > 0 AND running * 100 >= $percent * total ORDER BY place LIMIT 1
    """)
    # One point for every percent of the people, and the best fifth, rounded up.
    select = """
        SELECT r.place, r.running, r.people, r.total, f.place AS needed, f.net AS least,
               (SELECT COUNT(*) FROM ranked WHERE net >= (SELECT net FROM found)) AS tied
        FROM ranked AS r LEFT JOIN found AS f ON TRUE
        WHERE r.place * 100 // r.people > (r.place - 1) * 100 // r.people OR r.place = (r.people + 4) // 5
        ORDER BY r.place
    """
    rows = states.ask(select, steps, percent=percent).to_pylist()
    if not rows or rows[0]["total"] <= 0:
        people, net = (rows[0]["people"], rows[0]["total"]) if rows else (0, 0)
        return Pareto(people, net, percent / 100, None, None, 0, None, ())
    first = rows[0]
    people, net = first["people"], first["total"]
    fifth = next(row["running"] for row in rows if row["place"] == (people + 4) // 5)
    curve = (Point(0, 0), *(Point(row["place"] / people, row["running"] / net) for row in rows))
    return Pareto(people, net, percent / 100, first["needed"], first["least"], first["tied"], fifth / net, curve)
