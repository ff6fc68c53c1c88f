"""Per-person purchase statistics: rebuilt from orders for the people given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from yutang.areas.orders.models import CustomerStatistic
from yutang.core import tenancy

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = 10_000


@transaction.atomic
def recompute_statistics(customer_ids: Sequence[int]) -> None:
    """A purchase is an order with a positive total; days are the merchant's own."""
    merchant_id = tenancy.require_merchant_id()
    ids = list(customer_ids)
    with connection.cursor() as cursor:
        cursor.execute("SELECT timezone FROM merchants_merchant WHERE id = %s", [merchant_id])
        values = {"merchant": merchant_id, "ids": ids, "timezone": cursor.fetchone()[0]}
        cursor.execute(
            """
            INSERT INTO orders_customerstatistic AS s (merchant_id, customer_id, purchases, purchase_days, net_amount,
                                                       first_purchase_at, last_purchase_at)
            SELECT %(merchant)s, o.customer_id,
                   count(*) FILTER (WHERE o.sold_amount > 0),
                   count(DISTINCT (COALESCE(o.paid_at, o.ordered_at) AT TIME ZONE %(timezone)s)::date)
                       FILTER (WHERE o.sold_amount > 0),
                   COALESCE(sum(o.sold_amount + o.refunded_amount), 0),
                   min(COALESCE(o.paid_at, o.ordered_at)) FILTER (WHERE o.sold_amount > 0),
                   max(COALESCE(o.paid_at, o.ordered_at)) FILTER (WHERE o.sold_amount > 0)
            FROM orders_order o
            WHERE o.merchant_id = %(merchant)s AND o.customer_id = ANY(%(ids)s)
            GROUP BY o.customer_id
            ON CONFLICT (customer_id) DO UPDATE SET
                purchases = EXCLUDED.purchases, purchase_days = EXCLUDED.purchase_days,
                net_amount = EXCLUDED.net_amount, first_purchase_at = EXCLUDED.first_purchase_at,
                last_purchase_at = EXCLUDED.last_purchase_at
            """,
            values,
        )
        cursor.execute(
            """
            DELETE FROM orders_customerstatistic s
            WHERE s.merchant_id = %(merchant)s AND s.customer_id = ANY(%(ids)s)
              AND NOT EXISTS (SELECT 1 FROM orders_order o
                              WHERE o.merchant_id = %(merchant)s AND o.customer_id = s.customer_id)
            """,
            values,
        )


def recompute_next_statistics(*, after: int) -> int | None:
    """The same for the next people by id beyond `after`; the last of them, or None when nobody was left."""
    people = CustomerStatistic.objects.filter(customer_id__gt=after).order_by("customer_id")
    ids = list(people.values_list("customer_id", flat=True)[:BATCH])
    if not ids:
        return None
    recompute_statistics(ids)
    return ids[-1]
