from __future__ import annotations

import pytest

from tests.factories.catalog import make_picture_file, make_product, make_review, make_sku
from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog import services
from yutang.areas.catalog.models import Picture, Product, Review, Sku
from yutang.areas.catalog.services import SkuDraft
from yutang.core import tenancy
from yutang.core.errors import NotFound
from yutang.core.questions import Question, answer, ask, instance

pytestmark = pytest.mark.django_db


def _numbers(name: str, most: int) -> Question[list[int]]:
    sql = f"SELECT n FROM generate_series(1, %({name})s::int) n ORDER BY n DESC"
    return Question(sql, {name: most}, lambda rows: [row["n"] for row in rows])


def test_several_are_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        told = ask(three=_numbers("three", 3), none=_numbers("none", 0), again=_numbers("three", 3))
    assert (told["three"], told["none"], told["again"]) == ([3, 2, 1], [], [3, 2, 1])
    assert answer(_numbers("some", 2)) == [2, 1]


def test_equal_answers_are_equal_texts():
    first, second, other = (ask(it=_numbers("some", most)).texts for most in (2, 2, 3))
    assert first == second != other


def test_one_name_cannot_stand_for_two_values():
    with pytest.raises(ValueError, match="two values for some: 2 and 3"):
        ask(one=_numbers("some", 2), other=_numbers("some", 3))


def test_each_merchant_is_told_its_own():
    cake, bread = make_merchant(), make_merchant()
    with tenancy.scope(cake.pk):
        product = make_product()
    for _ in range(8):  # PostgreSQL keeps one plan for all values from the sixth time on
        with tenancy.scope(cake.pk):
            assert answer(catalog.product_question(product.pk)) == product
        with tenancy.scope(bread.pk), pytest.raises(NotFound):
            answer(catalog.product_question(product.pk))


def test_instances_are_those_of_the_orm(merchant, actor):
    """With their JSON, arrays and times converted, whatever the ORM would do."""
    draft = SkuDraft(code="CAKE-6", price=8800, values=("6",))
    sku = make_product(draft, specifications={"Size": ["6"]}, tags=("new",)).skus.get()
    services.add_picture(product_id=sku.product_id, content=make_picture_file(), alt="", actor=actor)
    make_review(sku, make_customer(), pictures=["0" * 64])
    for model in (Product, Sku, Picture, Review):
        sql = f"SELECT * FROM {model._meta.db_table} ORDER BY id"
        read = answer(Question(sql, {}, lambda rows, model=model: [instance(model, row) for row in rows]))
        expected = list(model.objects.order_by("pk"))
        assert len(expected) == 1
        assert [row.__dict__ | {"_state": 0} for row in read] == [row.__dict__ | {"_state": 0} for row in expected]
        assert not read[0]._state.adding


def test_newest_reviews_come_with_their_goods_and_names(merchant, actor):
    sku = make_sku()
    rows = [make_review(sku, make_customer(name=name), is_anonymous=False) for name in ("Wang", "Li", "Zhao")]
    found = answer(catalog.newest_reviews_question(sku.product_id, 2))
    assert [(row.pk, row.sku, row.signature) for row in found] == [(rows[2].pk, sku, "Z**"), (rows[1].pk, sku, "L**")]
