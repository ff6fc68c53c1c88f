"""Segments ask what people did, before they were known too."""

from __future__ import annotations

import pytest

from tests.factories.customers import make_customer
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from yutang.areas.segments import queries as segments
from yutang.core import access, tenancy
from yutang.lake import writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]
SEARCHED_TWICE = {
    "did": "interactions.event", "where": {"attr": "kind", "op": "=", "value": "search"},
    "count": {"op": ">=", "value": 2}, "within": "7d",
}  # fmt: skip


def test_people_who_searched_twice():
    shop = make_merchant()
    with tenancy.scope(shop.pk):
        actor = access.system(shop.pk)
        for phone in ("+8613800138000", "+8613800138001", "+8613800138002"):
            make_customer(phone=phone)
        words = {"kind": "search", "properties": {"query": "tea"}}
        record(
            event(visitor="browser-1", **words),
            event(visitor="browser-1", identity={"kind": "phone", "value": "13800138000"}, **words),
            event(visitor="browser-2", identity={"kind": "phone", "value": "13800138001"}, **words),
            event(visitor="stranger-1", **words), event(visitor="stranger-1", **words), event(**words),
        )  # fmt: skip
        while link():
            pass
    writer.run()
    with tenancy.scope(shop.pk):
        assert segments.count(SEARCHED_TWICE, actor=actor).people == 1
        assert segments.count({"not": SEARCHED_TWICE}, actor=actor).people == 2
