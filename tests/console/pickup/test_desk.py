"""The pickup desk: hands over, in parts, says what is wrong; wrong person, limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_store, sql
from tests.console.conftest import text
from tests.factories import shop as own
from tests.factories.merchants import make_merchant
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders.models import Order, PickupUse
from yutang.core import clock, tenancy
from yutang.core.models import AuditEntry

KEY = "a" * 32


def waiting(merchant, store, *pieces: int) -> Order:
    with tenancy.scope(merchant.pk):
        wanted = [(own.stocked(10, name=f"Cake {n}", node_id=store.pk), count) for n, count in enumerate(pieces)]
        return own.paid(*wanted, fulfilment="pickup", node_id=store.pk)


def given(order: Order, store, **pieces) -> dict[str, object]:
    counts = {name.replace("_", "-"): count for name, count in pieces.items()}
    return {"code": order.shop.pickup_code, "store": store.pk, "key": KEY, **counts}


def test_hand_over_in_two_parts(client_for, merchant, store):
    order = waiting(merchant, store, 2, 1)
    desk = client_for(merchant, "guide", store)
    code = order.shop.pickup_code
    page = text(desk.get("/pickup", {"code": f" {code[:4]} {code[4:8]}-{code[8:]} "}))
    assert order.order_no in page
    assert "Cake 0" in page
    assert 'max="2"' in page
    first = given(order, store, pieces_0=1, pieces_1=1)
    for _ in range(2):  # sent twice, handed over once
        assert desk.post("/pickup/hand-over", first).headers["Location"] == f"/pickup?store={store.pk}"
    page = text(desk.get("/pickup"))
    assert "1 × Cake 0, 1 × Cake 1" in page
    desk.post("/pickup/hand-over", {**given(order, store, pieces_0=1), "key": "b" * 32})
    with tenancy.scope(merchant.pk):
        assert list(PickupUse.objects.order_by("pk").values_list("pieces", "node")) == [
            ({"0": 1, "1": 1}, store.pk), ({"0": 1}, store.pk),
        ]  # fmt: skip
        assert Order.objects.get().status == "completed"
        assert list(StockItem.objects.order_by("pk").values_list("on_hand", "shipped")) == [(8, 2), (9, 1)]
        log = AuditEntry.objects.filter(object_type="order").values_list("action", flat=True)
        assert list(log) == ["orders.pick_up", "orders.pick_up"]
    assert "Everything of this order was handed over already" in text(desk.get("/pickup", {"code": code}))


def test_what_is_wrong_with_a_code(client_for, merchant, store):
    order, other = waiting(merchant, store, 1), make_store(merchant, "S2")
    desk = client_for(merchant)
    code = order.shop.pickup_code
    slip = f"{code[:-1]}{(int(code[-1]) + 1) % 10}"
    for asked in (slip, "12", "abc"):
        assert "There is no order with this pickup code." in text(desk.get("/pickup", {"code": asked}))
    elsewhere = text(desk.get("/pickup", {"code": code, "store": other.pk}))
    assert "This order is to be picked up at Store S1." in elsewhere
    assert order.order_no not in elsewhere
    refused = desk.post("/pickup/hand-over", {**given(order, store, pieces_0=1), "store": other.pk})
    assert "This order is to be picked up at Store S1." in text(refused, 422)
    with tenancy.scope(merchant.pk):
        assert not PickupUse.objects.exists()


@pytest.mark.parametrize(("count", "said"), [("3", "less than or equal to 2"), ("0", "only 2 left"), ("x", "whole")])
def test_wrong_numbers_of_pieces(client_for, merchant, store, count, said):
    order = waiting(merchant, store, 2)
    refused = client_for(merchant).post("/pickup/hand-over", given(order, store, pieces_0=count))
    assert said in text(refused, 422)
    with tenancy.scope(merchant.pk):
        assert not PickupUse.objects.exists()


def test_the_list_is_of_today_paged_and_asks_eight_queries(client_for, merchant, store):
    desk = client_for(merchant, "guide", store)
    with tenancy.scope(merchant.pk):
        cake = own.stocked(50, node_id=store.pk)
        orders = [own.paid((cake, 1), fulfilment="pickup", node_id=store.pk) for _ in range(22)]
    for number, order in enumerate(orders):
        desk.post("/pickup/hand-over", {**given(order, store, pieces_0=1), "key": f"{number:032d}"})
    with tenancy.scope(merchant.pk):
        PickupUse.objects.filter(order=orders[0]).update(handed_over_at=clock.now() - timedelta(days=2))
    desk.get("/pickup")
    with CaptureQueriesContext(connection) as captured:
        page = desk.get("/pickup")
    rows = [row.use.order_id for row in page.context["page"].rows]
    assert rows == [order.pk for order in reversed(orders)][:20]
    assert len(sql(captured)) == 8
    older = desk.get("/pickup", {"cursor": page.context["page"].next_cursor}).context["page"]
    assert [row.use.order_id for row in older.rows] == [orders[1].pk]


def test_the_wrong_person(client_for, merchant, store):
    order, other = waiting(merchant, store, 1), make_store(merchant, "S2")
    assert client_for(merchant, "service").get("/pickup").status_code == 403
    body = given(order, store, pieces_0=1)
    for desk in (client_for(merchant, "guide", other), client_for(make_merchant())):
        assert desk.post("/pickup/hand-over", body).status_code == 404
        assert order.order_no not in text(desk.get("/pickup", {"code": order.shop.pickup_code, "store": store.pk}))
    with tenancy.scope(merchant.pk):
        assert not PickupUse.objects.exists()
