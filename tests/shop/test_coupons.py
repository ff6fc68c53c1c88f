"""Coupons in the shop: claimed, redeemed, given, chosen at the checkout."""

from __future__ import annotations

import re

from tests.console.conftest import text
from tests.factories.coupons import make_template, with_coupon
from tests.factories.shop import actor, buyer, stocked
from yutang.areas.coupons import services
from yutang.areas.coupons.models import Coupon


def test_the_coupon_centre_gives_one_a_tap(shopper, stranger, shop, merchant):
    template = make_template(name="Welcome", limits={"is_claimable": True, "per_person": 1})
    assert "Welcome" in text(stranger.get(f"{shop}coupons"))
    assert "login" in stranger.post(f"{shop}coupons/{template.pk}/claim", {"key": "0"}).headers["Location"]
    for _ in range(2):
        assert shopper.post(f"{shop}coupons/{template.pk}/claim", {"key": "0"}).status_code == 303
    assert Coupon.objects.count() == 1
    assert "Claimed" in text(shopper.get(f"{shop}coupons"))
    assert "Welcome" in text(shopper.get(f"{shop}me/coupons"))
    assert "<b>1</b><span>Coupons</span>" in text(shopper.get(f"{shop}me"))


def test_the_page_of_a_product_leads_to_the_centre(stranger, shop, merchant):
    cake = stocked()
    assert "Claim coupons" not in text(stranger.get(f"{shop}p/{cake.product_id}"))
    make_template(limits={"is_claimable": True})
    assert "Claim coupons" in text(stranger.get(f"{shop}p/{cake.product_id}"))


def test_a_code_is_redeemed_and_a_wrong_one_is_said(shopper, shop, merchant):
    batch = services.make_codes(template_id=make_template(name="Leaflet").pk, name="L", count=1, actor=actor())
    (code,) = services.export(batch_id=batch.pk, actor=actor())
    assert "not valid" in text(shopper.post(f"{shop}me/coupons/redeem", {"code": "x"}), 422)
    assert shopper.post(f"{shop}me/coupons/redeem", {"code": code.lower()}).status_code == 303
    assert "Leaflet" in text(shopper.get(f"{shop}me/coupons"))
    for _ in range(12):
        last = shopper.post(f"{shop}me/coupons/redeem", {"code": "x"})
    assert last.status_code == 429  # every wrong try counted


def test_a_gift_changes_hands(shopper, shop, merchant):
    giver = buyer("+8613900139000")
    coupon = with_coupon(giver.customer_id, name="Gift", is_giftable=True)
    token = services.offer_gift(coupon_id=coupon.pk, customer_id=giver.customer_id, actor=actor())
    assert "Gift" in text(shopper.get(f"{shop}coupons/gift/{token}"))
    assert shopper.post(f"{shop}coupons/gift/{token}/take").status_code == 303
    assert "This gift is gone" in text(shopper.get(f"{shop}coupons/gift/{token}"), 404)
    mine = Coupon.objects.get(via="gift")
    link = re.search(r'value="(http[^"]+)"', text(shopper.post(f"{shop}me/coupons/{mine.pk}/give")))[1]
    assert f"{shop}coupons/gift/" in link
    assert shopper.post(f"{shop}me/coupons/{coupon.pk}/give").status_code == 404  # not theirs any more


def test_the_checkout_takes_the_cheapest_and_says_why_others_do_not_count(shopper, shop, merchant):
    cake, me = stocked(), buyer().customer_id
    small, big = with_coupon(me, value=500), with_coupon(me, value=2_000)
    with_coupon(me, value=9_000, threshold=15_000)
    page = text(shopper.get(f"{shop}checkout?buy={cake.pk}:1"))
    assert 'name="total" value="8000"' in page
    assert "CN¥50.00 more and it counts" in page
    assert "It does not go together with what is used" in page
    own = text(shopper.get(f"{shop}checkout?buy={cake.pk}:1&perk-coupon=own&perk-coupon-own={small.pk}"))
    assert 'name="total" value="9500"' in own
    none = text(shopper.get(f"{shop}checkout?buy={cake.pk}:1&perk-coupon=none"))
    assert 'name="total" value="10000"' in none
    assert Coupon.objects.filter(pk=big.pk, state="usable").exists()


def test_mine_are_sorted_by_what_they_save_on_the_cart(shopper, shop, merchant):
    cake, me = stocked(), buyer().customer_id
    with_coupon(me, name="Soon", value=100, valid_days=1)
    with_coupon(me, name="Best", value=3_000)
    shopper.post(f"{shop}cart/put", {"sku": cake.pk, "quantity": 1, "key": "k" * 32})
    page = text(shopper.get(f"{shop}me/coupons"))
    assert page.index("Best") < page.index("Soon")
    assert "Saves CN¥30.00 on your cart" in page
    assert "No coupons here" in text(shopper.get(f"{shop}me/coupons?tab=used"))
