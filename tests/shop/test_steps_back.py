"""A page that the back button brings again is sent with its old key and another wish: that is another thing, not the
old one."""

from __future__ import annotations

import pytest

from tests.factories import membership, wallet
from tests.factories import shop as goods
from tests.shop.test_buying import add, order_form, text
from yutang.areas.customers.addresses import book
from yutang.areas.membership.models import Card
from yutang.areas.orders.models import CartLine, Order
from yutang.areas.wallet.models import Recharge


def test_what_came_into_the_cart_since_stays_there(shopper, merchant, actor):
    book.save_address(identity=shopper.identity, recipient=goods.HOME, actor=actor)
    one, two = goods.stocked(5, price=1_000), goods.stocked(5, price=1_000)
    add(shopper, shopper.shop, one)
    first = order_form(text(shopper.get(f"{shopper.shop}checkout")))
    shopper.post(f"{shopper.shop}checkout/place", first)
    add(shopper, shopper.shop, two, key="b" * 32)
    page = order_form(text(shopper.get(f"{shopper.shop}checkout")))
    shopper.post(f"{shopper.shop}checkout/place", page | {"key": first["key"]})
    assert (Order.objects.count(), CartLine.objects.get().sku_id) == (1, two.pk)


def test_a_card_for_oneself_then_one_to_give(shopper, merchant):
    plan = membership.make_plan()
    for gift in ({}, {"gift": "1"}, {"gift": "1"}):
        shopper.post(f"{shopper.shop}membership/buy/{plan.pk}", {"key": "abc", **gift})
    assert sorted(Card.objects.values_list("is_gift", flat=True)) == [False, True]


def test_another_plan_of_recharging(shopper, merchant):
    plans = [wallet.make_plan(10_000, 0), wallet.make_plan(20_000, 0, name="Whale")]
    for plan in (*plans, plans[1]):
        shopper.post(f"{shopper.shop}wallet/recharge", {"plan": plan.pk, "key": "a" * 32})
    assert sorted(Recharge.objects.values_list("amount", flat=True)) == [10_000, 20_000]


@pytest.mark.parametrize("code", ["a%00b", "x" * 5_000])
def test_a_link_of_a_gift_that_is_none(stranger, shop, merchant, code):
    assert stranger.get(f"{shop}membership/gift/{code}").status_code == 404
