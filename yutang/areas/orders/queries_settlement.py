"""What was sold in periods, where, and by whose stock: for who settles between stores. One statement each, for any
number of periods (`core.periods`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import CharField, Exists, F, Func, OuterRef, Value
from django.db.models.functions import Cast

from yutang.areas.orders.models import OrderItem, SaleLine
from yutang.core import periods

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

ORDER = ("-occurred_at", "-id")

SOLD = """
SELECT width_bucket(occurred_at, %(edges)s::timestamptz[]), node_id, sum(amount)::bigint, count(*)
  FROM orders_saleline
 WHERE merchant_id = %(merchant)s AND occurred_at >= %(since)s AND occurred_at < %(before)s GROUP BY 1, 2
"""
# A sale line's key ends in the position of its item, from 1 on: "2", "#refund:<key>:2".
SERVED = """
SELECT width_bucket(l.occurred_at, %(edges)s::timestamptz[]), l.node_id, i.node_id, sum(l.amount)::bigint, count(*)
  FROM orders_saleline l
  JOIN orders_orderitem i ON i.merchant_id = l.merchant_id AND i.order_id = l.order_id
   AND i.position = (CASE WHEN l.line_key ~ '^(#refund:.*:)?[0-9]{1,4}$'
                          THEN substring(l.line_key FROM '[0-9]+$')::int - 1 END)
 WHERE l.merchant_id = %(merchant)s AND l.occurred_at >= %(since)s AND l.occurred_at < %(before)s
   AND l.kind IN ('goods', 'refund') AND i.node_id <> l.node_id
 GROUP BY 1, 2, 3
"""
BY_PRODUCT = """
SELECT width_bucket(occurred_at, %(edges)s::timestamptz[]), product_code, sum(amount)::bigint, count(*)
  FROM orders_saleline
 WHERE merchant_id = %(merchant)s AND occurred_at >= %(since)s AND occurred_at < %(before)s
   AND kind IN ('goods', 'refund') AND product_code <> '' GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Sold:
    """`amount` in minor units, less what was refunded, over `count` lines."""

    amount: int
    count: int


@dataclass(frozen=True, slots=True)
class Served:
    """Goods of an order of `sold_at` that `served_at` gave out."""

    sold_at: int
    served_at: int
    amount: int
    count: int


def sold(merchant_id: int, edges: Sequence[datetime]) -> list[dict[int, Sold]]:
    """For each period: store → what its orders came to, with freight and less refunds, by when it happened."""
    return periods.each(edges, ((n, node, Sold(*sums)) for n, node, *sums in _rows(SOLD, merchant_id, edges)))


def served(merchant_id: int, edges: Sequence[datetime]) -> list[list[Served]]:
    """For each period: goods that another store than the order's gave out, less what was refunded of them."""
    found: list[list[Served]] = [[] for _ in edges[1:]]
    for n, *row in _rows(SERVED, merchant_id, edges):
        found[n - 1].append(Served(*row))
    return found


def sold_products(merchant_id: int, edges: Sequence[datetime]) -> list[dict[str, Sold]]:
    """For each period: product code → goods sold of it, less refunds; what has no code is left out."""
    return periods.each(edges, ((n, code, Sold(*sums)) for n, code, *sums in _rows(BY_PRODUCT, merchant_id, edges)))


def lines(since: datetime, before: datetime, *, node_id: int | None = None) -> QuerySet[SaleLine]:
    """The rows behind; to be paged by `ORDER`."""
    rows = SaleLine.objects.filter(occurred_at__gte=since, occurred_at__lt=before)
    return rows if node_id is None else rows.filter(node_id=node_id)


def served_lines(
    since: datetime, before: datetime, *, served_at: int | None = None, sold_at: int | None = None
) -> QuerySet[SaleLine]:
    """Lines of goods that another store than the order's gave out, by one of the two; to be paged by `ORDER`."""
    rows = lines(since, before).filter(kind__in=(SaleLine.Kind.GOODS, SaleLine.Kind.REFUND))
    if sold_at is not None:
        rows = rows.filter(node_id=sold_at)
    elsewhere = OrderItem.objects.filter(order=OuterRef("order_id")).exclude(node_id=OuterRef("node_id"))
    if served_at is not None:
        elsewhere = elsewhere.filter(node_id=served_at)
    item = elsewhere.annotate(no=Cast(F("position") + 1, CharField()))
    return rows.annotate(item_no=Func(F("line_key"), Value("[0-9]+$"), function="substring")).filter(
        Exists(item.filter(no=OuterRef("item_no"))), line_key__regex=r"^(#refund:.*:)?[0-9]{1,4}$"
    )


def _rows(sql: str, merchant_id: int, edges: Sequence[datetime]) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {"merchant": merchant_id, "edges": list(edges), "since": edges[0], "before": edges[-1]}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
