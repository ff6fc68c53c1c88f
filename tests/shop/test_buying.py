"""Cart, log-in, checkout, paying, and what belongs to whom."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.pool import sql
from tests.console.conftest import text
from tests.factories.catalog import make_freight
from tests.factories.merchants import make_merchant, make_store
from tests.factories.shop import HOME, buyer, paid, place, put, stocked
from yutang.areas.catalog import services as catalogue
from yutang.areas.catalog.models import Sku
from yutang.areas.customers.addresses import Recipient, book
from yutang.areas.interactions.models import Interaction
from yutang.areas.orders import queries_invoices, services
from yutang.areas.orders.models import CartLine, Order, ShopOrder
from yutang.areas.payments.models import Tender
from yutang.core import clock, tenancy
from yutang.shop import shoppers

KEY = "k" * 32


@pytest.fixture(autouse=True)
def _sandbox(settings):
    settings.SANDBOX = True


def order_form(page: str) -> dict[str, str]:
    """What the checkout's form would send."""
    return dict(re.findall(r'<input type="hidden" name="(key|total|buy|chosen)" value="([^"]*)"', page))


def add(browser, shop, sku, quantity=1, key=KEY):
    sent = {"sku": sku.pk, "quantity": quantity, "key": key}
    return browser.post(f"{shop}cart/put", sent, headers={"HX-Request": "true"})


def test_a_tap_that_is_sent_twice_adds_once(stranger, shop, merchant):
    sku = stocked(9)
    for _ in range(2):
        assert ">2</b>" in text(add(stranger, shop, sku, 2))
    assert CartLine.objects.get().quantity == 2
    seen = Interaction.objects.get(kind="cart")
    assert (seen.item, seen.properties["quantity"]) == (sku.product.code, 2)


def test_a_key_that_is_none_is_none(stranger, shop, merchant):
    sku = stocked(9)
    for key in ("", "草莓", "a b", "٣", "k" * 33):
        add(stranger, shop, sku, key=key)
    assert CartLine.objects.get().quantity == 4  # the longest is refused


def test_what_cannot_be_sold_is_not_put(stranger, shop, merchant):
    other = make_merchant()
    with tenancy.scope(other.pk):
        theirs = stocked(5)
    for sku_id in (theirs.pk, 10**12, 2**63):
        answer = stranger.post(f"{shop}cart/put", {"sku": sku_id, "quantity": 1, "key": KEY})
        assert answer.status_code == 409, sku_id
    assert stranger.post(f"{shop}cart/put", {"sku": "x", "quantity": "y"}).status_code == 409
    assert not CartLine.objects.exists()


def test_the_cart_says_what_is_wrong(stranger, shop, merchant):
    few, dear, gone = stocked(3), stocked(3, price=1_000), stocked(3)
    for number, sku in enumerate((few, dear, gone)):
        add(stranger, shop, sku, 2, key=f"tap{number}")
    place((few, 2), (gone, 3))
    Sku.objects.filter(pk=dear.pk).update(price=1_200)
    page = text(stranger.get(f"{shop}cart"))
    assert "Only 1 left" in page
    assert "Sold out" in page
    assert "Was CN¥10.00 when you added it" in page
    assert "CN¥24.00" in page  # only what can be ordered counts


def test_changing_the_cart(stranger, shop, merchant):
    sku, other = stocked(9, price=1_000), stocked(9, price=500)
    add(stranger, shop, sku, 1, "a1")
    add(stranger, shop, other, 1, "a2")
    sent = {"sku": sku.pk, "quantity": 3, "choosing": "1", "chosen": [sku.pk]}
    page = text(stranger.post(f"{shop}cart/change", sent, headers={"HX-Request": "true"}))
    assert "CN¥30.00" in page
    assert "Check out (1)" in page
    stranger.post(f"{shop}cart/change", {"sku": sku.pk, "quantity": 0})
    assert CartLine.objects.get().sku_id == other.pk
    assert stranger.post(f"{shop}cart/change", {"sku": other.pk, "quantity": 5_000}).status_code == 422


