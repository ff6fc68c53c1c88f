"""Chinese, pinyin, initials, codes and slips of the finger; by an index, although row-level security is on."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from tests.factories.catalog import make_product
from tests.factories.merchants import make_merchant
from yutang.areas.catalog import queries, rules, services
from yutang.areas.catalog.models import Product, ProductGram
from yutang.areas.catalog.queries import Search
from yutang.areas.catalog.services import SkuDraft
from yutang.core import tenancy


def names(text: str = "", **filters) -> list[str]:
    wanted = Search(text=text, **filters)
    return [row.name for row in queries.search(wanted).order_by(*queries.in_order(wanted))]


@pytest.fixture
def shelf(merchant):
    make_product(SkuDraft(code="CK-01", price=8800, barcode="6901234567890"), code="CAKE-1", name="芝士蛋糕")
    make_product(SkuDraft(code="CK-02", price=6800), code="CAKE-2", name="草莓奶油蛋糕", tags=("生日",))
    make_product(SkuDraft(code="BR-01", price=1200), code="BREAD-1", name="全麦吐司", subtitle="配芝士更好吃")
    make_product(SkuDraft(code="TEA-1", price=2600), code="TEA", name="Cheesecake Tea 芝芝茶", is_on_sale=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("芝士蛋糕", ["芝士蛋糕"]),
        ("芝士", ["芝士蛋糕", "全麦吐司"]),  # the name begins with it, before a subtitle that holds it
        ("蛋", ["草莓奶油蛋糕", "芝士蛋糕"]),
        ("zhishi", ["芝士蛋糕"]),
        ("ZSDG", ["芝士蛋糕"]),
        ("zs", ["芝士蛋糕"]),
        ("dg", ["草莓奶油蛋糕", "芝士蛋糕"]),  # initials in the middle of a name
        ("知识蛋糕", ["芝士蛋糕"]),  # sounds the same
        ("zhisidangao", ["芝士蛋糕"]),  # a letter is missing
        ("chesecake", ["Cheesecake Tea 芝芝茶"]),
        ("ＣＨＥＥＳＥＣＡＫＥ", ["Cheesecake Tea 芝芝茶"]),
        ("ck-02", ["草莓奶油蛋糕"]),
        ("6901234567890", ["芝士蛋糕"]),
        ("生日", ["草莓奶油蛋糕"]),
        ("披萨", []),
        ("?!", []),
    ],
)
def test_what_is_typed_is_found(shelf, text, found):
    assert names(text)[: len(found) or 1] == found


def test_a_code_comes_first(shelf):
    make_product(code="X9", name="CK-02 box")
    assert names("CK-02") == ["草莓奶油蛋糕", "CK-02 box"]


def test_filters(shelf, actor):
    food = services.save_category(name="Food", actor=actor)
    cakes = services.save_category(name="Cakes", parent_id=food.pk, actor=actor)
    cake = Product.objects.get(code="CAKE-1")
    services.move_to_category(product_ids=[cake.pk], category_id=cakes.pk, actor=actor)
    assert names(category_id=food.pk) == ["芝士蛋糕"]
    assert names(tag="生日") == ["草莓奶油蛋糕"]
    assert names(price_from=2000, price_to=7000) == ["Cheesecake Tea 芝芝茶", "草莓奶油蛋糕"]
    assert names(states=("draft",)) == ["Cheesecake Tea 芝芝茶"]
    assert names("蛋糕", price_to=7000) == ["草莓奶油蛋糕"]
    assert names(kind="service") == []


def test_suggestions_are_on_sale(shelf):
    assert [row.name for row in queries.suggestions("ch")] == []
    assert [row.name for row in queries.suggestions("zhi")] == ["芝士蛋糕"]
    assert queries.suggestions(" ") == []


def test_a_new_name_is_found_and_the_old_one_is_not(shelf, actor):
    cake = Product.objects.get(code="CAKE-1")
    services.save_product(draft=services.draft_of(cake, name="抹茶卷"), product=cake, actor=actor)
    assert names("芝士蛋糕") == []
    assert names("mochajuan") == ["抹茶卷"]
    cake.refresh_from_db()
    assert set(ProductGram.objects.filter(product=cake).values_list("gram", flat=True)) == rules.grams(cake.search_text)


def test_another_merchant_finds_nothing(shelf):
    with tenancy.scope(make_merchant().pk):
        assert names("芝士") == []


def test_the_index_answers(merchant):
    """Among a few thousand products the pieces are looked up, one merchant's only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_product (merchant_id, kind, code, name, subtitle, search_text, description, tags,"
            " specifications, is_delivered, is_picked_up, promises, only_levels, only_cards, state, position,"
            " lowest_price, created_at, updated_at) SELECT %s, 'goods', 'P' || n, 'N' || n, '', md5(n::text), '', '{}',"
            " '[]', true, true, '{}', '{}', false,"
            " 'on_sale', 0, 0, now(), now() FROM generate_series(1, 5000) n",
            [merchant.pk],
        )
        cursor.execute(
            "INSERT INTO catalog_productgram (merchant_id, product_id, gram) SELECT DISTINCT merchant_id, id,"
            " substr(search_text, at, 3) FROM catalog_product, generate_series(1, 30) at"
        )
        cursor.execute("ANALYZE catalog_product")
        cursor.execute("ANALYZE catalog_productgram")
    some = Product.objects.get(code="P777")
    wanted = Search(text=some.search_text[4:14])
    found = queries.search(wanted).order_by(*queries.in_order(wanted))[:20]
    assert found[0].pk == some.pk
    plan = json.dumps(json.loads(found.explain(format="json")))
    assert "product_gram_once" in plan
    assert not any(
        f'"Seq Scan", "Parallel Aware": false, "Async Capable": false, "Relation Name": "{table}"' in plan
        for table in ("catalog_productgram", "catalog_product")
    )


def test_products_saved_before_are_found_by_inner_initials(shelf, monkeypatch):
    migration = import_module("yutang.areas.catalog.migrations.0002_inner_initials")
    monkeypatch.setattr(migration, "AT_ONCE", 2)
    as_now = dict(Product.objects.values_list("code", "search_text"))
    cake = Product.objects.get(code="CAKE-2")
    cake.search_text = " ".join(word for word in cake.search_text.split() if word not in ("cm", "mn", "ny", "yd", "dg"))
    cake.save(update_fields=["search_text"])
    ProductGram.objects.filter(product=cake).exclude(gram__in=rules.grams(cake.search_text)).delete()
    assert names("dg") == ["芝士蛋糕"]
    for _ in range(2):
        migration.widen(apps, None)
        assert names("dg") == ["草莓奶油蛋糕", "芝士蛋糕"]
        assert dict(Product.objects.values_list("code", "search_text")) == as_now
        held = ProductGram.objects.filter(product=cake).values_list("gram", flat=True)
        assert sorted(held) == sorted(rules.grams(as_now["CAKE-2"]))
