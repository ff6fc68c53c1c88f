"""What the desk keeps while it has a line, and what it says after it had none."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_store
from tests.console.pickup.test_desk import waiting
from yutang.areas.orders import queries_pickup
from yutang.areas.orders.models import Order, PickupUse
from yutang.areas.orders.services import paying
from yutang.core import clock, tenancy

KEY = "b" * 32


@pytest.fixture
def desk(client_for, merchant, store):
    return client_for(merchant, "guide", store)


def listed(desk, store):
    answer = desk.get("/pickup/waiting", {"store": store.pk})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return answer.json()


def said(desk, store, order, **more):
    given = {"store": store.pk, "code": order.shop.pickup_code, "key": KEY, "age": 60_000, **more}
    answer = desk.post("/pickup/deed", given)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_list_tells_no_code_and_no_name(merchant, store, desk):
    order = waiting(merchant, store, 2)
    got = listed(desk, store)
    (one,) = got["orders"]
    assert one["mark"] == queries_pickup.mark(order.shop.pickup_code, bytes.fromhex(got["salt"]))
    assert (one["no"], one["name"], one["items"][0]["left"]) == (order.order_no, "王**", 2)
    told = json.dumps(got, ensure_ascii=False)
    assert order.shop.pickup_code not in told
    assert "小明" not in told
    assert "138001" not in told
    assert listed(desk, store)["salt"] != got["salt"]


def test_a_mark_fits_many_codes():
    """So that nobody finds the code from it: of all codes that can be, hundreds have the same."""
    salt = b"0" * 16
    codes = [f"{n:010d}{98 - n * 100 % 97:02d}" for n in range(20_000)]
    assert all(paying.is_code(code) for code in codes[:100])
    assert {len(queries_pickup.mark(code, salt)) for code in codes[:100]} == {6}
    assert 10**10 / 16**queries_pickup.MARK_DIGITS > 500


def test_a_deed_is_said_once(merchant, store, desk):
    order = waiting(merchant, store, 2)
    before = clock.now()
    for _ in range(3):
        assert said(desk, store, order, **{"pieces-0": 1}) == {"outcome": "done"}
    with tenancy.scope(merchant.pk):
        (use,) = PickupUse.objects.all()
        assert use.pieces == {"0": 1}
        assert 50 < (before - use.handed_over_at).total_seconds() < 61
    assert listed(desk, store)["orders"][0]["items"][0]["left"] == 1
    assert said(desk, store, order, key="c" * 32, **{"pieces-0": 1}) == {"outcome": "done"}
    got = listed(desk, store)
    assert got["orders"] == []
    assert got["used"][0]["mark"] == queries_pickup.mark(order.shop.pickup_code, bytes.fromhex(got["salt"]))


def test_what_happened_meanwhile_is_told(merchant, store, desk):
    order = waiting(merchant, store, 1)
    said(desk, store, order)
    used = said(desk, store, order, key="c" * 32)
    assert (used["outcome"], used["code"]) == ("refused", "orders.code_used")
    more = said(desk, store, waiting(merchant, store, 1), key="d" * 32, **{"pieces-0": 2})
    assert more["code"] == "orders.too_many_pieces"
    cancelled = waiting(merchant, store, 1)
    with tenancy.scope(merchant.pk):
        Order.objects.filter(pk=cancelled.pk).update(status="closed")
    assert said(desk, store, cancelled, key="e" * 32)["code"] == "orders.wrong_state"
    assert said(desk, store, cancelled, key="e" * 32, code="123")["code"] == "orders.unknown_pickup_code"


def test_another_store_and_other_people(merchant, store, desk, client_for):
    order = waiting(merchant, store, 1)
    other_store = make_store(merchant, code="S2")
    other = client_for(merchant, "guide", other_store)
    assert listed(other, other_store)["orders"] == []
    assert said(other, other_store, order)["code"] == "orders.wrong_store"
    assert other.get("/pickup/waiting", {"store": store.pk}).status_code == 404
    assert other.post("/pickup/deed", {"store": store.pk, "code": "1", "key": KEY}).status_code == 404
    assert client_for(merchant, "finance").get("/pickup/waiting", {"store": store.pk}).status_code == 403
    assert desk.post("/pickup/deed", {"store": store.pk, "code": "1", "key": "x"}).status_code == 422


def test_the_worker_is_for_the_desk_only(desk):
    answer = desk.get("/pickup/worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/pickup"
    assert answer.headers["Content-Type"] == "text/javascript"
    assert b"{%" not in answer.content
    shell = desk.get("/pickup/offline").content.decode()
    assert "pickup.js" in shell
    assert "<script>" not in shell


def test_queries_do_not_grow_with_orders(merchant, store, desk):
    counts = []
    for _ in range(2):
        for _ in range(2):
            waiting(merchant, store, 1, 1)
        with CaptureQueriesContext(connection) as queries:
            listed(desk, store)
        counts.append(len(queries))
    assert counts[0] == counts[1]
