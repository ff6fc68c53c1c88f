from __future__ import annotations

import pytest

from tests.api.conftest import problem
from tests.api.pool import make_order, make_person, make_store
from tests.factories.api import api_client
from tests.factories.merchants import make_merchant
from yutang.lake import writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]


@pytest.fixture
def pool():
    """Two people, one of them twice, in two stores; the first of March and four days later."""
    shop = make_merchant()
    shop.north, shop.south = make_store(shop, "N"), make_store(shop, "S")
    shop.anna, shop.bo = make_person(shop, node=shop.north), make_person(shop, node=shop.south)
    shop.orders = [
        make_order(shop, shop.anna, node=shop.north, amounts=(1000,)),
        make_order(shop, shop.anna, node=shop.north, amounts=(500,), day=4),
        make_order(shop, shop.bo, node=shop.south, amounts=(300, -100)),
    ]
    writer.run()
    return shop


def figures(answer) -> dict:
    assert answer.status_code == 200, answer.content
    return {item["key"]: item for item in answer.json()["items"]}


def test_every_figure_with_its_unit_and_day(pool):
    answer = api_client(pool, "home.view").get("/metrics", at="2026-03-31")
    shown = figures(answer)
    assert shown["sales.net"] == {
        "key": "sales.net", "name": "Net sales", "value": 1700, "unit": "money", "currency": "CNY",
        "as_of": "2026-03-31",
    }  # fmt: skip
    rate = shown["repurchase.rate"]
    assert (rate["value"], rate["unit"], rate["currency"]) == (0.5, "ratio", None)
    assert answer.json()["complete_until"].endswith("Z")


def test_days(pool):
    api = api_client(pool)
    assert figures(api.get("/metrics", at="2026-03-01"))["sales.net"]["value"] == 1200
    period = figures(api.get("/metrics", **{"from": "2026-03-02", "to": "2026-03-31"}))
    assert (period["sales.net"]["value"], period["customers.repeat"]["value"]) == (500, 1)
    problem(api.get("/metrics", at="2026-03-01", to="2026-03-02"), 422, "metrics.at_or_period")
    problem(api.get("/metrics", **{"from": "2026-03-02", "to": "2026-03-01"}), 422, "analytics.bad_period")
    wrong = problem(api.get("/metrics", **{"from": "2026-02-30"}), 422, "request.invalid")
    assert [e["field"] for e in wrong["errors"]] == ["from"]


def test_a_definition(pool):
    api = api_client(pool)
    shown = api.get("/metrics/repurchase.rate").json()
    assert (shown["key"], shown["unit"], shown["over"]) == ("repurchase.rate", "ratio", "history")
    assert "SELECT" in shown["sql"]
    assert shown["columns"][0] == {"name": "customer_id", "label": "Customer", "kind": "customer"}
    for path in ("/metrics/nothing", "/metrics/nothing/rows"):
        problem(api.get(path), 404, "analytics.unknown_metric")


def test_rows_in_pages(pool):
    api = api_client(pool)
    first = api.get("/metrics/orders.count/rows", limit=2).json()
    second = api.get("/metrics/orders.count/rows", limit=2, cursor=first["next_cursor"]).json()
    rows = [*first["items"], *second["items"]]
    assert (first["total"], second["next_cursor"]) == (3, None)
    assert {row["order_id"] for row in rows} == {str(order.pk) for order in pool.orders}
    assert rows[0]["amount"] == {"amount": 500, "currency": "CNY"}
    problem(api.get("/metrics/sales.net/rows", cursor=first["next_cursor"]), 422, "cursor.invalid")


def test_nodes(pool):
    api = api_client(pool)
    assert figures(api.get("/metrics", node=pool.north.pk))["sales.net"]["value"] == 1500
    south = api_client(pool, node=pool.south)
    assert figures(south.get("/metrics"))["sales.net"]["value"] == 200
    assert [r["customer_id"] for r in south.get("/metrics/customers.total/rows").json()["items"]] == [str(pool.bo.pk)]
    problem(south.get("/metrics", node=pool.north.pk), 404, "not_found")


def test_others_have_figures_of_their_own(pool):
    stranger = api_client(make_merchant())
    assert figures(stranger.get("/metrics"))["sales.net"]["value"] == 0
    assert stranger.get("/metrics/sales.net/rows").json() == {"items": [], "next_cursor": None, "total": 0}
    problem(stranger.get("/metrics", node=pool.north.pk), 404, "not_found")
    for path in ("/metrics", "/metrics/sales.net", "/metrics/sales.net/rows"):
        problem(api_client(pool, "orders.view").get(path), 403, "access.not_allowed")
