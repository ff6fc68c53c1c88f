"""The rows behind a figure, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from yutang.areas.analytics import registry
from yutang.areas.analytics.queries.scope import Period, ask, scope
from yutang.areas.analytics.registry import Rows

if TYPE_CHECKING:
    from datetime import date

    from django.utils.functional import _StrPromise

    from yutang.core.access import Actor

PAGE = 50

# Each gives `sort` and `id`, whole numbers that order the rows, beside its columns. Highest first.
_SOURCES = {
    Rows.PEOPLE: """
        SELECT (n.seen_on - DATE '1970-01-01')::BIGINT AS sort, n.customer_id AS id, n.customer_id, n.seen_on,
               COALESCE(b.purchases, 0) AS purchases, b.last_on
        FROM person AS n LEFT JOIN buyer AS b ON b.customer_id = n.customer_id
    """,
    Rows.CUSTOMERS: """
        SELECT r.net AS sort, b.customer_id AS id, b.customer_id, b.first_on, b.last_on, b.days, b.purchases,
               b.last_on - b.first_on AS lifetime, b.amount, r.net
        FROM buyer AS b JOIN ranked AS r ON r.customer_id = b.customer_id
    """,
    Rows.PURCHASES: """
        SELECT (bought_on - DATE '1970-01-01')::BIGINT AS sort, order_id AS id, order_id, bought_on, customer_id,
               channel_id, node_id, amount
        FROM purchase
    """,
    Rows.LINES: """
        SELECT (occurred_on - DATE '1970-01-01')::BIGINT AS sort, id, order_id, occurred_on, customer_id, kind, title,
               node_id, quantity, amount
        FROM orders.line
        WHERE occurred_on <= $until AND ($nodes IS NULL OR LIST_CONTAINS($nodes, node_id))
    """,
    Rows.STEPS: """
        SELECT gap AS sort, customer_id * 100000 + place AS id, customer_id, bought_on - gap::INTEGER AS before_on,
               bought_on, gap
        FROM step WHERE place >= 2
    """,
}


@dataclass(frozen=True)
class Column:
    name: str
    label: _StrPromise
    kind: str  # "customer", "order", "channel", "node", "day", "count", "days", "money", "kind", "text"


_CUSTOMER = Column("customer_id", _("Customer"), "customer")
_LAST_PURCHASE = Column("last_on", _("Last purchase"), "day")
_PURCHASES = Column("purchases", _("Purchases"), "count")
_ORDER = Column("order_id", _("Order"), "order")
_STORE = Column("node_id", _("Store"), "node")
_AMOUNT = Column("amount", _("Amount"), "money")

COLUMNS: dict[Rows, tuple[Column, ...]] = {
    Rows.PEOPLE: (_CUSTOMER, Column("seen_on", _("First seen"), "day"), _PURCHASES, _LAST_PURCHASE),
    Rows.CUSTOMERS: (
        _CUSTOMER,
        Column("first_on", _("First purchase"), "day"),
        _LAST_PURCHASE,
        Column("lifetime", _("Lifetime"), "days"),
        Column("days", _("Days with a purchase"), "count"),
        _PURCHASES,
        Column("amount", _("Bought for"), "money"),
        Column("net", _("Net amount"), "money"),
    ),
    Rows.PURCHASES: (
        _ORDER,
        Column("bought_on", _("Day"), "day"),
        _CUSTOMER,
        Column("channel_id", _("Channel"), "channel"),
        _STORE,
        _AMOUNT,
    ),
    Rows.LINES: (
        _ORDER,
        Column("occurred_on", _("Day"), "day"),
        _CUSTOMER,
        Column("kind", _("Kind"), "kind"),
        Column("title", _("Product"), "text"),
        _STORE,
        Column("quantity", _("Quantity"), "count"),
        _AMOUNT,
    ),
    Rows.STEPS: (
        _CUSTOMER,
        Column("before_on", _("Purchase before"), "day"),
        Column("bought_on", _("Purchase"), "day"),
        Column("gap", _("Interval"), "days"),
    ),
}


@dataclass(frozen=True)
class RowPage:
    """Rows as the lake holds them, numbers for people, orders and places; `after`, `before` name the pages beside."""

    columns: tuple[Column, ...]
    rows: tuple[dict[str, Any], ...]
    total: int
    after: tuple[int, int] | None
    before: tuple[int, int] | None


def drill(
    key: str,
    *,
    at: date | None = None,
    period: Period | None = None,
    nodes: frozenset[int] | None = None,
    after: tuple[int, int] | None = None,
    before: tuple[int, int] | None = None,
    size: int = PAGE,
    actor: Actor,
) -> RowPage:
    """The rows that make up a figure. `after` or `before` is (sort, id) of the row to continue from."""
    metric = registry.get(key)
    asked = scope(at=at, period=period, nodes=nodes, actor=actor)
    backwards = before is not None
    direction, beyond, start = ("ASC", ">", before) if backwards else ("DESC", "<", after)
    condition, values = "TRUE", {}
    if start is not None:
        condition = f"(sort {beyond} $sort OR (sort = $sort AND id {beyond} $id))"
        values = {"sort": start[0], "id": start[1]}
    found = ask(
        f"""
        WITH behind AS MATERIALIZED (SELECT * FROM ({_SOURCES[metric.rows]}) AS source WHERE {metric.where})
        SELECT *, (SELECT COUNT(*) FROM behind) AS total FROM behind
        WHERE {condition} ORDER BY sort {direction}, id {direction} LIMIT $size
        """,  # noqa: S608  only constants
        asked,
        size=size + 1,
        **values,
    ).to_pylist()
    total = found[0]["total"] if found else 0
    found = [{name: value for name, value in row.items() if name != "total"} for row in found]
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    has_after = bool(rows) and (backwards or more)
    has_before = bool(rows) and (more if backwards else start is not None)
    return RowPage(
        columns=COLUMNS[metric.rows],
        rows=tuple(rows),
        total=total,
        after=(rows[-1]["sort"], rows[-1]["id"]) if has_after else None,
        before=(rows[0]["sort"], rows[0]["id"]) if has_before else None,
    )


def people(
    key: str, *, period: Period | None = None, nodes: frozenset[int] | None = None, limit: int, actor: Actor
) -> list[int]:
    """The known people of a figure's rows, ascending, at most `limit`."""
    metric = registry.get(key)
    found = ask(
        f"""
        SELECT DISTINCT customer_id FROM ({_SOURCES[metric.rows]}) AS source
        WHERE ({metric.where}) AND customer_id IS NOT NULL ORDER BY customer_id LIMIT $size
        """,  # noqa: S608  only constants
        scope(period=period, nodes=nodes, actor=actor),
        size=limit,
    )
    return [int(pk) for pk in found.column("customer_id").to_pylist()]
