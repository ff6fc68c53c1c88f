"""Products over the API: an ERP reads them page by page and writes them by their codes."""

from __future__ import annotations

import pytest

from tests.api.conftest import problem
from tests.api.pool import make_store
from tests.factories.api import api_client
from tests.factories.catalog import make_picture_file, make_product
from tests.factories.membership import make_level
from tests.factories.merchants import make_merchant
from yutang.areas.catalog import services
from yutang.areas.catalog.models import Product
from yutang.areas.catalog.services import SkuDraft
from yutang.core import access, tenancy
from yutang.core.models import AuditEntry

CAKE = {
    "name": "芝士蛋糕", "specifications": [{"name": "尺寸", "values": ["6寸", "8寸"]}], "state": "on_sale",
    "description": "<p>Fresh<script>x</script></p>", "tags": ["生日"],
    "skus": [
        {"code": "C6", "price": 8800, "values": ["6寸"], "list_price": 9800, "level_prices": {"gold": 8000}},
        {"code": "C8", "price": 12800, "values": ["8寸"], "weight": 1200},
    ],
}  # fmt: skip


def saves(shop) -> int:
    with tenancy.scope(shop.pk):
        return AuditEntry.objects.filter(action__startswith="catalog.").count()


def test_written_and_written_again(api, shop):
    made = api.put("/products/CAKE", CAKE)
    assert made.status_code == 200, made.content
    shown = made.json()
    assert (shown["code"], shown["state"], shown["description"], shown["currency"]) == (
        "CAKE", "on_sale", "<p>Fresh</p>", "CNY",
    )  # fmt: skip
    assert [(sku["code"], sku["price"], sku["level_prices"]) for sku in shown["skus"]] == [
        ("C6", 8800, {"gold": 8000}), ("C8", 12800, {}),
    ]  # fmt: skip
    before = saves(shop)
    again = api.put("/products/CAKE", CAKE)
    assert (again.json(), saves(shop)) == (shown, before)
    assert api.get("/products/CAKE").json() == shown
    fewer = api.put("/products/CAKE", {**CAKE, "skus": CAKE["skus"][:1], "name": "Cheesecake"}).json()
    assert [(sku["code"], sku["is_active"]) for sku in fewer["skus"]] == [("C6", True), ("C8", False)]
    before = saves(shop)
    api.put("/products/CAKE", {**CAKE, "skus": CAKE["skus"][:1], "name": "Cheesecake"})
    assert saves(shop) == before


def test_who_may_buy_it_stays_where_nothing_is_said_of_it(api, shop):
    with tenancy.scope(shop.pk):
        for key, threshold in (("gold", 100), ("platinum", 200)):
            make_level(threshold, key=key)
    closed = {**CAKE, "only_levels": ["platinum", "gold"], "only_cards": True}
    first = api.put("/products/CAKE", closed).json()
    assert (first["only_levels"], first["only_cards"]) == (["gold", "platinum"], True)
    before = saves(shop)
    assert api.put("/products/CAKE", CAKE).json() == first
    assert saves(shop) == before
    opened = api.put("/products/CAKE", {**CAKE, "only_levels": [], "only_cards": False}).json()
    assert (opened["only_levels"], opened["only_cards"]) == ([], False)


@pytest.mark.parametrize(
    ("wrong", "status", "code", "field"),
    [
        ({"skus": [{"code": "TAKEN-SKU", "price": 1}], "specifications": []}, 409, "catalog.code_taken", "skus"),
        ({"skus": [{"code": "C6", "price": 1, "values": ["9"]}]}, 422, "catalog.bad_specification", "skus"),
        (
            {"skus": [{"code": "C6", "price": 5, "list_price": 4}], "specifications": []},
            422, "catalog.bad_price", "skus",
        ),
        ({"category_id": "999"}, 422, "catalog.no_such_category", "category_id"),
        ({"skus": []}, 409, "catalog.nothing_to_sell", "state"),
        ({"specifications": CAKE["specifications"] * 2}, 422, "catalog.bad_specification", "specifications"),
    ],
)  # fmt: skip
def test_what_is_refused(api, shop, wrong, status, code, field):
    with tenancy.scope(shop.pk):
        make_product(SkuDraft(code="TAKEN-SKU", price=1))
    document = problem(api.put("/products/CAKE", {**CAKE, **wrong}), status, code)
    assert document["errors"][0]["field"] == field
    with tenancy.scope(shop.pk):
        assert Product.objects.count() == 1


