"""A phone buys a cake, the store hands it over, half of it is refunded, and every screen agrees to the cent."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.factories.catalog import make_product
from tests.factories.merchants import make_store
from tests.factories.shop import put
from yutang.areas.catalog.services import SkuDraft
from yutang.areas.orders.models import Order
from yutang.lake import engine

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def viewport():
    return PHONE


@pytest.fixture
def cake(merchant, in_scope):
    with in_scope():
        store = make_store("WS")
        product = make_product(
            SkuDraft(code="C6", price=19_800, values=("6寸",)), SkuDraft(code="C8", price=29_801, values=("8寸",)),
            name="草莓奶油蛋糕", specifications={"尺寸": ["6寸", "8寸"]}, is_delivered=False,
        )  # fmt: skip
        for sku in product.skus.all():
            put(sku, 3, store.pk)
    return product


def test_buy_a_cake(page, enter, merchant, in_scope, cake, work, settings):
    settings.SANDBOX = True
    shop = f"/s/{merchant.slug}/"
    page.goto(shop)
    page.get_by_role("link", name=re.compile("草莓奶油蛋糕")).click()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("button", name="8寸").click()
    expect(page.locator("[data-picked-price]")).to_have_text("CN¥298.01")
    page.get_by_role("button", name="OK").click()
    expect(page.locator("#cart-count")).to_have_text("1")

    page.get_by_role("link", name="Cart").click()
    page.get_by_role("button", name="Check out (1)").click()
    page.get_by_label("Phone").fill("13800138000")
    page.get_by_role("button", name="Send code").click()
    code = re.search(r"\d{6}", page.locator(".sh-sandbox").inner_text())[0]
    page.get_by_label("Code").fill(code)
    page.get_by_role("checkbox", name="I have read and accept").check()
    page.get_by_role("button", name="Log in").click()

    page.get_by_text("Pickup at a store").click()
    page.get_by_role("combobox", name="Store").select_option(label="Store WS")
    expect(page.locator(".sh-buy .sh-price")).to_have_text("CN¥298.01")
    page.get_by_role("button", name="Place order").click()
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("button", name="Pay now").click()
    expect(page.get_by_role("heading", name="Show this at the store")).to_be_visible()
    code = re.sub(r"\D", "", page.locator(".sh-code").inner_text())
    assert len(code) == 12

    with in_scope():
        order = Order.objects.select_related("shop").get()
        assert (order.status, order.sold_amount) == ("paid", 29_801)
    enter()
    page.goto("/pickup")
    page.get_by_label("Pickup code").fill(code)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("1 × 草莓奶油蛋糕")).to_be_visible()
    page.goto(f"/orders/{order.pk}/refund")
    page.get_by_label("Amount").fill("149.00")
    page.get_by_label("Reason").fill("The cream melted")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Refund now").click()

    page.goto(f"{shop}orders/{order.pk}")
    expect(page.get_by_text("CN¥149.00 refunded", exact=True)).to_be_visible()
    work()
    with in_scope():
        order.refresh_from_db()
        assert (order.sold_amount, order.refunded_amount, order.net_amount) == (29_801, -14_900, 14_901)
        lines = engine.query("SELECT order_id, kind, amount, customer_id FROM orders.line ORDER BY id").to_pylist()
    assert [tuple(line.values()) for line in lines] == [
        (order.pk, "goods", 29_801, order.customer_id), (order.pk, "refund", -14_900, order.customer_id),
    ]  # fmt: skip
    page.goto(f"/customers/{order.customer_id}")
    expect(page.locator(".card", has=page.get_by_text("Net amount", exact=True)).locator(".yt-figure")).to_have_text(
        "CN¥149.01"
    )
    expect(page.locator("#orders summary .yt-num")).to_have_text("CN¥149.01")
    expect(page.locator("#orders td.text-red")).to_have_text("-CN¥149.00")
    page.goto("/")
    net = page.get_by_role("region", name="Sales").get_by_role("link", name=re.compile("Net sales"))
    net.click()
    expect(page.locator(".yt-metric-value")).to_have_text("CN¥149.01")
