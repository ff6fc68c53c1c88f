"""An order goes elsewhere, while nothing has left: by staff anywhere, by the buyer where it costs no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factories.catalog import make_freight
from tests.factories.shop import HOME, paid, place, stocked
from yutang.areas.catalog import services as catalog
from yutang.areas.catalog.models import RegionRule
from yutang.areas.catalog.queries import FreightRow
from yutang.areas.customers.errors import BadAddress
from yutang.areas.merchants.models import OrgNode
from yutang.areas.orders import queries_shop, services
from yutang.areas.orders.errors import DearerThere, NotInRegion, WrongState
from yutang.areas.orders.models import Order, OrderStep, ShopOrder
from yutang.core.models import AuditEntry

NEXT_DOOR = replace(HOME, name="李雷", street="文三路 2 号")
FAR = replace(HOME, province="新疆维吾尔自治区", city="乌鲁木齐市", district="天山区")


def move(order: Order, actor, recipient=NEXT_DOOR, **by) -> None:
    services.change_address(order_id=order.pk, recipient=recipient, actor=actor, **by)


def test_by_staff(merchant, actor):
    order = paid((stocked(), 1))
    move(order, actor, FAR)
    shop = ShopOrder.objects.get()
    assert queries_shop.recipient(shop) == FAR
    assert (shop.province, shop.city) == (FAR.province, FAR.city)
    step = OrderStep.objects.latest("id")
    assert (step.what, step.detail) == ("readdressed", {})
    assert AuditEntry.objects.get(action="orders.readdress").detail == {}


def test_by_the_buyer(merchant, actor):
    make_freight()
    order = paid((stocked(), 1))
    move(order, actor, is_by_buyer=True)
    assert queries_shop.recipient(ShopOrder.objects.get()) == NEXT_DOOR
    assert not AuditEntry.objects.filter(action="orders.readdress").exists()


def test_where_it_costs_more_the_shop_is_asked(merchant, actor):
    near = FreightRow(first=1_000, first_fee=800, further=1_000, further_fee=200)
    make_freight(replace(near, provinces=("新疆",), first_fee=3_000), near)
    order = paid((stocked(), 1))
    with pytest.raises(DearerThere):
        move(order, actor, FAR, is_by_buyer=True)
    assert queries_shop.recipient(ShopOrder.objects.get()) == HOME
    move(order, actor, FAR)
    move(order, actor, is_by_buyer=True)  # back again costs less: nobody minds


def test_where_it_is_not_offered(merchant, actor):
    sku = stocked()
    order = paid((sku, 1))
    catalog.save_region_rule(
        product_id=sku.product_id, effect=RegionRule.Effect.EXCEPT, provinces=["新疆"], actor=actor
    )
    with pytest.raises(NotInRegion):
        move(order, actor, FAR, is_by_buyer=True)


def test_what_has_left_has_left(merchant, actor):
    order = paid((stocked(), 2))
    services.ship(order_id=order.pk, pieces={0: 1}, key="p", actor=actor)
    with pytest.raises(WrongState):
        move(order, actor)


def test_what_is_fetched_goes_nowhere(merchant, actor):
    order = place((stocked(), 1), fulfilment="pickup", node_id=OrgNode.objects.get().pk)
    with pytest.raises(WrongState):
        move(order, actor)


def test_a_wrong_address(merchant, actor):
    order = paid((stocked(), 1))
    with pytest.raises(BadAddress) as error:
        move(order, actor, replace(HOME, phone="1", city="上海市"))
    assert set(error.value.params["errors"]) == {"phone", "city"}
    assert queries_shop.recipient(ShopOrder.objects.get()) == HOME
