"""From a basket to an order that waits for its money."""

from __future__ import annotations

import pytest

from tests.factories.catalog import make_freight
from tests.factories.merchants import make_merchant, make_store
from tests.factories.shop import HOME, buyer, pay, place, put, stocked, wish
from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog.errors import NotDelivered
from yutang.areas.catalog.rules import FreightRow
from yutang.areas.inventory import queries as inventory
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import services
from yutang.areas.orders.errors import EmptyBasket, NotOnSale, NotThisWay, PriceChanged, SoldOut
from yutang.areas.orders.models import Adjustment, Order, OrderItem, OrderStep, ShopOrder
from yutang.core import crypto, tenancy


def test_an_order_with_freight(merchant, actor):
    make_freight()
    cake, tea = stocked(price=8800), stocked(price=3000)
    order = place((cake, 1), (tea, 2))
    shop = ShopOrder.objects.select_related("order").get(order=order)
    # 1.5 kg: the first kilogram 8.00, the begun second 2.00
    assert (shop.order.status, shop.freight, shop.total) == ("unpaid", 1000, 8800 + 6000 + 1000)
    assert list(OrderItem.objects.order_by("position").values_list("quantity", "list_amount", "amount")) == [
        (1, 8800, 8800), (2, 6000, 6000),
    ]  # fmt: skip
    assert list(Adjustment.objects.values_list("position", "step", "amount")) == [(None, "freight", 1000)]
    assert list(OrderStep.objects.values_list("what", "status")) == [("placed", "unpaid")]
    assert inventory.available([cake.pk, tea.pk]) == {cake.pk: 9, tea.pk: 8}
    assert "文三路" in crypto.decrypt(shop.recipient, merchant.pk)
    assert "文三路".encode() not in bytes(shop.recipient)


def test_what_costs_nothing_is_paid_when_it_is_placed(merchant, actor):
    gift = stocked(2, price=0)
    for _ in range(2):
        assert place((gift, 1), key="once").status == "paid"
    assert inventory.available([gift.pk]) == {gift.pk: 1}
    assert list(OrderStep.objects.values_list("what", flat=True)) == ["placed", "paid"]


def test_the_same_checkout_again_is_the_same_order(merchant, actor):
    cake = stocked(1)
    first = place((cake, 1), key="once")
    assert place((cake, 1), key="once").pk == first.pk
    assert Order.objects.count() == 1
    assert inventory.available([cake.pk]) == {cake.pk: 0}


def test_a_late_tap_finds_its_order_whatever_has_changed_since(merchant, actor):
    cake = stocked(price=8800)
    first = place((cake, 1), key="once")
    tap = {"wish": wish((cake, 1)), "identity": buyer(), "key": "once", "expected": 8800, "actor": actor}
    cake.price = 9900
    cake.save()
    assert services.place(**tap).pk == first.pk
    cake.product.state = "off_sale"
    cake.product.save()
    assert services.place(**tap).pk == first.pk
    with pytest.raises(NotOnSale):
        services.place(**{**tap, "key": "another"})
    assert Order.objects.count() == 1


def test_what_is_not_there_cannot_be_ordered(merchant, actor):
    cake = stocked(2)
    with pytest.raises(SoldOut) as error:
        place((cake, 3))
    assert (error.value.params["available"], error.value.params["title"]) == (2, cake.product.name)
    assert not Order.objects.exists()
    assert inventory.available([cake.pk]) == {cake.pk: 2}


def test_who_saw_another_price_is_asked_again(merchant, actor):
    cake = stocked(price=8800)
    with pytest.raises(PriceChanged) as error:
        services.place(wish=wish((cake, 1)), identity=buyer(), key="k", expected=8000, actor=actor)
    assert error.value.params == {"before": 8000, "now": 8800}
    assert not Order.objects.exists()


def test_what_cannot_be_had(merchant, actor):
    off, only_here = stocked(is_on_sale=False), stocked(is_delivered=False)
    with pytest.raises(NotOnSale):
        place((off, 1))
    with pytest.raises(NotThisWay):
        place((only_here, 1))
    for lines in ([], [(only_here.pk, 0)], [(only_here.pk, -1)]):
        with pytest.raises(EmptyBasket):
            services.quote(wish=services.Wish(lines=lines, fulfilment="pickup"), customer_id=None, currency="CNY")


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63 - 1, 2**63, 10**19])
def test_a_number_that_is_no_sku_is_not_on_sale(merchant, actor, number):
    cake = stocked()
    nothing = services.Wish(lines=[(cake.pk, 1), (number, 1)], fulfilment="delivery", recipient=HOME)
    with pytest.raises(NotOnSale):
        services.place(wish=nothing, identity=None, key="k", actor=actor)
    assert (
        [*catalog.offers([cake.pk, number])] == [row.sku_id for row in inventory.stock([cake.pk, number])] == [cake.pk]
    )


def test_a_region_that_is_not_served(merchant, actor):
    make_freight(FreightRow(first_fee=800), FreightRow(provinces=("浙江省",), is_served=False))
    with pytest.raises(NotDelivered) as error:
        place((stocked(), 1))
    assert error.value.params["province"] == HOME.province


def test_one_store_for_everything_where_there_is_one(merchant, actor):
    near, far = make_store("NEAR", "浙江省", "杭州市"), make_store("FAR", "四川省", "成都市")
    cake, tea = stocked(5, node_id=near.pk), stocked(5, node_id=far.pk)
    put(cake, 5, far.pk)
    order = place((cake, 1), (tea, 1))
    assert set(OrderItem.objects.filter(order=order).values_list("node_id", flat=True)) == {far.pk}
    order = place((cake, 1))
    assert OrderItem.objects.get(order=order).node_id == near.pk


def test_a_merchant_without_stores_sells_from_headquarters(merchant, actor):
    order = place((stocked(), 1))
    assert OrderItem.objects.get(order=order).node_id == merchants.root_node().pk


def test_few_statements(merchant, actor, django_assert_num_queries):
    cake, identity = stocked(), buyer()
    make_freight()
    place((cake, 1))  # the sales channel is there from now on
    # what shop, goods, level, card, freight templates and stock say; the order; the reservation
    with django_assert_num_queries(3):
        services.place(wish=wish((cake, 1)), identity=identity, key="counted", actor=actor)


def test_another_merchant_sees_none_of_it(merchant, actor):
    pay(place((stocked(), 1)))
    with tenancy.scope(make_merchant().pk):
        for model in (Order, ShopOrder, OrderItem, Adjustment, OrderStep):
            assert not model.objects.exists()