def test_shapes_are_checked(api):
    for wrong in (
        {"skus": [{"code": "C6", "price": -1}]},
        {"skus": [{"code": " ", "price": 1}]},
        {"kind": "x"},
        {"x": 1},
    ):
        assert api.put("/products/CAKE", {**CAKE, **wrong}).status_code == 422
    assert api.get("/products/NONE").status_code == 404


def test_pages_filters_and_changes(api, shop, django_assert_num_queries):
    with tenancy.scope(shop.pk):
        actor = access.system(shop.pk)
        food = services.save_category(name="Food", actor=actor)
        cakes = services.save_category(name="Cakes", parent_id=food.pk, actor=actor)
        products = [make_product(code=f"P{n}", category_id=cakes.pk if n == 3 else None) for n in range(5)]
        make_product(code="DRAFT", is_on_sale=False, kind="service")
        picture = services.add_picture(product_id=products[0].pk, content=make_picture_file(), alt="A", actor=actor)

    def codes(query: str) -> list[str]:
        return [row["code"] for row in api.get(f"/products?{query}").json()["items"]]

    first = api.get("/products?limit=4&state=on_sale").json()
    assert [row["code"] for row in first["items"]] == ["P4", "P3", "P2", "P1"]
    last = api.get(f"/products?limit=4&state=on_sale&cursor={first['next_cursor']}").json()
    assert ([row["code"] for row in last["items"]], last["next_cursor"]) == (["P0"], None)
    assert last["items"][0]["pictures"] == [
        {"address": f"/media/{shop.pk}/{picture.digest}-1600.webp", "alt": "A", "width": 900, "height": 600}
    ]
    assert codes("kind=service") == ["DRAFT"]
    assert codes(f"category_id={food.pk}") == ["P3"]
    with tenancy.scope(shop.pk):
        Product.objects.exclude(code__in=["P1", "DRAFT"]).update(updated_at="2026-01-01T00:00:00Z")
        Product.objects.filter(code="P1").update(updated_at="2026-03-01T00:00:00Z")
    assert codes("updated_since=2026-02-01T00:00:00Z") == ["DRAFT", "P1"]
    assert codes("updated_since=2027-02-01T00:00:00Z") == []
    api.get("/products")
    with django_assert_num_queries(18):
        api.get("/products?limit=200")


def test_what_goods_cost_is_for_those_who_change_them(api, shop):
    api.put("/products/CAKE", {**CAKE, "specifications": [], "skus": [{"code": "C", "price": 5, "cost": 3}]})
    reader = api_client(shop, "catalog.view")
    assert [client.get("/products/CAKE").json()["skus"][0]["cost"] for client in (api, reader)] == [3, None]


def test_who_may(shop):
    store = make_store(shop, "S1")
    assert problem(api_client(shop, node=store).put("/products/CAKE", CAKE), 403, "access.not_allowed")
    api_client(shop).put("/products/CAKE", CAKE)
    other = api_client(make_merchant())
    assert other.get("/products/CAKE").status_code == 404
    assert other.get("/products").json()["items"] == []
    assert other.put("/products/CAKE", CAKE).status_code == 200  # a code of its own
    with tenancy.scope(shop.pk):
        assert Product.objects.get().name == "芝士蛋糕"


def test_a_level_that_nobody_has_is_refused(api, shop):
    with tenancy.scope(shop.pk):
        make_level(100, key="gold")
    answer = problem(api.put("/products/CAKE", {**CAKE, "only_levels": ["Gold", "gold"]}), 422, "invalid")
    assert answer["detail"] == "only_levels: Gold"
    assert api.get("/products/CAKE").status_code == 404
