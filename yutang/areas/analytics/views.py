"""Named steps that metrics and charts share: each a SELECT over lake tables and earlier steps.

A question's SQL is the steps it needs as common table expressions, each computed once, and its own SELECT. `$since`,
`$until` and `$nodes` are bound values: first day, last day, the stores that may be seen (NULL: all).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

from sqlglot import exp, parse_one

if TYPE_CHECKING:
    from collections.abc import Iterable

DIALECT = "duckdb"

# In order: a step may use those before it.
VIEWS: dict[str, str] = {
    # Sale lines up to the last day, of the stores asked about.
    "line": """
        SELECT id, order_id, customer_id, node_id, channel_id, occurred_on, kind, title, quantity, amount
        FROM orders.line
        WHERE occurred_on <= $until AND ($nodes IS NULL OR LIST_CONTAINS($nodes, node_id))
    """,
    # What each order sold (credits inside) and brought in net of refunds, a day and person at a time. A corrected
    # line and its reversal meet here and cancel out.
    "part": """
        SELECT order_id, customer_id, channel_id, node_id, occurred_on,
               COALESCE(SUM(amount) FILTER (WHERE kind <> 'refund'), 0)::BIGINT AS sold,
               SUM(amount)::BIGINT AS net
        FROM line
        GROUP BY order_id, customer_id, channel_id, node_id, occurred_on
    """,
    # An order is a purchase when its lines, refunds apart, sum to more than nothing; it happened when they did.
    "purchase": """
        SELECT order_id, MIN(occurred_on) FILTER (WHERE sold > 0) AS bought_on,
               ARG_MAX(customer_id, sold) FILTER (WHERE sold > 0) AS customer_id,
               ARG_MAX(channel_id, sold) AS channel_id, ARG_MAX(node_id, sold) AS node_id,
               SUM(sold)::BIGINT AS amount
        FROM part
        GROUP BY order_id
        HAVING SUM(sold) > 0
    """,
    # Days on which a known person bought.
    "bought_day": """
        SELECT customer_id, bought_on, COUNT(*) AS purchases, SUM(amount)::BIGINT AS amount
        FROM purchase
        WHERE customer_id IS NOT NULL
        GROUP BY customer_id, bought_on
    """,
    # Customers with a purchase.
    "buyer": """
        SELECT customer_id, COUNT(*) AS days, SUM(purchases)::BIGINT AS purchases, SUM(amount)::BIGINT AS amount,
               MIN(bought_on) AS first_on, MAX(bought_on) AS last_on
        FROM bought_day
        GROUP BY customer_id
    """,
    # A purchase day, its place in the person's row of days, and the days since the one before.
    "step": """
        SELECT customer_id, bought_on, purchases, amount,
               ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY bought_on) AS place,
               bought_on - LAG(bought_on) OVER (PARTITION BY customer_id ORDER BY bought_on) AS gap
        FROM bought_day
    """,
    # Identified customers by what their lines sum to, refunds and credits off, the best first.
    "ranked": """
        SELECT customer_id, net, ROW_NUMBER() OVER (ORDER BY net DESC, customer_id) AS place, COUNT(*) OVER () AS people
        FROM (SELECT customer_id, SUM(net)::BIGINT AS net FROM part WHERE customer_id IS NOT NULL GROUP BY customer_id)
    """,
    # People of the pool, with or without a purchase; the snapshot may be older than the last merge.
    "person": """
        SELECT COALESCE(m.customer_id, p.customer_id) AS customer_id, MIN(p.first_seen_on) AS seen_on
        FROM customers.person AS p
        LEFT JOIN redirect_people AS m ON m.source = p.customer_id
        WHERE p.first_seen_on <= $until AND ($nodes IS NULL OR LIST_CONTAINS($nodes, p.home_node_id))
        GROUP BY 1
    """,
}


def compose(select: str, also: Iterable[str] = ()) -> exp.Expression:
    """The SELECT with the steps it needs in front. `also` names steps it needs beyond those it mentions."""
    return _compose(select, tuple(also)).copy()


@lru_cache(maxsize=512)
def _compose(select: str, also: tuple[str, ...]) -> exp.Expression:
    tree = parse_one(select, dialect=DIALECT)
    needed, waiting = set(also), [*also, *_mentioned(tree)]
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting += [inner for inner in _mentioned(_view(name)) if inner not in needed]
    steps = [
        exp.CTE(this=_view(name).copy(), alias=exp.to_identifier(name), materialized=True)
        for name in VIEWS
        if name in needed
    ]
    if steps:
        own = tree.args.get("with_") or tree.args.get("with")
        both = exp.With(expressions=[*steps, *(own.expressions if own else [])])
        tree.set("with_" if "with_" in tree.arg_types else "with", both)
    return tree


def parameters(tree: exp.Expression) -> set[str]:
    """Names of the bound values an expression uses."""
    return {node.name for node in tree.find_all(exp.Parameter)} | {node.name for node in tree.find_all(exp.Placeholder)}


@lru_cache(maxsize=64)
def _view(name: str) -> exp.Expression:
    return cast("exp.Expression", parse_one(VIEWS[name], dialect=DIALECT))


def _mentioned(tree: exp.Expression) -> set[str]:
    return {table.name for table in tree.find_all(exp.Table) if not table.db and table.name in VIEWS}
