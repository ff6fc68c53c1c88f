"""A store sells two products to a member with a coupon and points, for cash, by keyboard; stock, the customer's page,
figures and lake agree."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.factories import points, shop
from tests.factories.coupons import state_of, with_coupon
from tests.factories.merchants import make_store
from yutang.areas.customers.models import Customer
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders.models import Order, SaleLine
from yutang.areas.wallet import services
from yutang.lake import writer

pytestmark = pytest.mark.browser


def test_sell_at_the_till(page, enter, in_scope):
    with in_scope():
        store = make_store("WS")
        cake = shop.stocked(5, price=19_800, name="草莓奶油蛋糕", node_id=store.pk)
        bun = shop.stocked(9, price=850, name="Bun", node_id=store.pk)
        cake.barcode = "6901234567892"
        cake.save()
        buyer = shop.buyer("+8613812348000")
        Customer.objects.filter(pk=buyer.customer_id).update(name="王小明", home_node=store)
        coupon = with_coupon(buyer.customer_id, name="Spring", value=2_000)
        points.tender()
        points.give(buyer.customer_id, 500)
    enter()
    page.goto("/pos/shift")
    page.get_by_label("Float").fill("200")
    page.get_by_role("button", name="Open").click()

    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("6901234567892")  # the field has the focus: a scanner types and presses Enter
    page.keyboard.press("Enter")
    expect(page.locator(".yp-line")).to_have_count(1)
    page.keyboard.type("bun")
    page.get_by_role("button", name=re.compile("Bun")).click()
    expect(page.locator(".yp-line")).to_have_count(2)
    expect(page.locator("#q")).to_have_value("")
    page.get_by_role("button", name="One more").first.click()
    expect(page.locator(".yp-total strong")).to_have_text("CN¥215.00")

    page.keyboard.press("F2")
    page.keyboard.type("8000 王")
    page.get_by_role("button", name=re.compile("王小明")).click()
    expect(page.locator(".yp-buyer")).to_contain_text("No purchase yet")
    expect(page.locator(".yp-total strong")).to_have_text("CN¥195.00")
    page.get_by_role("button", name=re.compile("Spring")).click()
    expect(page.locator(".yp-total strong")).to_have_text("CN¥215.00")
    page.get_by_role("button", name="Cheapest").click()
    expect(page.locator(".yp-total strong")).to_have_text("CN¥195.00")
    page.reload()  # loses nothing
    expect(page.locator(".yp-line")).to_have_count(2)
    with in_scope():
        code = services.codes.make(identity=buyer, actor=shop.actor()).code
    page.keyboard.type(code)  # off the phone that the buyer shows
    page.keyboard.press("Enter")
    expect(page.locator(".yp-buyer")).to_contain_text("Code shown")
    page.keyboard.press("F7")  # the points
    expect(page.locator(".yp-total strong")).to_have_text("CN¥190.00")
    page.keyboard.press("F8")
    page.keyboard.type("300")
    expect(page.locator(".yp-back")).to_contain_text("110.00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Payment complete")).to_be_visible()
    expect(page.locator(".yp-receipt")).to_contain_text("CN¥110.00")
    expect(page.locator(".yp-receipt")).to_contain_text("500 points used")
    page.go_back()  # the page of the basket, sent again
    page.goto(f"{page.url.split('/pos')[0]}/pos/sales")
    expect(page.locator("tbody tr")).to_have_count(1)

    with in_scope():
        order = Order.objects.select_related("channel").get()
        assert (order.status, order.sold_amount, order.node_id, order.channel.source) == (
            "completed", 19_000, store.pk, "pos",
        )  # fmt: skip
        assert sum(SaleLine.objects.values_list("amount", flat=True)) == 19_000
        assert (state_of(coupon), points.balance(buyer.customer_id)) == ("used", 0)
        assert StockItem.objects.get(sku=cake).on_hand == 4
        assert StockItem.objects.get(sku=bun).on_hand == 7
    writer.run()
    page.goto(f"/customers/{buyer.customer_id}")
    expect(page.get_by_text("CN¥190.00").first).to_be_visible()
    expect(page.get_by_text("Store WS").first).to_be_visible()
    page.goto(f"/?store={store.pk}")
    expect(page.get_by_role("link", name=re.compile("Net sales")).first).to_contain_text("190.00")
