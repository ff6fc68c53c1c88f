"""Gift with purchase in the shop: claimed, seen at the checkout, in the order, and said when it cannot be had."""

from __future__ import annotations

import re

import pytest

from tests.console.conftest import text
from tests.factories.coupons import bought, make_template, with_coupon
from tests.factories.gifts import gift_coupon, gift_terms, make_mug
from tests.factories.shop import HOME, buyer, stocked
from yutang.areas.coupons.models import Coupon
from yutang.areas.customers.addresses import book
from yutang.areas.orders.models import CartLine, Order, OrderItem


@pytest.fixture
def cake(merchant):
    return stocked()


def test_the_checkout_shows_it_for_nothing(shopper, shop, cake):
    mug = make_mug()
    coupon = gift_coupon(buyer().customer_id, mug, 2)
    page = text(shopper.get(f"{shop}checkout?buy={cake.pk}:1"))
    assert "Mug (gift)" in page
    assert "Gift: Mug × 2" in page
    assert "with a gift" in page
    assert 'name="total" value="10000"' in page
    none = text(shopper.get(f"{shop}checkout?buy={cake.pk}:1&perk-coupon=none"))
    assert "Mug (gift)" not in none
    own = text(shopper.get(f"{shop}checkout?buy={cake.pk}:1&perk-coupon=own&perk-coupon-own={coupon.pk}"))
    assert "Mug (gift)" in own


def test_why_it_does_not_come(shopper, shop, cake):
    me = buyer().customer_id
    gift_coupon(me, make_mug(0))
    gift_coupon(me, make_mug(is_delivered=False))
    gift_coupon(me, make_mug(), threshold=15_000)
    page = text(shopper.get(f"{shop}checkout?buy={cake.pk}:1"))
    assert "Its gift is sold out" in page
    assert "Its gift cannot be had here at the moment" in page
    assert "CN¥50.00 more and it counts" in page
    assert "(gift)" not in page


def test_the_order_of_a_cart_has_it_and_the_cart_is_empty(shopper, shop, cake, merchant, actor):
    gift_coupon(buyer().customer_id, make_mug())
    book.save_address(identity=shopper.identity, recipient=HOME, actor=actor)
    shopper.post(f"{shop}cart/put", {"sku": cake.pk, "quantity": 1, "key": "k" * 32})
    page = text(shopper.get(f"{shop}checkout"))
    sent = dict(re.findall(r'<input type="hidden" name="(key|total|chosen)" value="([^"]*)"', page))
    assert shopper.post(f"{shop}checkout/place", {**sent, "perk-coupon": "auto"}).status_code == 303
    order = Order.objects.get()
    assert (OrderItem.objects.filter(order=order).count(), CartLine.objects.count()) == (2, 0)
    shown = text(shopper.get(f"{shop}orders/{order.pk}"))
    assert "Mug (gift)" in shown
    assert "<span>Goods</span><span>CN¥100.00</span>" in shown  # what it would cost is no part of the sums
    assert "Mug (gift)" in text(shopper.get(f"{shop}orders"))


def test_centre_and_mine(shopper, shop, merchant):
    template = make_template(
        name="Mug for free", limits={"is_claimable": True, "per_person": 1}, **gift_terms(make_mug())
    )
    assert "Gift: Mug × 1" in text(shopper.get(f"{shop}coupons"))
    shopper.post(f"{shop}coupons/{template.pk}/claim", {"key": "0"})
    assert Coupon.objects.get().template_id == template.pk
    assert "Gift: Mug × 1" in text(shopper.get(f"{shop}me/coupons"))


def test_mine_say_what_comes_with_the_cart(shopper, shop, cake):
    me = buyer().customer_id
    with_coupon(me, name="Soon", value=100, threshold=99_999, valid_days=1)
    gift_coupon(me, make_mug(), name="Comes")
    gift_coupon(me, make_mug(0), name="Gone", valid_days=9)
    with_coupon(me, name="Saves", value=100)
    shopper.post(f"{shop}cart/put", {"sku": cake.pk, "quantity": 1, "key": "k" * 32})
    page = text(shopper.get(f"{shop}me/coupons"))
    assert list(re.findall(r"<h2>(\w+)</h2>", page)) == ["Saves", "Comes", "Soon", "Gone"]
    assert page.count("Its gift comes with your cart") == 1


def test_who_asks_for_everything_back_is_told_of_the_gift(shopper, shop, cake):
    gift_coupon(buyer().customer_id, make_mug())
    order = bought(buyer(), (cake, 1))
    page = text(shopper.get(f"{shop}orders/{order.pk}/aftersale?kind=refund_only"))
    assert "Mug (gift) goes back too when you give everything back." in page
    assert 'name="pieces-1"' not in page


def test_in_chinese(shopper, shop, cake):
    gift_coupon(buyer().customer_id, make_mug())
    page = shopper.get(f"{shop}checkout?buy={cake.pk}:1", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "【赠品】Mug" in page
    assert "送 Mug ×1" in page
