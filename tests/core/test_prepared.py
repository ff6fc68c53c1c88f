from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.catalog import make_product
from tests.factories.merchants import make_merchant
from tests.factories.orders import make_sale_line
from yutang.areas.catalog.models import Product, Sku
from yutang.areas.catalog.services import SkuDraft
from yutang.areas.orders.models import SaleLine
from yutang.core import prepared, tenancy
from yutang.core.models import Event

pytestmark = pytest.mark.django_db
POOLS = "SELECT key FROM reservations_pool WHERE capacity >= %(least)s ORDER BY key"
OPEN = (
    "INSERT INTO reservations_pool (merchant_id, kind, key, capacity, reserved, confirmed, created_at)"
    " VALUES (%(merchant)s, 'stock', %(key)s, 1, 0, 0, now()) RETURNING key"
)


def test_a_plan_is_made_once_and_shows_each_merchant_its_own():
    cake, bread = make_merchant(), make_merchant()
    for _ in range(8):  # PostgreSQL keeps one plan for all values from the sixth time on
        for shop in (cake, bread):
            with tenancy.scope(shop.pk):
                assert prepared.rows(POOLS, {"least": 0}) == [(key,) for key in _opened(shop)]
                prepared.rows(OPEN, {"merchant": shop.pk, "key": f"{shop.pk}-{len(_opened(shop))}"})
    assert prepared.rows(POOLS, {"least": 0}) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%FROM reservations_pool WHERE%%'"
        )
        assert cursor.fetchone() == (1,)


def test_another_merchants_row_is_refused():
    cake, bread = make_merchant(), make_merchant()
    with tenancy.scope(cake.pk), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        prepared.rows(OPEN, {"merchant": bread.pk, "key": "theirs"})


def test_errors_are_djangos_and_the_transaction_can_go_on_before_them():
    shop = make_merchant()
    with tenancy.scope(shop.pk):
        again = (OPEN, {"merchant": shop.pk, "key": "a"})
        with pytest.raises(IntegrityError), transaction.atomic():
            _ = prepared.rows(*again), prepared.rows(*again)
        assert prepared.rows(POOLS, {"least": 0}) == []


def test_new_instances_get_their_numbers_and_what_the_database_fills_in():
    shop = make_merchant()
    with tenancy.scope(shop.pk):
        made = [Event(merchant_id=shop.pk, name="bench", payload={"梅": [n, None]}) for n in range(3)]
        prepared.insert(made)
        prepared.insert([])
        found = list(Event.objects.filter(name="bench").order_by("pk"))
        assert found == made
        assert [event.payload for event in found] == [{"梅": [n, None]} for n in range(3)]
        line = make_sale_line(shop)
        line.pk, line.line_key = None, "2"
        prepared.insert([line])
        assert SaleLine.objects.filter(pk=line.pk, line_key="2", xid__gt=0).exists()


def test_joined_rows_become_an_instance_of_each():
    shop = make_merchant()
    with tenancy.scope(shop.pk):
        product = make_product()
        sku = Sku.objects.get(product=product)
        tied = "catalog_product.id = %s AND catalog_sku.product_id = catalog_product.id"
        assert prepared.joined((Product, Sku), tied, [product.pk]) == [(product, sku)]
        assert prepared.joined((Product, Sku), tied, [0]) == []


def _opened(shop) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM reservations_pool WHERE merchant_id = %s ORDER BY key", [shop.pk])
        return [key for (key,) in cursor.fetchall()]


def test_instances_are_those_of_the_orm(merchant, actor):
    """With their JSON, arrays and times converted, whatever the ORM would do."""
    sku = make_product(
        SkuDraft(code="CAKE-6", price=8800, values=("6",)), specifications={"Size": ["6"]}, tags=("new",)
    ).skus.get()  # fmt: skip
    assert prepared.instances(Product, "id = %s", [sku.product_id]) == [sku.product]
    for model in (Product, Sku):
        read = prepared.instances(model, "id > %s ORDER BY id", [0])
        expected = list(model.objects.order_by("pk"))
        assert [row.__dict__ | {"_state": 0} for row in read] == [row.__dict__ | {"_state": 0} for row in expected]
    assert not prepared.instances(Product, "id = %s", [sku.product_id])[0]._state.adding
