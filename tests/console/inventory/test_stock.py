"""Stock in the console: list, grid, journal and forms; what is refused stands at the field; wrong person, limit."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_store, sql
from tests.console.conftest import text
from tests.factories import shop as own
from tests.factories.merchants import make_merchant
from yutang.areas.inventory import services
from yutang.areas.inventory.models import StockItem, StockMove
from yutang.core import tenancy

KEY = "a" * 32


@pytest.fixture
def merchant(db):
    return make_merchant()


@pytest.fixture
def store(merchant):
    return make_store(merchant)


def shelf(merchant, store, quantity: int = 10, **overrides) -> StockItem:
    with tenancy.scope(merchant.pk):
        sku = own.stocked(quantity, node_id=store.pk, **overrides)
        return StockItem.objects.select_related("sku").get(sku=sku, node=store)


def partly(client, address: str):
    return client.get(address, headers={"HX-Request": "true", "HX-Target": "results"})


def on_hand(merchant) -> list[int]:
    with tenancy.scope(merchant.pk):
        return list(StockItem.objects.order_by("pk").values_list("on_hand", flat=True))


def test_list_search_low_and_grid(client_for, merchant, store):
    cake, bread = shelf(merchant, store, name="Cheesecake"), shelf(merchant, store, 2, name="Bread")
    with tenancy.scope(merchant.pk):
        own.put(cake.sku, 4)  # at the headquarters
        services.set_safety(sku_id=bread.sku_id, node_id=store.pk, safety=2, actor=own.actor())
        own.place((cake.sku, 3), node_id=store.pk, fulfilment="pickup")
    client = client_for(merchant)

    def found(query: str) -> list[tuple[str, str, int, int, int]]:
        rows = partly(client, f"/stock{query}").context["page"].rows
        return [(r.sku.product.name, r.node.name, r.on_hand, r.allocated, r.available) for r in rows]

    here = store.name
    assert found(f"?node={store.pk}") == [("Cheesecake", here, 10, 3, 7), ("Bread", here, 2, 0, 2)]
    assert [row[2] for row in found("?q=cheese")] == [4, 10]
    assert found("?tab=low") == [("Bread", here, 2, 0, 2)]
    assert found("?q=nothing") == []
    grid = client.get("/stock/grid")
    names = [column.name for column in grid.context["columns"]]
    cells = {
        sku.product.name: dict(zip(names, [cell and cell.available for cell in row], strict=True))
        for sku, row in grid.context["page"].rows
    }
    assert (cells["Cheesecake"][here], cells["Bread"][here]) == (7, 2)
    assert sorted(filter(None, cells["Cheesecake"].values())) == [4, 7]
    assert "Cheesecake" in text(grid)


def test_pages_and_their_queries(client_for, merchant, store):
    for _ in range(52):
        shelf(merchant, store, 1)
    client = client_for(merchant)
    partly(client, "/stock")
    with CaptureQueriesContext(connection) as captured:
        page = partly(client, "/stock").context["page"]
    assert len(sql(captured)) == 6
    second = partly(client, f"/stock?cursor={page.next_cursor}").context["page"]
    assert len({row.pk for row in (*page.rows, *second.rows)}) == 52
    with CaptureQueriesContext(connection) as captured:
        first = partly(client, "/stock/grid").context["page"]
    assert len(sql(captured)) == 7
    assert len(first.rows) == 30
    assert len(partly(client, f"/stock/grid?cursor={first.next_cursor}").context["page"].rows) == 22


def test_receive_what_a_store_never_had(client_for, merchant, store):
    with tenancy.scope(merchant.pk):
        sku = own.stocked(1)
    client = client_for(merchant)
    form = {"key": KEY, "code": f" {sku.code} ", "node_id": store.pk, "quantity": "5", "note": "Delivery 7"}
    for _ in range(2):  # sent twice, received once
        assert client.post("/stock/receive", form).status_code == 302
    with tenancy.scope(merchant.pk):
        item = StockItem.objects.get(node=store)
    assert item.on_hand == 5
    assert "Delivery 7" in text(client.get(f"/stock/{item.pk}"))
    for wrong, said in (
        ({"code": "none"}, "There is no SKU with this code"), ({"quantity": "0"}, "greater than or equal to 1"),
        ({"node_id": "0"}, "Select a valid choice"),
    ):  # fmt: skip
        assert said in text(client.post("/stock/receive", {**form, **wrong}), 422)


def test_everything_that_is_done_with_an_item(client_for, merchant, store):
    item = shelf(merchant, store)
    client, other = client_for(merchant), make_store(merchant, "S2")
    address = f"/stock/{item.pk}/move"
    done = (
        {"what": "receive", "quantity": "5"}, {"what": "count", "counted": "12"}, {"what": "damage", "quantity": "2"},
        {"what": "transfer", "to_id": other.pk, "quantity": "3"}, {"what": "safety", "safety": "9"},
    )  # fmt: skip
    for form in done:
        for _ in range(2):
            assert client.post(address, {"key": KEY, **form}).headers["Location"] == f"/stock/{item.pk}"
    with tenancy.scope(merchant.pk):
        item.refresh_from_db()
        moves = list(StockMove.objects.filter(item=item).order_by("pk").values_list("kind", "quantity"))
    assert (item.on_hand, item.safety, on_hand(merchant)) == (7, 9, [7, 3])
    assert moves == [("receipt", 10), ("receipt", 5), ("count", -3), ("damage", -2), ("transfer_out", -3)]
    page = text(client.get(f"/stock/{item.pk}"))
    assert "Transfer out" in page
    assert "owner" in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"what": "damage", "quantity": "11"}, "10 are on hand, 11 were to go."),
        ({"what": "damage", "quantity": "7"}, "4 are promised to orders"),
        ({"what": "transfer", "quantity": "7"}, "4 are promised to orders"),
        ({"what": "count", "counted": "3"}, "4 are promised to orders"),
        ({"what": "count", "counted": "-1"}, "greater than or equal to 0"),
        ({"what": "transfer", "to_id": "0", "quantity": "1"}, "Select a valid choice"),
        ({"what": "safety", "safety": "x"}, "whole number"),
    ],
)
def test_what_is_refused_stands_at_the_field(client_for, merchant, store, form, said):
    item, other = shelf(merchant, store), make_store(merchant, "S2")
    with tenancy.scope(merchant.pk):
        own.place((item.sku, 4), node_id=store.pk, fulfilment="pickup")
    refused = client_for(merchant).post(f"/stock/{item.pk}/move", {"key": KEY, "to_id": other.pk, **form})
    assert said in text(refused, 422)
    assert "alert-danger" not in text(refused, 422)  # beside the field, not above the form
    assert on_hand(merchant) == [10]


def test_the_wrong_person(client_for, merchant, store):
    item, other = shelf(merchant, store), make_store(merchant, "S2")
    body = {"what": "damage", "quantity": "1", "key": KEY}
    assert client_for(merchant, "service").get("/stock").status_code == 403
    for stranger in (client_for(merchant, "store_manager", other), client_for(make_merchant())):
        assert stranger.get(f"/stock/{item.pk}").status_code == 404
        assert stranger.post(f"/stock/{item.pk}/move", body).status_code == 404
        assert not partly(stranger, "/stock").context["page"].rows
        receipt = {"key": KEY, "code": item.sku.code, "node_id": store.pk, "quantity": "1"}
        assert stranger.post("/stock/receive", receipt).status_code == 422
    assert client_for(merchant).post(f"/stock/{item.pk}/move", {**body, "what": "x"}).status_code == 404
    assert on_hand(merchant) == [10]
