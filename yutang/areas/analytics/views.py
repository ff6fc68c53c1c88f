"""Named steps that metrics and charts share: each a SELECT over lake tables and earlier steps.

A question's SQL is the steps it needs as common table expressions, each computed once, and its own SELECT. `$since`,
`$until` and `$nodes` are bound values: first day, last day, the stores that may be seen (NULL: all).
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from sqlglot import exp, parse_one

DIALECT = "duckdb"

# In order: a step may use those before it.
VIEWS: dict[str, str] = {
    # Sale lines up to the last day, of the stores asked about.
    "line": """
        SELECT order_id, customer_id, node_id, channel_id, occurred_on, kind, amount
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

# The same steps as they stood at the end of an earlier day, out of those at `$until`: filtering what is computed
# already costs a tenth of computing it twice. A purchase stands on the one day it was paid, so this is exact as long
# as an order is not paid on two days.
EARLIER: dict[str, str] = {
    "part": "SELECT * FROM part WHERE occurred_on <= $earlier_until",
    "purchase": "SELECT * FROM purchase WHERE bought_on <= $earlier_until",
    "bought_day": "SELECT * FROM bought_day WHERE bought_on <= $earlier_until",
    "step": "SELECT * FROM step WHERE bought_on <= $earlier_until",
    "person": "SELECT * FROM person WHERE seen_on <= $earlier_until",
}
_PREFIX = "earlier_"


def compose(select: str) -> exp.Expression:
    """The SELECT with the steps it needs in front, each computed once."""
    return _compose(select).copy()


def earlier(select: str) -> str:
    """The SELECT over the steps of an earlier day; its first and last day are `$earlier_since`, `$earlier_until`."""
    return str(_earlier(_parsed(select)).sql(dialect=DIALECT))


def parameters(tree: exp.Expression) -> set[str]:
    """Names of the bound values an expression uses."""
    return {node.name for node in tree.find_all(exp.Placeholder)}


@lru_cache(maxsize=512)
def _compose(select: str) -> exp.Expression:
    tree = _parsed(select)
    needed: set[str] = set()
    waiting = list(_mentioned(tree))
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting += [inner for inner in _mentioned(_steps()[name]) if inner not in needed]
    steps = [
        exp.CTE(this=view.copy(), alias=exp.to_identifier(name), materialized=True)
        for name, view in _steps().items()
        if name in needed
    ]
    if steps:
        own = tree.args.get("with_") or tree.args.get("with")
        both = exp.With(expressions=[*steps, *(own.expressions if own else [])])
        tree.set("with_" if "with_" in tree.arg_types else "with", both)
    return tree


def _parsed(sql: str) -> exp.Expression:
    return cast("exp.Expression", parse_one(sql, dialect=DIALECT))


@lru_cache(maxsize=1)
def _steps() -> dict[str, exp.Expression]:
    """All steps in an order in which each stands behind those it uses."""
    found = {name: _parsed(sql) for name, sql in VIEWS.items()}
    for name, sql in VIEWS.items():
        filtered = EARLIER.get(name)
        tree = _parsed(filtered or sql)
        found[_PREFIX + name] = tree if filtered else _earlier(tree)
    return found


def _earlier(tree: exp.Expression) -> exp.Expression:
    for table in list(tree.find_all(exp.Table)):
        if not table.db and table.name in VIEWS:
            alias = table.alias or table.name
            table.set("this", exp.to_identifier(_PREFIX + table.name))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    for node in list(tree.find_all(exp.Placeholder)):
        if node.name in ("since", "until"):
            node.set("this", _PREFIX + node.name)
    return tree


def _mentioned(tree: exp.Expression) -> set[str]:
    return {table.name for table in tree.find_all(exp.Table) if not table.db and table.name in _known()}


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset([*VIEWS, *(_PREFIX + name for name in VIEWS)])
