"""A phone asks for an invoice at the checkout, changes its mind about the delivery, and finds it once it is issued."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories.invoices import COMPANY, TAX_NO
from tests.factories.merchants import make_store
from tests.factories.shop import HOME, actor, buyer, pay, put
from tests.factories.shop import stocked as make_stocked
from yutang.areas.customers.addresses import book
from yutang.areas.orders.models import Invoice, Order
from yutang.shop import shoppers

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
NUMBER = "25332000000012345678"


@pytest.fixture
def viewport():
    return PHONE


def test_ask_for_an_invoice(page, enter, work, live_server, merchant, in_scope):
    with in_scope():
        cake, person = make_stocked(9, price=29_800, name="草莓奶油蛋糕"), buyer()
        put(cake, 9, make_store("WS").pk)
        book.save_address(identity=person, recipient=HOME, actor=actor())
    shop = f"/s/{merchant.slug}/"
    login = shoppers.signed(merchant.pk, person)
    page.context.add_cookies([{"name": shoppers.LOGIN, "value": login, "url": live_server.url}])
    page.goto(f"{shop}checkout?buy={cake.pk}:1")
    page.locator("summary").click()
    expect(page.get_by_label("Invoice title")).to_be_hidden()
    page.get_by_text("Company", exact=True).click()
    page.get_by_label("Invoice title").fill(COMPANY.title)
    page.get_by_label("Tax number").fill(TAX_NO.lower())
    page.get_by_text("Pickup at a store").click()
    expect(page.get_by_role("combobox", name="Store")).to_be_visible()
    expect(page.get_by_label("Tax number")).to_have_value(TAX_NO.lower())
    page.get_by_role("combobox", name="Store").select_option(label="Store WS")
    expect(page.get_by_role("combobox", name="Time")).to_be_visible()
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("button", name="Pay")).to_be_visible()
    with in_scope():
        order = Order.objects.get()
        assert Invoice.objects.get().state == "asked"
        pay(order)
    work()

    page.set_viewport_size({"width": 1440, "height": 900})
    enter("finance")
    page.goto("/orders/invoices")
    page.get_by_role("link", name=order.order_no).click()
    expect(page.get_by_text(TAX_NO)).to_be_visible()
    page.get_by_label("Invoice number").fill(NUMBER)
    page.get_by_role("button", name="Mark as issued").click()
    expect(page.get_by_text("Written down; the buyer sees it on the order.")).to_be_visible()

    page.set_viewport_size(PHONE)
    page.goto(f"{shop}orders/{order.pk}")
    page.get_by_role("link", name="Invoice Issued").click()
    expect(page.get_by_role("button", name=NUMBER)).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
