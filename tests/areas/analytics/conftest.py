from __future__ import annotations

import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from tests.factories.merchants import make_merchant
from yutang.areas.customers import services as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import SalesChannel
from yutang.core import access, tenancy
from yutang.lake import writer

_numbers = itertools.count(1)
KEYS = ("unionid", "external_userid", "buyer_id", "member_card", "openid", "phone", "email", "oaid")


class Shop:
    """A small shop that sells by hand: `shop.sell("anna", 1000, "2026-01-01 10:00")`; times are Shanghai's."""

    def __init__(self) -> None:
        self.merchant = make_merchant()
        self.actor = access.system(self.merchant.pk, name="test")
        self.people: dict[str, tuple[int, int]] = {}
        with tenancy.scope(self.merchant.pk):
            self.root = merchants.root_node()
            self.channel = SalesChannel.objects.create(merchant=self.merchant, source="pos", shop="till")

    def store(self, name, parent=None, kind="store"):
        with tenancy.scope(self.merchant.pk):
            return services.add_node(parent=parent or self.root, kind=kind, code=name, name=name, actor=self.actor)

    def person(self, name, seen="2026-01-01 08:00", node=None):
        if name not in self.people:
            record = dict.fromkeys(KEYS) | {
                "member_card": name, "name": name, "seen_at": _at(seen), "node_id": (node or self.root).pk,
            }  # fmt: skip
            with tenancy.scope(self.merchant.pk):
                found = customers.resolve(
                    records=pa.Table.from_pylist([record], customers.RECORDS), source="test", namespace="pos",
                    actor=self.actor,
                )  # fmt: skip
            self.people[name] = (int(found.identity[0]), int(found.customer[0]))
        return self.people[name]

    def sell(self, who, amount, when, *, refund=None, refund_at=None, node=None, order_no=None):
        """One order of one line, minor units; `who` None is an anonymous sale. Returns the order number."""
        identity, person = self.person(who, when, node) if who else (None, None)
        number = order_no or f"N{next(_numbers)}"
        common = {
            "channel_id": self.channel.pk, "order_no": number, "status": "completed", "ordered_at": _at(when),
            "identity_id": identity, "home_customer_id": person, "customer_id": person, "quantity": 1,
            "node_id": (node or self.root).pk, "row": 2, "title": "海盐卷",
        }  # fmt: skip
        rows = [common | {"line_key": "1", "kind": "goods", "amount": amount, "paid_at": _at(when)}]
        if refund:
            booked = _at(refund_at or when)
            rows.append(common | {"line_key": "1#refund", "kind": "refund", "amount": -refund, "paid_at": booked})
        with tenancy.scope(self.merchant.pk):
            orders.record_lines(lines=pa.Table.from_pylist(rows, orders.LINES), run_id=None, actor=self.actor)
        return number

    def to_lake(self):
        writer.run()


def _at(text):
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def shop(transactional_db):
    return Shop()


def pytest_collection_modifyitems(items):
    """The snapshot's first pass deletes nothing, which pyiceberg finds worth a warning."""
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("ignore:Delete operation did not match any records"))
