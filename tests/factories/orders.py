from __future__ import annotations

import itertools
from datetime import UTC, datetime

from yutang.areas.orders.models import SaleLine

_numbers = itertools.count(1)


def make_sale_line(merchant, **overrides) -> SaleLine:
    """A bare fact row, for tests of the lake; orders of the product are made by `orders.services`."""
    number = next(_numbers)
    values = {
        "merchant": merchant, "order_id": number, "line_key": "1", "kind": "goods", "quantity": 1, "amount": 100,
        "occurred_at": datetime(2026, 3, 1, 17, tzinfo=UTC), "channel_id": 1, "node_id": 1,
    }  # fmt: skip
    return SaleLine.objects.create(**{**values, **overrides})