def test_log_in_by_code_takes_the_cart_along(transactional_db):
    merchant, stranger = make_merchant(), Client(headers={"Accept-Language": "en"})
    shop = f"/s/{merchant.slug}/"
    with tenancy.scope(merchant.pk):
        sku = stocked(9)
    add(stranger, shop, sku, 2)
    sent = text(stranger.post(f"{shop}login/code", {"phone": "138 0013 8000"}))
    code = re.search(r"“(\d{6}) is your code”", sent)[1]
    agreed = {"phone": "13800138000", "agreed": "1.1"}
    wrong = stranger.post(f"{shop}login", {**agreed, "code": f"{(int(code) + 1) % 10**6:06}"})
    assert wrong.status_code == 422
    answer = stranger.post(f"{shop}login", {**agreed, "code": code, "next": f"{shop}checkout"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{shop}checkout")
    with tenancy.scope(merchant.pk):
        line = CartLine.objects.get()
        assert (line.visitor, line.identity_id, line.quantity) == ("", buyer().pk, 2)
        assert Interaction.objects.filter(kind="identify").count() == 1
    again = stranger.post(f"{shop}login", {**agreed, "code": code})
    assert again.status_code == 422  # a code works once


def test_the_login_leads_only_back_into_this_shop(shopper, shop):
    outside = ("https://evil.example/", "//evil.example", "/customers", "/s/other/", "javascript:alert(1)")
    for wanted in (*outside, f"{shop}../other/", f"{shop}%2e%2E/%2e%2E/customers"):
        answer = shopper.get(f"{shop}login", {"next": wanted})
        assert answer.headers["Location"] == f"{shop}me", wanted


def test_the_checkout_asks_for_what_it_needs(shopper, shop, merchant, actor):
    make_freight()
    sku = stocked(3, price=8_800)
    add(shopper, shop, sku)
    page = text(shopper.get(f"{shop}checkout"))
    assert "New address" in page
    refused = shopper.post(f"{shop}checkout/place", order_form(page))
    assert (refused.status_code, "Add an address." in refused.content.decode()) == (422, True)
    assert not Order.objects.exists()
    book.save_address(identity=shopper.identity, recipient=HOME, actor=actor)
    page = text(shopper.get(f"{shop}checkout"))
    assert "CN¥96.00" in page  # 88.00, and 8.00 for the first kilogram
    answer = shopper.post(f"{shop}checkout/place", order_form(page))
    order = Order.objects.select_related("shop").get()
    assert answer.headers["Location"] == f"{shop}pay/order/{order.pk}"
    assert (order.shop.total, order.customer_id) == (9_600, shopper.identity.customer_id)
    assert not CartLine.objects.exists()


def test_a_second_tap_is_the_same_order(shopper, shop, merchant, actor):
    book.save_address(identity=shopper.identity, recipient=HOME, actor=actor)
    sku = stocked(1)
    form = order_form(text(shopper.get(f"{shop}checkout", {"buy": f"{sku.pk}:1"})))
    first = shopper.post(f"{shop}checkout/place", form)
    assert shopper.post(f"{shop}checkout/place", form).headers["Location"] == first.headers["Location"]
    assert Order.objects.count() == 1


def test_a_price_that_changed_is_shown_before_it_is_paid(shopper, shop, merchant, actor):
    book.save_address(identity=shopper.identity, recipient=HOME, actor=actor)
    sku = stocked(3, price=1_000)
    form = order_form(text(shopper.get(f"{shop}checkout", {"buy": f"{sku.pk}:1"})))
    Sku.objects.filter(pk=sku.pk).update(price=1_100)
    answer = shopper.post(f"{shop}checkout/place", form)
    page = answer.content.decode()
    assert (answer.status_code, "The price has changed meanwhile." in page, "CN¥11.00" in page) == (409, True, True)
    assert not Order.objects.exists()


def test_sold_out_is_said(shopper, shop, merchant, actor):
    book.save_address(identity=shopper.identity, recipient=HOME, actor=actor)
    sku = stocked(1)
    form = order_form(text(shopper.get(f"{shop}checkout", {"buy": f"{sku.pk}:1"})))
    place((sku, 1))
    answer = shopper.post(f"{shop}checkout/place", form)
    assert (answer.status_code, "is sold out" in answer.content.decode()) == (409, True)


def test_sold_out_is_said_of_what_lies_in_the_cart(shopper, shop, merchant):
    """Somebody was faster while the checkout was open: not a word about addresses, nor another basket."""
    store = make_store("W")
    sku, other = (stocked(pieces, node_id=store.pk, is_delivered=False) for pieces in (1, 9))
    add(shopper, shop, sku, key="a1")
    add(shopper, shop, other, key="a2")
    form = text(shopper.get(f"{shop}checkout"))
    sent = order_form(form) | {"chosen": re.findall(r'name="chosen" value="(\d+)"', form)}
    assert len(sent["chosen"]) == 2
    place((sku, 1), fulfilment="pickup", node_id=store.pk)
    answer = shopper.post(f"{shop}checkout/place", sent)
    assert (answer.status_code, f"{sku.product.name} is sold out" in answer.content.decode()) == (409, True)
    assert (Order.objects.count(), CartLine.objects.count()) == (1, 2)


def test_pickup_at_a_store_in_a_slot(shopper, shop, merchant):
    store = make_store("W")
    sku = stocked(3, node_id=store.pk)
    chosen = {"buy": f"{sku.pk}:1", "fulfilment": "pickup", "store": store.pk}
    page = text(shopper.get(f"{shop}checkout", chosen))
    slot = re.findall(r'<option value="(20[^"]*)"', page)[-1]
    answer = shopper.post(f"{shop}checkout/place", order_form(page) | chosen | {"slot": slot})
    assert answer.status_code == 303
    order = ShopOrder.objects.get()
    assert (order.pickup_node_id, order.pickup_from.isoformat() == slot) == (store.pk, True)
    days = re.findall(r'<optgroup label="(.{10})', page)
    assert 1 < len(days) == len(set(days))  # each day once, with its hours
    late = order_form(text(shopper.get(f"{shop}checkout", chosen))) | chosen | {"slot": "2020-01-01T00:00:00+00:00"}
    assert shopper.post(f"{shop}checkout/place", late).status_code == 422


def test_what_a_buyer_reads_of_an_order(shopper, shop, merchant):
    with tenancy.scope(merchant.pk):
        store = make_store("W").pk
        fetched = paid((stocked(3, node_id=store), 2), identity=shopper.identity, fulfilment="pickup", node_id=store)
        shanghai = Recipient("张三", "+8613800138000", "上海市", "上海市", "静安区", "南京西路 1 号")
        sent = paid((stocked(3), 1), identity=shopper.identity, recipient=shanghai)
    page = text(shopper.get(f"{shop}orders/{fetched.pk}"))
    assert ("To pick up" in page, "CN¥100.00 × 2" in page) == (True, True)
    assert "<span>To pick up</span>" in text(shopper.get(f"{shop}orders"))
    page = text(shopper.get(f"{shop}orders/{sent.pk}"))
    assert ("张三 13800138000" in page, "上海市静安区 南京西路" in page, "上海市上海市" in page) == (True, True, False)


def test_an_address_of_somebody_else_is_none(shopper, shop, merchant, actor):
    theirs = book.save_address(identity=buyer("+8613900139000"), recipient=HOME, actor=actor)
    sku = stocked(3)
    chosen = {"buy": f"{sku.pk}:1", "address": theirs.pk}
    form = order_form(text(shopper.get(f"{shop}checkout", chosen))) | chosen
    assert shopper.post(f"{shop}checkout/place", form).status_code == 422
    for where in (f"me/addresses/{theirs.pk}", f"me/addresses/{2**70}"):
        assert shopper.get(shop + where).status_code == 404
    assert shopper.post(f"{shop}me/addresses/{theirs.pk}/delete").status_code == 404


def test_pasting_an_address_fills_the_form(shopper, shop, merchant):
    pasted = {"pasted": "张三 13800138000 浙江省杭州市西湖区文三路 1 号 5 幢"}
    page = text(shopper.post(f"{shop}me/addresses/new", pasted))
    for value in ("张三", "浙江省", "杭州市", "西湖区"):
        assert f'value="{value}"' in page
    assert book.entries(shopper.identity.customer_id) == []
    sent = {
        "name": "张三", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
        "street": "文三路 1 号", "next": f"{shop}checkout?buy=1:1",
    }  # fmt: skip
    wrong = shopper.post(f"{shop}me/addresses/new", sent | {"city": "南京市"})
    assert (wrong.status_code, "Choose one of the list." in wrong.content.decode()) == (422, True)
    assert shopper.post(f"{shop}me/addresses/new", sent).headers["Location"] == f"{shop}checkout?buy=1:1"
    assert [one.recipient.street for one in book.entries(shopper.identity.customer_id)] == ["文三路 1 号"]


def test_paying_in_the_sandbox(shopper, shop, merchant):
    with tenancy.scope(merchant.pk):
        order = place((stocked(3), 1), identity=shopper.identity)
    assert "Sandbox" in text(shopper.get(f"{shop}pay/order/{order.pk}"))
    answer = shopper.post(f"{shop}pay/order/{order.pk}/start", {"way": "sandbox:"})
    play = answer.headers["Location"]
    assert play.startswith(f"{shop}sandbox/")
    assert "No real money moves." in text(shopper.get(play))
    for _ in range(2):
        assert shopper.post(play).headers["Location"] == f"{shop}orders/{order.pk}"
    with tenancy.scope(merchant.pk):
        order.refresh_from_db()
        assert (order.status, Tender.objects.get().state) == ("paid", "paid")
    assert shopper.get(f"{shop}pay/order/{order.pk}").status_code == 303


def test_no_play_money_outside_the_sandbox(shopper, shop, merchant, settings):
    settings.SANDBOX = False
    with tenancy.scope(merchant.pk):
        order = place((stocked(3), 1), identity=shopper.identity)
    assert "The shop cannot take money right now." in text(shopper.get(f"{shop}pay/order/{order.pk}"))
    assert shopper.post(f"{shop}pay/order/{order.pk}/start", {"way": "sandbox:"}).status_code >= 400
    assert shopper.post(f"{shop}pay/order/{order.pk}/start", {}).status_code >= 400
    with tenancy.scope(merchant.pk):
        assert not Tender.objects.exists()


def test_cash_is_no_way_of_the_shop(shopper, shop, merchant):
    order = place((stocked(3), 1), identity=shopper.identity)
    for way in ("cash:", "cash", "cash:cash"):
        assert shopper.post(f"{shop}pay/order/{order.pk}/start", {"way": way}).status_code == 404
    order.refresh_from_db()
    assert (order.status, Tender.objects.exists()) == ("unpaid", False)


def test_play_money_that_waits_is_none_when_the_sandbox_ends(shopper, shop, merchant, settings):
    order = place((stocked(3), 1), identity=shopper.identity)
    play = shopper.post(f"{shop}pay/order/{order.pk}/start", {"way": "sandbox:"}).headers["Location"]
    settings.SANDBOX = False
    assert shopper.post(play).status_code == 404
    order.refresh_from_db()
    assert order.status == "unpaid"


def test_an_order_is_complete_whatever_the_form_leaves_out(shopper, shop, merchant):
    make_store("A")
    make_store("B")
    sku = stocked(3)
    for sent in ({}, {"fulfilment": "delivery"}, {"fulfilment": "local"}, {"fulfilment": "pickup"}, {"key": "-"}):
        answer = shopper.post(f"{shop}checkout/place", {"buy": f"{sku.pk}:1", **sent})
        assert answer.status_code == 422, sent
    assert not Order.objects.exists()


def test_a_key_is_of_one_person(shopper, shop, merchant, actor):
    """Whoever sends the key of somebody else's order gets one of their own, and changes nothing of that one."""
    sku, stranger = stocked(3), Client(headers={"Accept-Language": "en"})
    other = buyer("+8613900139000")
    stranger.cookies[shoppers.LOGIN] = shoppers.signed(merchant.pk, other)
    for browser, identity in ((shopper, shopper.identity), (stranger, other)):
        book.save_address(identity=identity, recipient=HOME, actor=actor)
        sent = {"buy": f"{sku.pk}:1", "key": KEY, "invoice-kind": "personal", "invoice-title": str(identity.pk)}
        assert browser.post(f"{shop}checkout/place", sent).status_code == 303
    mine, theirs = Order.objects.order_by("pk")
    assert [mine.customer_id, theirs.customer_id] == [shopper.identity.customer_id, other.customer_id]
    assert queries_invoices.whole(mine).details.title == str(shopper.identity.pk)


def test_what_costs_nothing_waits_for_no_money(shopper, shop, merchant, actor):
    book.save_address(identity=shopper.identity, recipient=HOME, actor=actor)
    sku = stocked(3, price=0)
    form = order_form(text(shopper.get(f"{shop}checkout", {"buy": f"{sku.pk}:1"})))
    for _ in range(2):
        answer = shopper.post(f"{shop}checkout/place", form)
    order = Order.objects.get()
    assert (order.status, order.net_amount) == ("paid", 0)
    assert shopper.get(answer.headers["Location"]).headers["Location"] == f"{shop}orders/{order.pk}"
    assert not Tender.objects.exists()


def test_numbers_beyond_all_goods_are_refused(shopper, shop, merchant, actor):
    book.save_address(identity=shopper.identity, recipient=HOME, actor=actor)
    sku = stocked(3)
    for buy in (f"{sku.pk}:{10**18}", f"{10**20}:1", f"{sku.pk}:-1", f"{sku.pk}:1.5"):
        assert shopper.get(f"{shop}checkout", {"buy": buy}).status_code in (200, 303), buy
        assert shopper.post(f"{shop}checkout/place", {"buy": buy, "key": KEY}).status_code in (409, 422), buy
    assert not Order.objects.exists()


def test_orders_of_somebody_else_do_not_exist(shopper, shop, merchant):
    theirs = paid((stocked(3), 1), identity=buyer("+8613900139000"))
    assert theirs.order_no not in text(shopper.get(f"{shop}orders"))
    for where in ("orders/{}", "pay/order/{}", "pay/order/{}/state"):
        assert shopper.get(shop + where.format(theirs.pk)).status_code == 404
    for where in ("orders/{}/close", "orders/{}/received", "orders/{}/extend", "pay/order/{}/start"):
        assert shopper.post(shop + where.format(theirs.pk), {"way": "sandbox:"}).status_code == 404
    tender = Tender.objects.get()
    assert shopper.get(f"{shop}sandbox/{tender.no}").status_code == 404


def test_orders_by_what_they_wait_for(shopper, shop, merchant, django_assert_num_queries):
    sku, store = stocked(99), make_store("W")
    put(sku, 5, store.pk)
    unpaid = place((sku, 1), identity=shopper.identity)
    to_ship = paid((sku, 2), identity=shopper.identity)
    to_fetch = paid((sku, 1), identity=shopper.identity, fulfilment="pickup", node_id=store.pk)
    for tab, expected in (("to_pay", unpaid), ("to_ship", to_ship), ("to_pick_up", to_fetch)):
        page = text(shopper.get(f"{shop}orders", {"tab": tab}))
        wanted = Order.objects.get(pk=expected.pk).order_no
        assert re.findall(r">(\d{16})</a>", page) == [wanted], tab
    page = text(shopper.get(f"{shop}orders/{to_fetch.pk}"))
    assert "Show this at the store" in page
    assert ">3<" not in text(shopper.get(f"{shop}me"))
    with django_assert_num_queries(7):  # merchant and scope, log-in, orders, items; and three of the test itself
        shopper.get(f"{shop}orders")


def test_closing_and_receiving(shopper, shop, merchant):
    sku = stocked(9)
    unpaid, ready = place((sku, 1), identity=shopper.identity), paid((sku, 1), identity=shopper.identity)
    shopper.post(f"{shop}orders/{unpaid.pk}/close")
    unpaid.refresh_from_db()
    assert unpaid.status == "closed"
    assert shopper.post(f"{shop}orders/{ready.pk}/close").status_code == 409  # money is there: that is a refund
    assert shopper.post(f"{shop}orders/{ready.pk}/received").status_code == 409


def test_unpaid_orders_show_until_when_they_wait(shopper, shop, merchant):
    order = place((stocked(3), 1), identity=shopper.identity)
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        assert "Reserved for you until" in text(shopper.get(f"{shop}pay/order/{order.pk}"))


def test_received_by_hand_or_three_days_later(shopper, shop, merchant, actor):
    order = paid((stocked(2), 1), identity=shopper.identity)
    services.ship(order_id=order.pk, key="p", actor=actor)
    page = text(shopper.get(f"{shop}orders/{order.pk}"))
    assert "Counts as received by itself at" in page
    assert "Three days more" in page
    assert shopper.post(f"{shop}orders/{order.pk}/extend").status_code == 303
    assert "Three days more" not in text(shopper.get(f"{shop}orders/{order.pk}"))
    assert shopper.post(f"{shop}orders/{order.pk}/extend").status_code == 409
    assert shopper.post(f"{shop}orders/{order.pk}/received").status_code == 303
    assert Order.objects.get().status == "completed"
    assert "Counts as received" not in text(shopper.get(f"{shop}orders/{order.pk}"))


def test_another_address_of_the_book(shopper, shop, merchant, actor):
    order = paid((stocked(3), 1), identity=shopper.identity)
    assert f"{shop}orders/{order.pk}/address" in text(shopper.get(f"{shop}orders/{order.pk}"))
    elsewhere = replace(HOME, street="文二路 9 号")
    saved = book.save_address(identity=shopper.identity, recipient=elsewhere, actor=actor)
    assert "文二路 9 号" in text(shopper.get(f"{shop}orders/{order.pk}/address"))
    assert shopper.post(f"{shop}orders/{order.pk}/address", {"address": "0"}).status_code == 409
    assert shopper.post(f"{shop}orders/{order.pk}/address", {"address": saved.pk}).status_code == 303
    assert "文二路 9 号" in text(shopper.get(f"{shop}orders/{order.pk}"))
    services.ship(order_id=order.pk, key="p", actor=actor)
    answer = shopper.post(f"{shop}orders/{order.pk}/address", {"address": saved.pk})
    assert (answer.status_code, "this cannot be done now" in answer.content.decode()) == (409, True)
    assert f"orders/{order.pk}/address" not in text(shopper.get(f"{shop}orders/{order.pk}"))


def test_what_the_region_is_not_offered_is_named_and_not_placed(shopper, shop, merchant, actor):
    book.save_address(identity=shopper.identity, recipient=HOME, actor=actor)
    sku = stocked(3, name="Ice cream")
    catalogue.save_region_rule(product_id=sku.product_id, effect="except", provinces=["浙江"], actor=actor)
    page = text(shopper.get(f"{shop}checkout", {"buy": f"{sku.pk}:1"}))
    assert "Not offered in 浙江省: Ice cream." in page
    assert "disabled" in page
    form = {**order_form(page), "buy": f"{sku.pk}:1", "key": KEY}
    answer = shopper.post(f"{shop}checkout/place", form)
    assert (answer.status_code, "Ice cream" in answer.content.decode()) == (409, True)
    assert not Order.objects.exists()


@pytest.mark.parametrize("goods", [1, 12])
def test_a_cart_asks_as_much_for_many_goods_as_for_one(shopper, shop, merchant, goods):
    for number in range(goods):
        add(shopper, shop, stocked(9), key=f"tap{number}")
    with CaptureQueriesContext(connection) as captured:
        page = text(shopper.get(f"{shop}cart"))
    assert f"Check out ({goods})" in page
    assert len(sql(captured)) == 6


@pytest.mark.parametrize("goods", [1, 12])
def test_a_checkout_asks_as_much_for_many_goods_as_for_one(shopper, shop, merchant, actor, goods):
    make_freight()
    make_store("A")
    place((stocked(), 1))  # the sales channel is there
    book.save_address(identity=shopper.identity, recipient=HOME, actor=actor)
    for number in range(goods):
        add(shopper, shop, stocked(9), key=f"tap{number}")
    with CaptureQueriesContext(connection) as captured:
        page = text(shopper.get(f"{shop}checkout"))
    assert len(sql(captured)) == 14
    chosen = re.findall(r'name="chosen" value="(\d+)"', page)
    assert len(chosen) == goods
    with CaptureQueriesContext(connection) as captured:
        placed = shopper.post(f"{shop}checkout/place", {**order_form(page), "chosen": chosen})
    assert placed.status_code == 303
    assert len(sql(captured)) == 21


def test_an_order_asks_as_much_for_many_goods_as_for_one(shopper, shop, merchant, actor):
    for goods in (1, 9):
        order = paid(*((stocked(9), 1) for _ in range(goods)), identity=shopper.identity)
        with CaptureQueriesContext(connection) as captured:
            text(shopper.get(f"{shop}orders/{order.pk}"))
        assert len(sql(captured)) == 19, goods
