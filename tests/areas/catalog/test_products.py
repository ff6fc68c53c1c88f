"""A product and its SKUs are saved as one; what was sold keeps its code."""

from __future__ import annotations

import pytest

from tests.factories.catalog import make_product
from yutang.areas.catalog import queries, services
from yutang.areas.catalog.errors import BadSpecification, CodeTaken, NothingToSell
from yutang.areas.catalog.models import Product, Sku
from yutang.areas.catalog.services import ProductDraft, SkuDraft

SIZES = {"Size": ("6", "8")}


def cake(*skus: SkuDraft, **overrides) -> ProductDraft:
    return ProductDraft(**{"code": "CAKE", "name": "芝士蛋糕", "skus": skus, "specifications": SIZES, **overrides})


def test_a_product_with_two_sizes(merchant, actor):
    small, large = SkuDraft(code="C6", price=8800, values=("6",)), SkuDraft(code="C8", price=12800, values=("8",))
    product = services.save_product(draft=cake(small, large), actor=actor)
    assert (product.state, product.lowest_price) == (Product.State.DRAFT, 8800)
    assert "zhishidangao" in product.search_text
    assert "zsdg" in product.search_text
    ids = list(product.skus.order_by("position").values_list("pk", flat=True))
    offers = queries.offers(ids)
    assert [(offers[pk].spec, offers[pk].price, offers[pk].is_on_sale) for pk in ids] == [
        ("6", 8800, False), ("8", 12800, False),
    ]  # fmt: skip
    assert services.set_state(product_ids=[product.pk], state=Product.State.ON_SALE, actor=actor) == 1
    assert queries.offers(ids)[ids[0]].is_on_sale


def test_a_sku_left_out_is_switched_off_not_deleted(merchant, actor):
    both = [SkuDraft(code="C6", price=8800, values=("6",)), SkuDraft(code="C8", price=12800, values=("8",))]
    product = services.save_product(draft=cake(*both), actor=actor)
    services.save_product(draft=cake(both[1]), product=product, actor=actor)
    assert dict(Sku.objects.values_list("code", "is_active")) == {"C6": False, "C8": True}


@pytest.mark.parametrize(
    "skus",
    [
        [SkuDraft(code="A", price=1, values=("7",))],
        [SkuDraft(code="A", price=1, values=())],
        [SkuDraft(code="A", price=1, values=("6",)), SkuDraft(code="B", price=1, values=("6",))],
    ],
)
def test_values_must_be_one_of_each_specification(merchant, actor, skus):
    with pytest.raises(BadSpecification) as error:
        services.save_product(draft=cake(*skus), actor=actor)
    assert error.value.field == "skus"
    assert not Product.objects.exists()


def test_codes_belong_to_one(merchant, actor):
    make_product(SkuDraft(code="X", price=1), code="ONE")
    with pytest.raises(CodeTaken):
        make_product(SkuDraft(code="X", price=1), code="TWO")
    with pytest.raises(CodeTaken):
        make_product(SkuDraft(code="Y", price=1), code="ONE")


@pytest.mark.parametrize(("field", "draft"), [("code", {"code": "ONE"}), ("skus", {"code": "TWO", "sku": "X"})])
def test_a_code_taken_since_we_looked(merchant, actor, monkeypatch, field, draft):
    """The other came between the look and the writing: nothing of theirs changes."""
    make_product(SkuDraft(code="X", price=100), code="ONE")
    monkeypatch.setattr("yutang.areas.catalog.services.products._check_codes", lambda draft, product: None)
    with pytest.raises(CodeTaken) as error:
        make_product(SkuDraft(code=draft.get("sku", "Y"), price=1), code=draft["code"])
    assert error.value.field == field
    assert list(Sku.objects.values_list("code", "price", "is_active")) == [("X", 100, True)]
    assert Product.objects.count() == 1


def test_saving_many_skus_costs_what_one_costs(merchant, actor, django_assert_num_queries):
    for count in (1, 100):
        skus = [SkuDraft(code=f"{count}-{n}", price=1, values=(str(n),)) for n in range(count)]
        draft = cake(*skus, code=f"P{count}", specifications={"Size": [str(n) for n in range(count)]})
        with django_assert_num_queries(14):
            services.save_product(draft=draft, actor=actor)


def test_what_is_on_sale_has_something_to_sell(merchant, actor):
    product = make_product(SkuDraft(code="X", price=1, is_active=False), is_on_sale=False)
    with pytest.raises(NothingToSell):
        services.set_state(product_ids=[product.pk], state=Product.State.ON_SALE, actor=actor)


def test_a_description_cannot_act(merchant, actor):
    evil = (
        '<p onclick="x()">Fresh<script>alert(1)</script><img src="javascript:x"><a href="https://a.example">a</a></p>'
    )
    product = make_product(description=evil)
    assert product.description == (
        '<p>Fresh<img><a href="https://a.example" rel="noopener noreferrer nofollow">a</a></p>'
    )
