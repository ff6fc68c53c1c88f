"""A small pool of people and orders for tests of the API, made by the services that imports use."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as merchant_services
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order, SalesChannel
from yutang.core import access, tenancy

_numbers = itertools.count(1)
START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def make_store(merchant, code="S1"):
    with tenancy.scope(merchant.pk):
        return merchant_services.add_node(
            parent=merchants.root_node(), kind="store", code=code, name=f"Store {code}",
            actor=access.system(merchant.pk),
        )  # fmt: skip


def make_person(merchant, *, node=None, name="Wang Li", **keys) -> Customer:
    number = next(_numbers)
    with tenancy.scope(merchant.pk):
        record = {
            "buyer_id": f"buyer-{number}", "name": name, "seen_at": START + timedelta(minutes=number),
            "node_id": (node or merchants.root_node()).pk, **keys,
        }  # fmt: skip
        table = pa.Table.from_pylist([record], schema=customers.RECORDS)
        found = customers.resolve(
            records=table, source="import:1", namespace="taobao", actor=access.system(merchant.pk)
        )
        return Customer.objects.get(pk=int(found.customer[0]))


def make_order(merchant, person=None, *, amounts=(1000,), node=None, day=0, source="taobao", **overrides) -> Order:
    number = next(_numbers)
    with tenancy.scope(merchant.pk):
        channel, _ = SalesChannel.objects.get_or_create(merchant=merchant, source=source, shop="")
        identity = person and person.identities.order_by("id").first()
        at = START + timedelta(days=day)
        rows = [
            {
                "channel_id": channel.pk, "order_no": f"N{number}", "line_key": str(index),
                "kind": "goods" if amount >= 0 else "refund", "status": "completed", "ordered_at": at, "paid_at": at,
                "quantity": 1, "amount": amount, "title": f"Cake {index}", "row": index,
                "node_id": (node or merchants.root_node()).pk, "identity_id": identity and identity.pk,
                "home_customer_id": identity and identity.home_customer_id,
                "customer_id": identity and identity.customer_id, **overrides,
            }
            for index, amount in enumerate(amounts, start=1)
        ]  # fmt: skip
        orders.record_lines(
            lines=pa.Table.from_pylist(rows, schema=orders.LINES), run_id=None, actor=access.system(merchant.pk)
        )
        return Order.objects.get(order_no=rows[0]["order_no"])


def sql(captured) -> list[str]:
    """The statements of a request, without savepoints and settings."""
    quiet = ("SAVEPOINT", "RELEASE", "ROLLBACK TO", "BEGIN", "COMMIT", "SELECT set_config", "WITH before AS")
    return [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(quiet)]
