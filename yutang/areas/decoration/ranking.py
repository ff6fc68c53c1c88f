"""What sells best. Orders lie above and say it by registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from yutang.areas.decoration.models import BestSeller
from yutang.core import clock, tenancy

PERIOD = timedelta(days=30)
KEPT = 100
# (since, how many) → (product id, pieces), those that sold most first
Sales = Callable[[datetime, int], Sequence[tuple[int, int]]]
SALES: list[Sales] = []  # filled in apps.ready() of who knows


def register(sales: Sales) -> None:
    SALES.append(sales)


@transaction.atomic
def rank() -> int:
    """Works out the best sellers of the merchant in scope anew; how many there are."""
    pieces: dict[int, int] = {}
    for sales in SALES:
        for product_id, sold in sales(clock.now() - PERIOD, KEPT):
            pieces[product_id] = pieces.get(product_id, 0) + sold
    best = sorted(pieces.items(), key=lambda row: (-row[1], row[0]))[:KEPT]
    merchant_id = tenancy.require_merchant_id()
    BestSeller.objects.all().delete()
    BestSeller.objects.bulk_create(
        BestSeller(merchant_id=merchant_id, place=place, product_id=product_id, pieces=sold)
        for place, (product_id, sold) in enumerate(best, start=1)
    )
    return len(best)
