from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import problem
from tests.api.pool import make_order, make_person, make_store, sql
from tests.factories.api import api_client
from tests.factories.merchants import make_merchant


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["id"] for item in answer.json()["items"]]


def test_an_order_with_its_lines(shop, api):
    person = make_person(shop)
    order = make_order(shop, person, amounts=(1000, 250, -300))
    shown = api.get(f"/orders/{order.pk}").json()
    assert shown["lines"][2] == {
        "line_key": "3", "kind": "refund", "product_code": "", "sku_code": "", "title": "Cake 3", "spec": "",
        "quantity": 1, "amount": {"amount": -300, "currency": "CNY"}, "occurred_at": "2026-03-01T08:00:00Z",
    }  # fmt: skip
    del shown["lines"]
    assert shown == {
        "id": str(order.pk), "order_no": order.order_no, "channel": {"source": "taobao", "shop": ""},
        "status": "completed", "raw_status": "", "customer_id": str(person.pk), "node_id": str(order.node_id),
        "ordered_at": "2026-03-01T08:00:00Z", "paid_at": "2026-03-01T08:00:00Z", "shipped_at": None,
        "completed_at": None, "updated_at": "2026-03-01T08:00:00Z", "sold": {"amount": 1250, "currency": "CNY"},
        "refunded": {"amount": -300, "currency": "CNY"}, "net": {"amount": 950, "currency": "CNY"}, "line_count": 3,
    }  # fmt: skip


def test_corrected_lines_show_as_they_stand_today(shop, api):
    order = make_order(shop, amounts=(1000, 500))
    make_order(shop, amounts=(800, 500), order_no=order.order_no)
    shown = api.get(f"/orders/{order.pk}").json()
    assert sorted(line["amount"]["amount"] for line in shown["lines"]) == [500, 800]
    assert shown["net"]["amount"] == 1300


def test_pages_hold_every_order_once_while_others_arrive_at_the_same_instant(shop, api):
    made = [str(make_order(shop, day=day).pk) for day in (0, 0, 0, 1, 1, 2)]
    seen, cursor = [], None
    for _ in range(3):
        answer = api.get("/orders", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += ids(answer)
        cursor = answer.json()["next_cursor"]
        make_order(shop, day=5)
    assert (seen, cursor) == (made[::-1], None)


def test_counted_statements(shop, api):
    orders = [make_order(shop, make_person(shop)) for _ in range(4)]
    api.get("/me")
    counts = []
    for path in ("/orders", f"/orders/{orders[0].pk}", f"/customers/{orders[0].customer_id}/orders"):
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        counts.append(len(sql(captured)))
    assert counts == [3, 4, 4]  # key and bucket, then: orders; order and lines; person and orders


def test_filters(shop, api):
    person = make_person(shop)
    first = make_order(shop, person, day=0, source="jd")
    second = make_order(shop, day=3, status="shipped")
    assert ids(api.get("/orders", customer_id=person.pk)) == [str(first.pk)]
    assert ids(api.get("/orders", order_no=second.order_no)) == [str(second.pk)]
    assert ids(api.get("/orders", status="shipped")) == [str(second.pk)]
    assert ids(api.get("/orders", source="jd")) == [str(first.pk)]
    assert ids(api.get("/orders", ordered_since="2026-03-04T16:00:00+08:00")) == [str(second.pk)]
    assert ids(api.get("/orders", ordered_until="2026-03-04T16:00:00+08:00")) == [str(first.pk)]
    assert ids(api.get("/orders", updated_since="2026-03-02T00:00:00Z")) == [str(second.pk)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"customer_id": "abc"}, "customer_id"),
        ({"ordered_since": "2026"}, "ordered_since"),
    ],
)
def test_a_filter_that_cannot_be_used_is_named(api, query, field):
    document = problem(api.get("/orders", **query), 422, "request.invalid")
    assert [e["field"] for e in document["errors"]] == [field]


def test_orders_of_others_do_not_exist(shop, api):
    stranger = make_order(make_merchant())
    problem(api.get(f"/orders/{stranger.pk}"), 404, "not_found")
    assert ids(api.get("/orders")) == []


def test_a_key_of_a_store_sees_the_orders_of_the_store(shop):
    store, elsewhere = make_store(shop, "S1"), make_store(shop, "S2")
    person = make_person(shop, node=store)
    mine, other = make_order(shop, person, node=store), make_order(shop, person, node=elsewhere)
    client = api_client(shop, node=store)
    assert ids(client.get("/orders")) == [str(mine.pk)]
    assert ids(client.get(f"/customers/{person.pk}/orders")) == [str(mine.pk)]
    problem(client.get(f"/orders/{other.pk}"), 404, "not_found")


@pytest.mark.parametrize("path", ["/orders", "/orders/1"])
def test_a_missing_scope_is_named(shop, path):
    document = problem(api_client(shop, "customers.view").get(path), 403, "access.not_allowed")
    assert "orders.view" in document["detail"]
