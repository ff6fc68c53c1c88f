"""What was sold in a period, where, and by whose stock: for who settles between stores. One statement each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import CharField, Exists, F, Func, OuterRef, Value
from django.db.models.functions import Cast

from yutang.areas.orders.models import OrderItem, SaleLine

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

ORDER = ("-occurred_at", "-id")

SOLD = """
SELECT node_id, sum(amount)::bigint, count(*) FROM orders_saleline
 WHERE merchant_id = %s AND occurred_at >= %s AND occurred_at < %s GROUP BY 1
"""
# A sale line's key ends in the position of its item, from 1 on: "2", "#refund:<key>:2".
SERVED = """
SELECT l.node_id, i.node_id, sum(l.amount)::bigint, count(*)
  FROM orders_saleline l
  JOIN orders_orderitem i ON i.merchant_id = l.merchant_id AND i.order_id = l.order_id
   AND i.position = (CASE WHEN l.line_key ~ '^(#refund:.*:)?[0-9]{1,4}$'
                          THEN substring(l.line_key FROM '[0-9]+$')::int - 1 END)
 WHERE l.merchant_id = %s AND l.occurred_at >= %s AND l.occurred_at < %s AND l.kind IN ('goods', 'refund')
   AND i.node_id <> l.node_id
 GROUP BY 1, 2
"""
BY_PRODUCT = """
SELECT product_code, sum(amount)::bigint, count(*) FROM orders_saleline
 WHERE merchant_id = %s AND occurred_at >= %s AND occurred_at < %s AND kind IN ('goods', 'refund')
   AND product_code <> '' GROUP BY 1
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


def sold(merchant_id: int, since: datetime, before: datetime) -> dict[int, Sold]:
    """Store → what its orders came to, with freight and less refunds, by when it happened."""
    return {row[0]: Sold(row[1], row[2]) for row in _rows(SOLD, merchant_id, since, before)}


def served(merchant_id: int, since: datetime, before: datetime) -> list[Served]:
    """Goods that another store than the order's gave out, less what was refunded of them."""
    return [Served(*row) for row in _rows(SERVED, merchant_id, since, before)]


def sold_products(merchant_id: int, since: datetime, before: datetime) -> dict[str, Sold]:
    """Product code → goods sold of it, less refunds; what has no code is left out."""
    return {row[0]: Sold(row[1], row[2]) for row in _rows(BY_PRODUCT, merchant_id, since, before)}


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


def _rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
