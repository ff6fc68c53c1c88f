"""The list and the form of products: works, refuses, wrong person, limit."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.pool import make_store
from tests.console.conftest import text
from tests.factories import bad_pictures
from tests.factories.bad_pictures import bad_upload
from tests.factories.catalog import make_freight, make_picture_file, make_product
from tests.factories.membership import make_level
from tests.factories.merchants import make_merchant
from yutang.areas.catalog import services
from yutang.areas.catalog.models import Category, Picture, Product, Sku
from yutang.areas.catalog.services import SkuDraft
from yutang.areas.membership.models import Level
from yutang.areas.membership.services import leveling
from yutang.core import access, tenancy
from yutang.core.models import AuditEntry

FORM = {
    "name": "芝士蛋糕", "code": "CAKE", "kind": "goods", "position": "5", "is_delivered": "on", "tags": "生日，新品",
    "description": "<p>Fresh<script>x</script></p>",
}  # fmt: skip


def grid(*skus: dict, specifications: dict | None = None) -> str:
    names = [{"name": name, "values": values} for name, values in (specifications or {}).items()]
    return json.dumps({"specifications": names, "skus": skus})


ONE = grid({"code": "C1", "price": "88"})


@pytest.fixture
def shop(db):
    return make_merchant()


def test_make_change_and_put_on_sale(client_for, shop):
    client = client_for(shop)
    skus = grid(
        {"code": "C6", "price": "88.5", "list_price": "98", "cost": "30", "weight": "800", "values": ["6"]},
        {"price": "1,128.00", "values": ["8"]},
        specifications={"Size": ["6", "8"]},
    )
    made = client.post("/products/new", {**FORM, "grid": skus})
    with tenancy.scope(shop.pk):
        product = Product.objects.get()
        found = list(
            Sku.objects.order_by("position").values_list("code", "price", "list_price", "cost", "weight", "values")
        )
    assert (made.status_code, made.headers["Location"]) == (302, f"/products/{product.pk}")
    assert found == [("C6", 8850, 9800, 3000, 800, ["6"]), ("CAKE-2", 112800, None, None, 0, ["8"])]
    assert (product.tags, product.is_picked_up, product.description) == (["生日", "新品"], False, "<p>Fresh</p>")
    page = text(client.get(f"/products/{product.pk}"))
    assert "&quot;price&quot;: &quot;88.50&quot;" in page
    client.post(f"/products/{product.pk}", {**FORM, "name": "Renamed", "grid": skus})
    back = client.post("/products/bulk", {"ids": [product.pk], "action": "on_sale", "stay": "1"})
    assert back.headers["Location"] == f"/products/{product.pk}"
    with tenancy.scope(shop.pk):
        product.refresh_from_db()
        log = list(AuditEntry.objects.filter(object_type="product").order_by("id").values_list("action", flat=True))
    assert (product.name, product.state) == ("Renamed", "on_sale")
    assert log == ["catalog.save", "catalog.save", "catalog.state"]
    assert "Renamed" in text(client.get("/products"))


def test_saving_keeps_what_the_form_does_not_show(client_for, shop):
    with tenancy.scope(shop.pk):
        product = make_product(SkuDraft(code="C1", price=1, level_prices={"gold": 8000}), code="CAKE", is_on_sale=False)
    client_for(shop).post(f"/products/{product.pk}", {**FORM, "grid": ONE})
    with tenancy.scope(shop.pk):
        sku = Sku.objects.get()
        assert (sku.price, [row.price for row in sku.level_prices.all()]) == (8800, [8000])


def test_who_may_buy_it(client_for, shop):
    with tenancy.scope(shop.pk):
        make_level(0, key="basic"), make_level(100, key="gold")
    client, given = client_for(shop), {**FORM, "grid": ONE, "only_levels": ["gold"], "only_cards": "on"}
    assert client.post("/products/new", {**given, "only_levels": ["silver"]}).status_code == 422
    client.post("/products/new", given)
    with tenancy.scope(shop.pk):
        product = Product.objects.get()
        leveling.archive_level(level_id=Level.objects.get(key="gold").pk, actor=access.system(shop.pk))
    assert (product.only_levels, product.only_cards) == (["gold"], True)
    assert "gold (not given any more)" in text(client.get(f"/products/{product.pk}"))
    client.post(f"/products/{product.pk}", given)  # keeps it closed
    with tenancy.scope(shop.pk):
        assert Product.objects.get().only_levels == ["gold"]
    assert "Members only" in text(client.get("/products?tab=off"))
    client.post(f"/products/{product.pk}", {**FORM, "grid": ONE})
    with tenancy.scope(shop.pk):
        assert not Product.objects.get().is_exclusive


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"code": "TAKEN"}, "TAKEN is the code of another product or SKU."),
        ({"grid": grid({"code": "SKU-TAKEN", "price": "1"})}, "SKU-TAKEN is the code of another product or SKU."),
        ({"grid": grid({"code": "C1"})}, "C1: the price is missing."),
        ({"grid": grid({"code": "C\x001", "price": "1"})}, "The table of SKUs cannot be read."),
        ({"grid": grid({"code": "C1", "price": "-1"})}, "is not an amount."),
        ({"code": "", "grid": grid({"code": ""})}, "the only one: the price is missing."),
        ({"grid": grid({"code": "C1", "price": "1.005"})}, "is not an amount."),
        ({"grid": grid({"code": "C1", "price": "5", "list_price": "4"})}, "the list price is not below the price."),
        ({"grid": grid({"code": "C1", "price": "5", "weight": "1.5"})}, "whole number of grams"),
        ({"grid": grid({"price": "5", "values": ["7"]}, specifications={"Size": ["6"]})}, "give one value of each"),
        ({"grid": grid(specifications={"": ["6"]})}, "has a name of its own"),
        ({"grid": "nonsense"}, "cannot be read"),
        ({"grid": '{"skus": [{"price": {}}]}'}, "cannot be read"),
        ({"category_id": "999999"}, "Select a valid choice."),
        ({"tags": "x" * 31}, "At most 20 words of 30 characters."),
    ],
)
def test_what_is_wrong_is_said(client_for, shop, wrong, said):
    with tenancy.scope(shop.pk):
        make_product(SkuDraft(code="SKU-TAKEN", price=1), code="TAKEN")
    assert said in text(client_for(shop).post("/products/new", {**FORM, "grid": ONE, **wrong}), 422)
    with tenancy.scope(shop.pk):
        assert Product.objects.count() == 1


def test_tabs_filters_and_search(client_for, shop):
    with tenancy.scope(shop.pk):
        actor = access.system(shop.pk)
        category = services.save_category(name="Cakes", actor=actor)
        make_product(SkuDraft(code="A1", price=8800), name="芝士蛋糕", category_id=category.pk, tags=("新品",))
        make_product(SkuDraft(code="B1", price=1200), name="Bread", kind="service")
        make_product(name="Draft", is_on_sale=False)
        gone = make_product(name="Gone", is_on_sale=False)
        services.set_state(product_ids=[gone.pk], state="removed", actor=actor)
    client = client_for(shop)

    def names(query: str) -> list[str]:
        page = text(client.get(f"/products{query}", headers={"HX-Request": "true", "HX-Target": "results"}))
        return [name for name in ("芝士蛋糕", "Bread", "Draft", "Gone") if name in page]

    assert names("") == ["芝士蛋糕", "Bread"]
    assert names("?tab=off") == ["Draft"]
    assert names("?tab=bin") == ["Gone"]
    assert names("?q=zsdg") == ["芝士蛋糕"]
    assert names(f"?category={category.pk}") == ["芝士蛋糕"]
    assert names("?tag=%E6%96%B0%E5%93%81") == ["芝士蛋糕"]
    assert names("?kind=service") == ["Bread"]
    assert names("?from=20&to=100") == ["芝士蛋糕"]
    assert names("?tab=x&category=x&from=x") == ["芝士蛋糕", "Bread"]


def test_many_at_once(client_for, shop):
    client = client_for(shop)
    with tenancy.scope(shop.pk):
        category = services.save_category(name="Cakes", actor=access.system(shop.pk))
        ids = [make_product().pk for _ in range(3)]
        empty = make_product(SkuDraft(code="X", price=1, is_active=False), is_on_sale=False)
    client.post("/products/bulk", {"ids": ids[:2], "action": "move", "category": category.pk})
    client.post("/products/bulk", {"ids": ids[1:], "action": "off_sale", "tab": ""})
    away = client.post("/products/bulk", {"ids": ids[2:], "action": "remove", "tab": "off"})
    assert away.headers["Location"] == "/products?tab=off"
    client.post("/products/bulk", {"ids": [empty.pk], "action": "on_sale"})
    client.post("/products/bulk", {"ids": ["x", "9" * 30], "action": "nonsense"})
    assert "needs at least one SKU" in text(client.get("/products"))
    with tenancy.scope(shop.pk):
        rows = dict(Product.objects.values_list("pk", "state"))
        assert [rows[pk] for pk in (*ids, empty.pk)] == ["on_sale", "off_sale", "removed", "draft"]
        assert Product.objects.filter(category=category).count() == 2


def test_who_may(client_for, shop):
    store = make_store(shop, "S1")
    with tenancy.scope(shop.pk):
        product = make_product(SkuDraft(code="C", price=8800, cost=777_700), name="Cake")
    guide = client_for(shop, "guide", store)
    assert "7777.00" not in text(guide.get(f"/products/{product.pk}"))
    assert "7777.00" in text(client_for(shop).get(f"/products/{product.pk}"))
    assert guide.post("/products/export", {"ids": [product.pk]}).status_code == 403
    assert "Cake" in text(guide.get("/products"))
    assert "Cake" in text(guide.get(f"/products/{product.pk}"))
    assert guide.post("/products/preview", {"description": "<p>Fresh</p>"}).status_code == 200  # the page asks it
    assert guide.post(f"/products/{product.pk}", {**FORM, "grid": ONE}).status_code == 403
    assert guide.post("/products/bulk", {"ids": [product.pk], "action": "remove"}).status_code == 403
    local = client_for(shop, "owner", store)  # may edit, but not for the whole merchant
    assert local.post(f"/products/{product.pk}", {**FORM, "grid": ONE}).status_code == 403
    assert local.post("/products/bulk", {"ids": [product.pk], "action": "remove"}).status_code == 403
    assert client_for(shop, "finance").get("/products").status_code == 403
    assert client_for(make_merchant()).get(f"/products/{product.pk}").status_code == 404
    with tenancy.scope(shop.pk):
        assert list(Product.objects.values_list("name", "state")) == [("Cake", "on_sale")]


def test_pictures(client_for, shop):
    client = client_for(shop)
    with tenancy.scope(shop.pk):
        product = make_product()
    address = f"/products/{product.pk}/pictures"
    files = [make_picture_file(colour=colour) for colour in ("red", "blue")]
    files[0].name, files[1].name = "a.jpg", "b.jpg"
    svg = SimpleUploadedFile("logo.svg", b"<svg xmlns='x'><script>alert(1)</script></svg>", "image/svg+xml")
    answer = text(client.post(address, {"file": [*files, svg]}, headers={"HX-Request": "true"}))
    assert "logo.svg: SVG pictures can carry scripts" in answer
    with tenancy.scope(shop.pk):
        first, second = Picture.objects.order_by("position").values_list("pk", flat=True)
    typed = {"picture": [first, second], f"alt-{first}": "Red", "act": f"down:{first}"}
    assert client.post(address, typed).status_code == 302
    with tenancy.scope(shop.pk):
        rows = list(Picture.objects.order_by("position").values_list("pk", "alt"))
    assert rows == [(second, ""), (first, "Red")]
    client.post(address, {"picture": [second, first], f"alt-{first}": "Red", "act": f"remove:{second}"})
    with tenancy.scope(shop.pk):
        assert list(Picture.objects.values_list("pk", flat=True)) == [first]
        digest = Picture.objects.get().digest
    assert f"/media/{shop.pk}/{digest}-200.webp" in text(client.get("/products"))
    assert client_for(shop, "guide").post(address, {"file": make_picture_file()}).status_code == 403


@bad_pictures.EACH
def test_a_file_that_is_no_picture(client_for, shop, bad, said):
    with tenancy.scope(shop.pk):
        product = make_product()
    sent = {"file": [bad_upload(bad)]}
    answer = text(client_for(shop).post(f"/products/{product.pk}/pictures", sent, headers={"HX-Request": "true"}))
    assert re.findall(r'class="text-danger small">.*?</svg> (.*?)</div>', answer) == [f"photo.jpg: {said}"]
    with tenancy.scope(shop.pk):
        assert not Picture.objects.exists()


def test_the_preview_is_cleaned(client_for, shop):
    shown = text(client_for(shop).post("/products/preview", {"description": "<p onclick=x>Hi<script>y</script></p>"}))
    assert shown.strip() == "<p>Hi</p>"


def test_export_follows_the_filters_and_import_takes_it(client_for, shop):
    client = client_for(shop)
    with tenancy.scope(shop.pk):
        one, _two = make_product(code="ONE", name="Cake"), make_product(code="TWO", name="Bread")
    everything = b"".join(client.post("/products/export?q=cake", {"format": "csv"}).streaming_content)
    assert (b"ONE" in everything, b"TWO" in everything) == (True, False)
    chosen = client.post("/products/export", {"ids": [one.pk]})
    assert chosen.headers["Content-Disposition"].endswith('.xlsx"')
    book = io.BytesIO(b"".join(chosen.streaming_content))
    book.name = "back.xlsx"
    trial = text(client.post("/products/import", {"file": book, "is_trial": "on"}))
    assert "Trial run: nothing was changed" in trial
    bad = SimpleUploadedFile("p.csv", "商品编码,规格编码,售价\nONE,S,x\n".encode())
    assert "this is not an amount" in text(client.post("/products/import", {"file": bad}))
    assert "cannot be imported" in text(
        client.post("/products/import", {"file": SimpleUploadedFile("p.csv", b"x")}), 422
    )
    assert "This field is required." in text(client.post("/products/import", {}), 422)
    with tenancy.scope(shop.pk):
        exported = AuditEntry.objects.filter(action="catalog.export").values_list("detail", flat=True)
        assert [row["rows"] for row in exported] == [1, 1]


def test_queries_of_the_list_and_the_form(client_for, shop, django_assert_num_queries):
    client = client_for(shop)
    with tenancy.scope(shop.pk):
        products = [make_product() for _ in range(55)]
        services.add_picture(product_id=products[-1].pk, content=make_picture_file(), actor=access.system(shop.pk))
        make_freight()
    client.get("/products")
    with django_assert_num_queries(11):
        assert text(client.get("/products")).count("data-href") == 50
    with django_assert_num_queries(13):
        text(client.get("/products?q=product"))
    with django_assert_num_queries(17):
        text(client.get(f"/products/{products[-1].pk}"))


def test_nothing_of_another_merchant_goes_into_a_bulk_action(client_for, shop):
    other = make_merchant()
    with tenancy.scope(other.pk):
        foreign = make_product(name="Foreign")
        theirs = services.save_category(name="Theirs", actor=access.system(other.pk))
    client = client_for(shop)
    with tenancy.scope(shop.pk):
        own = make_product()
    client.post("/products/bulk", {"ids": [foreign.pk], "action": "remove"})
    client.post("/products/bulk", {"ids": [own.pk], "action": "move", "category": theirs.pk})
    with tenancy.scope(other.pk):
        assert Product.objects.get().state == "on_sale"
    with tenancy.scope(shop.pk):
        assert Product.objects.get().category_id is None
        assert not Category.objects.exists()
