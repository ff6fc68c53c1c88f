from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from yutang.areas.customers import services
from yutang.areas.customers.models import Customer
from yutang.areas.merchants import queries as merchants
from yutang.core import access, tenancy

START = datetime(2026, 3, 1, 4, tzinfo=UTC)
_numbers = itertools.count(1)


def records(*rows: dict, node_id: int | None = None) -> pa.Table:
    """`records({"phone": "+86…"}, …)`: parties as an import shows them; an hour apart unless they say `seen_at`."""
    node = node_id or merchants.root_node().pk
    filled = [
        {"seen_at": START + timedelta(hours=n), "node_id": node, **row} for n, row in enumerate(rows)
    ]  # fmt: skip
    return pa.Table.from_pylist(filled, schema=services.RECORDS)


def resolve(*rows: dict, source: str = "import:1", namespace: str = "taobao", actor=None, node_id=None):
    """Resolves the rows; an empty row would be anonymous."""
    actor = actor or access.system(tenancy.require_merchant_id(), name="import")
    return services.resolve(records=records(*rows, node_id=node_id), source=source, namespace=namespace, actor=actor)


def make_customer(node_id: int | None = None, **row) -> Customer:
    """A person with one account (a buyer id unless `row` says otherwise)."""
    if not set(row) & {"phone", "email", "unionid", "buyer_id", "member_card"}:
        row["buyer_id"] = f"buyer-{next(_numbers)}"
    found = resolve(row, node_id=node_id)
    return Customer.objects.get(pk=int(found.customer[0]))
