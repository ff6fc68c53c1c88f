"""Coupons, points and balance on the till's screen: shown, switched, scanned; wrong person, wrong input; queries."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_store
from tests.console.conftest import text
from tests.console.pos.test_till import goods, key_of, scan
from tests.factories import points, wallet
from tests.factories import shop as own
from tests.factories.coupons import make_template, with_coupon
from yutang.areas.coupons import services as coupons
from yutang.areas.coupons.models import Coupon, Use
from yutang.areas.customers.models import Customer
from yutang.areas.orders.models import Order, TillBasket
from yutang.areas.wallet import services as money
from yutang.core import clock, tenancy

HX = {"HX-Request": "true"}


@pytest.fixture
def buyer(merchant, store):
    with tenancy.scope(merchant.pk):
        identity = own.buyer("+8613812348000")
        Customer.objects.filter(pk=identity.customer_id).update(name="王小明", home_node=store)
        return identity


@pytest.fixture
def key(merchant, store, till):
    """A basket with a cake for 198.00."""
    cake = goods(merchant, store, name="Cake")
    named = key_of(till)
    scan(till, named, cake.code)
    return named


def choose(till, key: str):
    """The cashier presses Enter on the tail and the name: one person only is meant."""
    return till.post("/pos/members/enter", {"key": key, "member": "8000 王"}, headers=HX)


def shown_code(merchant, identity) -> str:
    with tenancy.scope(merchant.pk):
        return money.codes.make(identity=identity, actor=own.actor()).code


def due(page: str) -> int:
    return int(re.search(r'name="total" value="(\d+)"', page)[1])


def test_the_cheapest_set_is_there_with_the_buyer(merchant, till, key, buyer):
    with tenancy.scope(merchant.pk):
        small = with_coupon(buyer.customer_id, name="Small", value=500)
        big = with_coupon(buyer.customer_id, name="Big", value=2_000)
        with_coupon(buyer.customer_id, name="Dear", value=9_000, threshold=25_000)
    page = text(choose(till, key))
    assert due(page) == 17_800
    assert "−CN¥20.00" in page
    assert "CN¥52.00 more and it counts" in page
    assert "It does not go together with what is used" in page
    other = text(till.post("/pos/coupon", {"key": key, "coupon": small.pk, "on": "1"}, headers=HX))
    assert (due(other), "Cheapest" in other) == (19_300, True)
    off = text(till.post("/pos/coupon", {"key": key, "coupon": small.pk, "on": "0"}, headers=HX))
    assert (due(off), "Use none" in off) == (19_800, True)
    assert due(text(till.post("/pos/coupon", {"key": key, "choice": "auto"}, headers=HX))) == 17_800
    assert due(text(till.get("/pos"))) == 17_800
    sold = till.post("/pos/pay", {"key": key, "total": 17_800, "way": "cash"}).headers["Location"]
    receipt = text(till.get(sold))
    assert "Coupon “Big”" in receipt
    assert receipt.count("-CN¥20.00") == 1
    with tenancy.scope(merchant.pk):
        assert [(use.coupon_id, use.amount) for use in Use.objects.all()] == [(big.pk, 2_000)]


def test_a_coupon_that_went_meanwhile_leads_back_to_the_screen(merchant, till, key, buyer):
    with tenancy.scope(merchant.pk):
        coupon = with_coupon(buyer.customer_id, value=2_000)
    choose(till, key)
    with tenancy.scope(merchant.pk):
        Coupon.objects.filter(pk=coupon.pk).update(state="withdrawn")
    page = text(till.post("/pos/pay", {"key": key, "total": 17_800, "way": "cash"}), 409)
    assert "The price has changed meanwhile" in page
    assert due(page) == 19_800
    with tenancy.scope(merchant.pk):
        assert not Order.objects.exists()


def test_a_printed_code_is_scanned_like_goods(merchant, till, key, buyer):
    with tenancy.scope(merchant.pk):
        batch = coupons.make_codes(
            template_id=make_template(name="Leaflet", value=2_500).pk, name="L", count=1, actor=own.actor()
        )
        (code,) = coupons.export(batch_id=batch.pk, actor=own.actor())
    assert "Nothing on sale" not in text(till.get("/pos/find", {"q": code, "key": key}))
    refused = scan(till, key, code)
    assert "choose the buyer first" in text(refused)
    assert "HX-Trigger" not in refused.headers
    choose(till, key)
    done = scan(till, key, code.lower())
    assert (due(text(done)), done.headers["HX-Trigger"]) == (17_300, "pos-added")
    assert "“Leaflet” takes off CN¥25.00." in text(done)
    assert "This code is not valid" in text(scan(till, key, "ABCD-EFGH-JKMN-PQRS"))
    with tenancy.scope(merchant.pk):
        dear = make_template(name="Dear", threshold=90_000)
        batch = coupons.make_codes(template_id=dear.pk, name="D", count=1, actor=own.actor())
        (code,) = coupons.export(batch_id=batch.pk, actor=own.actor())
    said = text(scan(till, key, code))
    assert "“Dear” belongs to the buyer now, but does not count: CN¥702.00 more and it counts." in said
    assert due(said) == 17_300


def test_the_payment_code_says_who_buys_and_opens_points_and_balance(merchant, till, key, buyer):
    with tenancy.scope(merchant.pk):
        points.tender()
        points.give(buyer.customer_id, 800)
        wallet.with_balance(100_000, 0, identity=buyer)
    page = text(choose(till, key))
    assert "800 points would pay CN¥8.00" in page
    assert "scan the payment code that the buyer shows" in page
    early = till.post("/pos/points", {"key": key, "on": "1"}, headers=HX)
    assert "Points and balance pay when the buyer shows a payment code" in text(early)
    till.post("/pos/member", {"key": key}, headers=HX)
    code = shown_code(merchant, buyer)
    assert "A new person" not in text(till.get("/pos/members", {"member": code, "key": key}))
    shown = text(scan(till, key, code))
    assert "王小明" in shown
    assert "Code shown" in shown
    assert "CN¥1,000.00" in shown
    assert due(text(till.post("/pos/points", {"key": key, "on": "1"}, headers=HX))) == 19_000
    assert "not valid" in text(scan(till, key, code))  # it is used up
    sold = till.post("/pos/pay", {"key": key, "total": 19_000, "way": "balance"}).headers["Location"]
    receipt = text(till.get(sold))
    assert "Payment complete" in receipt
    assert "800 points used" in receipt
    with tenancy.scope(merchant.pk):
        assert (wallet.balance(buyer), points.balance(buyer.customer_id)) == ((81_000, 0), 0)


def test_a_payment_code_in_the_field_of_the_buyer(merchant, till, key, buyer):
    entered = till.post("/pos/members/enter", {"key": key, "member": shown_code(merchant, buyer)}, headers=HX)
    assert "Code shown" in text(entered)
    nobody = till.post("/pos/members/enter", {"key": key, "member": "9999 李"}, headers=HX)
    assert nobody.headers["HX-Retarget"] == "#people"
    assert "Nobody found" in text(nobody)
    new = till.post("/pos/members/enter", {"key": key, "member": "13900001111"}, headers=HX)
    assert 'value="13900001111"' in text(new)


def test_paying_by_code_brings_the_coupons_and_asks_for_no_second_code(merchant, till, key, buyer):
    with tenancy.scope(merchant.pk):
        with_coupon(buyer.customer_id, value=2_000)
        wallet.with_balance(100_000, 0, identity=buyer)
    paid = {"key": key, "total": 19_800, "way": "balance", "pay_code": shown_code(merchant, buyer)}
    page = text(till.post("/pos/pay", paid), 409)
    assert "The price has changed meanwhile" in page
    assert due(page) == 17_800
    assert till.post("/pos/pay", {"key": key, "total": 17_800, "way": "balance"}).status_code == 302
    with tenancy.scope(merchant.pk):
        assert (wallet.balance(buyer), Order.objects.get().status) == ((82_200, 0), "completed")


def test_without_a_code_no_balance_pays(merchant, till, key, buyer):
    with tenancy.scope(merchant.pk):
        wallet.with_balance(100_000, 0, identity=buyer)
    choose(till, key)
    refused = till.post("/pos/pay", {"key": key, "total": 19_800, "way": "balance"})
    assert "Points and balance pay when the buyer shows a payment code" in text(refused, 409)
    with tenancy.scope(merchant.pk):
        assert (wallet.balance(buyer), Order.objects.count()) == ((100_000, 0), 0)


def test_codes_are_not_tried_without_end(till, key):
    with time_machine.travel(clock.now(), tick=False):
        for number in range(30):
            assert "not valid" in text(scan(till, key, f"{number:018d}"))
        assert "Too many tries" in text(scan(till, key, f"{30:018d}"))


def test_who_may_not(client_for, merchant, till, key, buyer):
    with tenancy.scope(merchant.pk):
        coupon = with_coupon(buyer.customer_id)
    choose(till, key)
    other = client_for(merchant, "store_manager", make_store(merchant, code="S2"))
    for address, more in (("coupon", {"coupon": coupon.pk, "on": "0"}), ("points", {"on": "1"})):
        assert "no longer here" in text(other.post(f"/pos/{address}", {"key": key, **more}, headers=HX))
        assert client_for(merchant, "finance").post(f"/pos/{address}", {"key": key, **more}).status_code == 403
    with tenancy.scope(merchant.pk):
        assert TillBasket.objects.get(key=key).coupons == "auto"


@pytest.mark.parametrize("odd", ["x", "-5", "0", "9" * 30, ""])
def test_odd_coupons_change_nothing(merchant, till, key, buyer, odd):
    with tenancy.scope(merchant.pk):
        with_coupon(buyer.customer_id, value=2_000)
    choose(till, key)
    page = text(till.post("/pos/coupon", {"key": key, "coupon": odd, "on": "1", "choice": "auto"}, headers=HX))
    assert due(page) == 17_800


def test_queries_do_not_grow_with_coupons(merchant, till, key, buyer):
    choose(till, key)
    counts = []
    for _ in range(2):
        with tenancy.scope(merchant.pk):
            for _ in range(3):
                with_coupon(buyer.customer_id)
        with CaptureQueriesContext(connection) as queries:
            text(till.get("/pos"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
