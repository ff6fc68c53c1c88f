"""A tree of three levels without circles; freight templates that make sense."""

from __future__ import annotations

import pytest

from tests.factories.catalog import make_freight, make_product
from tests.factories.merchants import make_merchant
from yutang.areas.catalog import queries, rules, services
from yutang.areas.catalog.errors import (
    BadFreight,
    CategoryInUse,
    CategoryTooDeep,
    FreightInUse,
    NameTaken,
    NoSuchCategory,
)
from yutang.areas.catalog.models import Category, FreightTemplate
from yutang.areas.catalog.rules import FreightRow
from yutang.core import access, tenancy
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.questions import answer


def make(name, parent=None, actor=None, **more) -> Category:
    return services.save_category(name=name, parent_id=parent and parent.pk, actor=actor, **more)


def test_the_tree_in_its_order(merchant, actor):
    bread, cakes = make("Bread", actor=actor, position=2), make("Cakes", actor=actor, position=1)
    make("Toast", bread, actor)
    assert [(branch.label, branch.depth) for branch in queries.categories()] == [
        ("Cakes", 0), ("Bread", 0), ("Bread / Toast", 1),
    ]  # fmt: skip
    assert queries.descendants(bread.pk) == {bread.pk, Category.objects.get(name="Toast").pk}
    assert queries.descendants(cakes.pk + 1000) == set()


def test_no_fourth_level_and_no_circle(merchant, actor):
    one = make("1", actor=actor)
    two = make("2", one, actor)
    three = make("3", two, actor)
    with pytest.raises(CategoryTooDeep):
        make("4", three, actor)
    with pytest.raises(CategoryTooDeep):
        make("1", three, actor, category=one)
    with pytest.raises(CategoryTooDeep):
        make("1", make("other", actor=actor), actor, category=one)
    with pytest.raises(NameTaken):
        make("2", one, actor)
    one.refresh_from_db()
    assert one.parent_id is None


def test_only_an_empty_one_goes(merchant, actor):
    food = make("Food", actor=actor)
    cakes = make("Cakes", food, actor)
    product = make_product(category_id=cakes.pk)
    for pk in (food.pk, cakes.pk):
        with pytest.raises(CategoryInUse):
            services.delete_category(category_id=pk, actor=actor)
    assert services.move_to_category(product_ids=[product.pk], category_id=None, actor=actor) == 1
    assert services.move_to_category(product_ids=[product.pk], category_id=None, actor=actor) == 0
    services.delete_category(category_id=cakes.pk, actor=actor)
    services.delete_category(category_id=food.pk, actor=actor)
    assert not Category.objects.exists()


def test_a_foreign_category_holds_nothing_of_ours(merchant, actor):
    other = make_merchant()
    with tenancy.scope(other.pk):
        foreign = make("Theirs", actor=access.system(other.pk))
    with pytest.raises(NoSuchCategory):
        make_product(category_id=foreign.pk)
    with pytest.raises(NotFound):
        make("Mine", foreign, actor)


def test_who_reaches_one_store_changes_nothing(merchant):
    guest = access.Actor("user", 1, "Guest", merchant.pk, {"catalog.edit": frozenset({1})})
    with pytest.raises(NotAllowed):
        make("Mine", actor=guest)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [FreightRow(first=0)],
        [FreightRow(first_fee=-1)],
        [FreightRow(free_from=-1)],
        [FreightRow(), FreightRow()],
        [FreightRow(provinces=("上海", "江苏")), FreightRow(provinces=("上海",))],
    ],
)
def test_freight_that_makes_no_sense(merchant, rows):
    with pytest.raises(BadFreight):
        services.save_freight_template(name="X", basis="weight", rows=rows, actor=access.system(merchant.pk))
    assert not FreightTemplate.objects.exists()


def test_freight_in_use_stays(merchant, actor):
    template = make_freight()
    product = make_product(freight_template_id=template.pk)
    with pytest.raises(FreightInUse):
        services.delete_freight_template(template_id=template.pk, actor=actor)
    with pytest.raises(NameTaken):
        services.save_freight_template(name=template.name, basis="weight", rows=[FreightRow()], actor=actor)
    draft = services.draft_of(product, freight_template_id=None)
    services.save_product(draft=draft, product=product, actor=actor)
    services.delete_freight_template(template_id=template.pk, actor=actor)
    assert not FreightTemplate.objects.exists()


def test_a_province_finds_its_row_however_it_is_written():
    far = FreightRow(provinces=("新疆", "西藏"), first_fee=2000)
    assert rules.row_for("新疆维吾尔自治区", [FreightRow(), far]) == far
    assert rules.row_for("上海市", [far]) is None


def test_the_way_to_a_product_leaves_out_what_is_hidden(merchant, actor, django_assert_num_queries):
    top = services.save_category(name="Cakes", actor=actor)
    hidden = services.save_category(name="Inside", parent_id=top.pk, is_visible=False, actor=actor)
    leaf = services.save_category(name="Chiffon", parent_id=hidden.pk, actor=actor)
    cake, nowhere = make_product(category_id=leaf.pk), make_product()
    with django_assert_num_queries(1):
        assert answer(queries.way_question(cake.pk)) == [(top.pk, "Cakes"), (leaf.pk, "Chiffon")]
    assert answer(queries.way_question(nowhere.pk)) == []
