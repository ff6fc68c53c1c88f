"""What a region is not offered is not sent there, whatever way it got into the cart."""

from __future__ import annotations

import pytest

from tests.factories.merchants import make_store
from tests.factories.shop import HOME, buyer, place, stocked, wish
from tests.factories.shop import actor as clerk
from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog import services as catalogue
from yutang.areas.catalog.models import RegionRule
from yutang.areas.orders import services
from yutang.areas.orders.errors import NotInRegion
from yutang.areas.orders.models import Order

ONLY, EXCEPT = RegionRule.Effect.ONLY, RegionRule.Effect.EXCEPT


@pytest.fixture
def goods(merchant, actor):
    """Of three only the second may be sent home."""
    found = [stocked(name=name) for name in ("Wine", "Tea", "Ice")]
    catalogue.save_region_rule(product_id=found[0].product_id, effect=EXCEPT, provinces=["浙江"], actor=actor)
    catalogue.save_region_rule(product_id=found[2].product_id, effect=ONLY, provinces=["上海"], actor=actor)
    return found


def test_all_of_them_are_named(goods):
    with pytest.raises(NotInRegion) as error:
        place(*((sku, 1) for sku in goods))
    assert error.value.params == {"titles": "Wine, Ice", "province": HOME.province}
    assert not Order.objects.exists()


def test_the_others_are_sold(goods):
    assert place((goods[1], 1)).status == "unpaid"


def test_who_fetches_it_comes_to_it(goods):
    store = make_store("S")
    sku = stocked(node_id=store.pk)
    catalogue.save_region_rule(product_id=sku.product_id, effect=ONLY, provinces=["上海"], actor=clerk())
    assert place((sku, 1), fulfilment="pickup", node_id=store.pk).status == "unpaid"


def test_before_an_address_is_chosen_nothing_is_held_back(goods):
    quoted = services.quote(
        wish=wish((goods[0], 1), recipient=services.Recipient()), customer_id=buyer().customer_id, currency="CNY"
    )
    assert quoted.total == 10_000


def test_a_merchant_without_rules_asks_nothing(merchant, django_assert_num_queries):
    sku = stocked()
    offers = catalog.offers([sku.pk])
    with django_assert_num_queries(0):
        assert catalog.not_offered(offers.values(), HOME.province) == set()
