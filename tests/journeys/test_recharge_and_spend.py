"""A shopper recharges, pays an order by coupon, points, balance and the rest in money, and gets it back piece by piece;
shop, page of the person and books tell the same to the cent."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.factories import coupons, points, shop, wallet
from tests.factories.merchants import make_store
from yutang.areas.orders.models import Order
from yutang.core.ledger.models import Account
from yutang.shop import shoppers

pytestmark = pytest.mark.browser
# How the order came to its price, and with what it was paid.
PAID = {
    "Goods": "CN¥598.00", "新客券": "-CN¥20.00", "Points": "-CN¥12.00", "Freight": "Free", "Total": "CN¥566.00",
    "Paid by Balance": "CN¥560.00", "Paid by Sandbox payment": "CN¥6.00",
}  # fmt: skip
# (what, account, amount) of everything that was booked for the person.
BOOKED = [
    ("Given as a reward", "Points of customers", "1,200 Loyalty points"),
    ("Recharge", "Stored value: principal", "CN¥500.00"),
    ("Given as a gift", "Stored value: gift", "CN¥60.00"),
    ("Used for an order", "Points of customers", "-1,200 Loyalty points"),
    ("Paid from the balance", "Stored value: principal", "-CN¥500.00"),
    ("Paid from the balance", "Stored value: gift", "-CN¥60.00"),
    ("Given back from an order", "Points of customers", "600 Loyalty points"),
    ("Refund of a purchase", "Stored value: principal", "CN¥217.00"),
    ("Refund of a purchase", "Stored value: gift", "CN¥60.00"),
    ("Given back from an order", "Points of customers", "600 Loyalty points"),
    ("Refund of a purchase", "Stored value: principal", "CN¥283.00"),
]


@pytest.fixture
def viewport():
    return {"width": 390, "height": 844}


def test_recharge_and_spend(page, enter, live_server, merchant, in_scope, settings):
    settings.SANDBOX = True
    with in_scope():
        buyer = shop.buyer()
        store = make_store("WS")
        cake = shop.stocked(5, price=29_900, name="草莓奶油蛋糕", node_id=store.pk)
        wallet.make_plan(50_000, 6_000, name="充500送60")
        points.rule("review", points=10)
        points.tender()
        points.give(buyer.customer_id, 1_200)
        coupons.with_coupon(buyer.customer_id, name="新客券")  # 20.00 off
        login = shoppers.signed(merchant.pk, buyer)
    home = f"/s/{merchant.slug}/"
    page.context.add_cookies([{"name": shoppers.LOGIN, "value": login, "url": live_server.url}])

    page.goto(f"{home}me")
    page.get_by_role("link", name=re.compile("Balance")).click()
    page.get_by_role("link", name="Recharge").click()
    page.get_by_text("充500送60").click()
    page.get_by_role("button", name="Go on to pay").click()
    expect(page.locator(".sh-price-huge")).to_have_text("CN¥500.00")
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("button", name="Pay now").click()
    expect(page.get_by_text("I can spend")).to_be_visible()
    expect(page.locator(".sh-price-huge")).to_have_text("CN¥560.00")
    expect(page.locator(".sh-pay")).to_contain_text("Principal CN¥500.00")
    expect(page.locator(".sh-pay")).to_contain_text("Gift balance CN¥60.00")

    page.goto(f"{home}p/{cake.product_id}")
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="OK").click()
    expect(page.locator("#cart-count")).to_have_text("2")
    page.get_by_role("link", name="Cart").click()
    page.get_by_role("button", name="Check out (1)").click()
    page.get_by_text("Pickup at a store").click()
    expect(page.locator(".sh-buy .sh-price")).to_have_text("CN¥578.00")  # the coupon counts by itself
    slow: list[Route] = []
    page.route("**/checkout?**", lambda route: slow.append(route), times=1)
    page.get_by_role("combobox", name="Store").select_option(label="Store WS")
    page.get_by_text("Use points").click()  # before the line has brought an answer to the store
    expect(page.locator(".sh-buy .sh-price")).to_have_text("CN¥566.00")
    slow[0].continue_()  # it comes late, and says nothing any more
    page.wait_for_load_state("networkidle")
    assert sums(page) == {key: PAID[key] for key in ("Goods", "新客券", "Points", "Freight")}
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("pays CN¥560.00")).to_be_visible()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.locator(".sh-price-huge")).to_have_text("CN¥6.00")
    page.get_by_role("button", name="Pay", exact=True).click()
    page.get_by_role("button", name="Pay now").click()
    expect(page.get_by_role("heading", name="Show this at the store")).to_be_visible()
    assert sums(page) == PAID
    with in_scope():
        order = Order.objects.get()
        assert (order.status, order.sold_amount) == ("paid", 56_600)
    assert holds(page, home) == ("CN¥0.00", "0", "0")

    desk(page)
    enter()
    said = give_back(page, order)
    assert said["money"] == [("Sandbox payment", "CN¥6.00"), ("Balance", "CN¥277.00")]  # the last payment first
    assert "600 points come back." in said["text"]
    assert "新客券" not in said["text"]  # it comes back with the whole order only
    phone(page)
    assert holds(page, home) == ("CN¥277.00", "600", "0")
    page.goto(f"{home}wallet")
    expect(page.locator(".sh-pay")).to_contain_text("Principal CN¥217.00")
    expect(page.locator(".sh-pay")).to_contain_text("Gift balance CN¥60.00")
    page.goto(f"{home}orders/{order.pk}")
    assert sums(page) == PAID | {
        "Refunded": "-CN¥283.00", "Back to Balance": "CN¥277.00", "Back to Sandbox payment": "CN¥6.00",
    }  # fmt: skip

    desk(page)
    said = give_back(page, order)
    assert said["money"] == [("Balance", "CN¥283.00")]
    assert "Coupon “新客券” can be used again." in said["text"]
    phone(page)
    assert holds(page, home) == ("CN¥560.00", "1,200", "1")
    page.goto(f"{home}wallet")
    expect(page.locator(".sh-pay")).to_contain_text("Principal CN¥500.00")
    page.goto(f"{home}orders/{order.pk}")
    assert sums(page) == PAID | {
        "Refunded": "-CN¥566.00", "Back to Balance": "CN¥560.00", "Back to Sandbox payment": "CN¥6.00",
    }  # fmt: skip

    desk(page)
    page.goto(f"/customers/{buyer.customer_id}")
    expect(page.locator("#customer_wallet .card-body")).to_contain_text("CN¥500.00")
    expect(page.locator("#customer_wallet .card-body")).to_contain_text("CN¥60.00")
    expect(page.locator("#customer_points .card-title")).to_contain_text("1,200")
    expect(page.locator("#customer_coupons").get_by_text("Usable")).to_be_visible()
    enter("finance")
    page.goto(f"/customers/{buyer.customer_id}/balance")
    page.get_by_role("link", name="Postings").click()
    page.wait_for_url(re.compile("holder="))
    rows = [one.locator("td").all_inner_texts() for one in page.locator("#results tbody tr").all()]
    assert sorted((what, account, amount) for _, what, account, _, _, amount, _ in rows) == sorted(BOOKED)
    page.goto("/ledger")
    cards = page.locator("section.card:has(tfoot)")
    expect(cards).to_have_count(2)  # yuan and points
    assert [one.inner_text() for one in cards.locator("tfoot .yt-num").all()] == ["CN¥0.00", "0 Loyalty points"]
    expect(page.get_by_text("Sums to zero")).to_have_count(2)
    with in_scope():
        stored = Account.objects.filter(holder_type="customer", holder_id=buyer.customer_id, balance__gt=0)
        assert dict(stored.values_list("kind", "balance")) == {
            "wallet.principal": 50_000, "wallet.gift": 6_000, "points": 1_200,
        }  # fmt: skip


def phone(page):
    page.set_viewport_size({"width": 390, "height": 844})


def desk(page):
    page.set_viewport_size({"width": 1440, "height": 900})


def sums(page) -> dict[str, str]:
    """The lines below the goods of an order, by what they are called."""
    lines = page.locator(".sh-sums .sh-line").all()
    return {one.locator("> *").first.inner_text(): one.locator("> *").nth(1).inner_text() for one in lines}


def holds(page, home: str) -> tuple[str, str, str]:
    """(balance, points, coupons) on the page of the shopper."""
    page.goto(f"{home}me")
    tiles = page.locator(".sh-assets a").all()
    shown = {one.locator("span").inner_text(): one.locator("b").inner_text() for one in tiles}
    return shown["Balance"], shown["Points"], shown["Coupons"]


def give_back(page, order) -> dict:
    """One piece, as the preview says; what it said: the money by its way, and all of the text."""
    page.goto(f"/orders/{order.pk}/refund")
    page.get_by_label("Pieces").fill("1")
    page.get_by_label("Reason").fill("The cream melted")
    page.get_by_role("button", name="Preview").click()
    preview = page.locator(".card", has_text="What it does")
    expect(preview.get_by_role("button", name="Refund now")).to_be_visible()
    money = [
        (line.locator("span").first.inner_text().split(" 2")[0], line.locator(".yt-num").inner_text())
        for line in preview.locator("li:has(.yt-num)").all()
    ]
    said = {"money": money, "text": preview.inner_text()}
    page.get_by_role("button", name="Refund now").click()
    expect(page.get_by_text("goes back.")).to_be_visible()
    return said
