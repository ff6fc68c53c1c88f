from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pyarrow as pa

from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import services
from yutang.areas.orders.models import Order, SaleLine, SalesChannel
from yutang.core import access, tenancy

_numbers = itertools.count(1_000_000)  # beyond the orders of generated worlds


def make_sale_line(merchant, **overrides) -> SaleLine:
    """A bare fact row, for tests of the lake; orders of the product are made by `orders.services`."""
    number = next(_numbers)
    values = {
        "merchant": merchant, "order_id": number, "line_key": "1", "kind": "goods", "quantity": 1, "amount": 100,
        "occurred_at": datetime(2026, 3, 1, 17, tzinfo=UTC), "channel_id": 1, "node_id": 1,
    }  # fmt: skip
    return SaleLine.objects.create(**{**values, **overrides})


def make_channel(source: str = "taobao", shop: str = "") -> SalesChannel:
    made, _ = SalesChannel.objects.get_or_create(merchant_id=tenancy.require_merchant_id(), source=source, shop=shop)
    return made


def line(order_no: str, **overrides) -> dict:
    """One row of `orders.services.LINES`: a paid order of one piece for 10.00 on the first of March."""
    at = datetime(2026, 3, 1, 4, tzinfo=UTC)
    return {
        "order_no": order_no, "line_key": "1", "kind": "goods", "status": "completed", "ordered_at": at, "paid_at": at,
        "title": "Cake", "quantity": 1, "amount": 1000, "row": 1, **overrides,
    }  # fmt: skip


def record(*lines: dict, channel: SalesChannel | None = None, run_id: int | None = None) -> services.Recorded:
    """Records lines as an import does; `identity` (an Identity) says under which account."""
    channel_id = (channel or make_channel()).pk
    root = merchants.root_node().pk
    rows = []
    for given in lines:
        row = {"channel_id": channel_id, "node_id": root, **given}
        identity = row.pop("identity", None)
        if identity is not None:
            identity.refresh_from_db()
            row |= {
                "identity_id": identity.pk, "home_customer_id": identity.home_customer_id,
                "customer_id": identity.customer_id,
            }  # fmt: skip
        rows.append(row)
    actor = access.system(tenancy.require_merchant_id(), name="import")
    return services.record_lines(lines=pa.Table.from_pylist(rows, schema=services.LINES), run_id=run_id, actor=actor)


def make_order(order_no: str | None = None, **overrides) -> Order:
    """An order with one line, by the product's own service."""
    order_no = order_no or f"ORDER-{next(_numbers)}"
    channel = overrides.pop("channel", None) or make_channel()
    record(line(order_no, **overrides), channel=channel)
    return Order.objects.get(channel=channel, order_no=order_no)
