"""A product's rule beats its category's, which beats the one above."""

from __future__ import annotations

import pytest

from tests.factories.catalog import make_product
from tests.factories.merchants import make_merchant
from yutang.areas.catalog import queries, rules, services
from yutang.areas.catalog.models import Product, RegionRule
from yutang.core import tenancy
from yutang.core.errors import NotFound

ONLY, EXCEPT = RegionRule.Effect.ONLY, RegionRule.Effect.EXCEPT


@pytest.fixture
def shelf(merchant, actor):
    food = services.save_category(name="Food", actor=actor)
    cakes = services.save_category(name="Cakes", parent_id=food.pk, actor=actor)
    make_product(name="Loose")
    make_product(name="Rice", category_id=food.pk)
    make_product(name="Cake", category_id=cakes.pk)
    return food, cakes


def seen(province: str) -> list[str]:
    return sorted(queries.visible(Product.objects.all(), province).values_list("name", flat=True))


def test_without_rules_everybody_sees_everything(shelf):
    assert seen("上海") == ["Cake", "Loose", "Rice"]


def test_the_nearest_rule_decides(shelf, actor):
    food, cakes = shelf
    services.save_region_rule(category_id=food.pk, effect=EXCEPT, provinces=["上海市"], actor=actor)
    assert (seen("上海"), seen("北京")) == (["Loose"], ["Cake", "Loose", "Rice"])
    services.save_region_rule(category_id=cakes.pk, effect=ONLY, provinces=["上海", "浙江"], actor=actor)
    assert (seen("上海"), seen("北京")) == (["Cake", "Loose"], ["Loose", "Rice"])
    cake = Product.objects.get(name="Cake")
    services.save_region_rule(product_id=cake.pk, effect=ONLY, provinces=["北京"], actor=actor)
    assert (seen("上海市"), seen("北京市")) == (["Loose"], ["Cake", "Loose", "Rice"])
    assert seen("") == ["Cake", "Loose", "Rice"]


def test_a_rule_takes_the_place_of_the_old_one_and_goes_without_provinces(shelf, actor):
    food, _ = shelf
    services.save_region_rule(category_id=food.pk, effect=EXCEPT, provinces=["上海"], actor=actor)
    services.save_region_rule(category_id=food.pk, effect=ONLY, provinces=["江苏省", "江苏", " "], actor=actor)
    assert list(RegionRule.objects.values_list("effect", "provinces")) == [(ONLY, ["江苏"])]
    assert services.save_region_rule(category_id=food.pk, effect=ONLY, provinces=[], actor=actor) is None
    assert not RegionRule.objects.exists()


def test_the_shop_finds_what_is_on_sale_in_the_region(shelf, actor):
    cake = Product.objects.get(name="Cake")
    make_product(name="Cake of tomorrow", is_on_sale=False)
    services.save_region_rule(product_id=cake.pk, effect=EXCEPT, provinces=["上海"], actor=actor)

    def found(province: str, text: str = "cake") -> list[str]:
        wanted = queries.Search(text=text, states=("on_sale",), province=province)
        return [row.name for row in queries.search(wanted).order_by(*queries.in_order(wanted))]

    assert (found("上海市"), found("北京"), found("北京", "")) == ([], ["Cake"], ["Cake", "Rice", "Loose"])
    assert [row.name for row in queries.suggestions("ca", province="北京")] == ["Cake"]
    assert queries.suggestions("ca", province="上海") == []


def test_what_is_another_merchants_gets_no_rule(shelf, actor):
    product = Product.objects.get(name="Cake")
    with tenancy.scope(make_merchant().pk), pytest.raises(NotFound):
        services.save_region_rule(product_id=product.pk, effect=ONLY, provinces=["上海"], actor=actor)


def test_it_costs_three_statements_however_many_products(shelf, actor, django_assert_num_queries):
    food, _ = shelf
    services.save_region_rule(category_id=food.pk, effect=EXCEPT, provinces=["上海"], actor=actor)
    with django_assert_num_queries(3):
        assert seen("上海") == ["Loose"]


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("广西壮族自治区", "广西"),
        ("上海市", "上海"),
        ("香港特别行政区", "香港"),
        ("江苏", "江苏"),
        (" Kent ", "Kent"),
        ("", ""),
    ],
)
def test_names_of_provinces(written, known):
    assert rules.province_name(written) == known


def test_every_province_is_its_own_short_name():
    assert [rules.province_name(name) for name in rules.PROVINCES] == list(rules.PROVINCES)
    assert len(set(rules.PROVINCES)) == 34
