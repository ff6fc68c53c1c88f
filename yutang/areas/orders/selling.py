"""What sold best, for whoever shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from yutang.areas.catalog import queries as catalog
from yutang.core import tenancy

if TYPE_CHECKING:
    from datetime import datetime

# Reversals and refunds carry negative pieces, so that the sum is what stayed with buyers.
_SOLD = """
SELECT l.product_code, SUM(l.quantity)
  FROM orders_order o JOIN orders_saleline l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
 WHERE o.merchant_id = %s AND o.ordered_at >= %s AND l.product_code <> ''
 GROUP BY 1 HAVING SUM(l.quantity) > 0 ORDER BY 2 DESC, 1 LIMIT %s
"""


def best_selling(since: datetime, most: int) -> list[tuple[int, int]]:
    """(product id, pieces) of all channels' orders since then, those that sold most first; what is no product of the
    catalogue is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_SOLD, [tenancy.require_merchant_id(), since, most])
        sold = cursor.fetchall()
    known = catalog.products_by_code(code for code, _ in sold)
    return [(known[code].pk, int(pieces)) for code, pieces in sold if code in known]
