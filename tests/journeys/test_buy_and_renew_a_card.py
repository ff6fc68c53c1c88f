"""A shopper buys a membership card, pays less for goods and freight with it, renews it, and one that was not begun is
paid back; the console tells the same to the cent."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.factories import membership, shop
from tests.factories.catalog import make_freight
from yutang.areas.customers.addresses import book
from yutang.areas.membership.models import Card
from yutang.shop import shoppers

pytestmark = pytest.mark.browser


@pytest.fixture
def viewport():
    return {"width": 390, "height": 844}


def test_buy_and_renew_a_card(page, enter, live_server, merchant, in_scope, settings):
    settings.SANDBOX = True
    with in_scope():
        buyer = shop.buyer()
        book.save_address(identity=buyer, recipient=shop.HOME, actor=shop.actor())
        make_freight()
        cake = shop.stocked(5, price=10_000, name="海盐小饼干")
        membership.make_plan(months=1, price=3_000, name="麦粒卡", percent_off=12, free_freight_from=8_000)
        login = shoppers.signed(merchant.pk, buyer)
    home = f"/s/{merchant.slug}/"
    page.context.add_cookies([{"name": shoppers.LOGIN, "value": login, "url": live_server.url}])

    page.goto(f"{home}checkout?buy={cake.pk}:1")
    assert sums(page) == {"Goods": "CN¥100.00", "Freight": "CN¥8.00", "Total": "CN¥108.00"}
    page.goto(f"{home}me")
    page.get_by_role("link", name=re.compile("Membership")).click()
    expect(page.locator("main")).to_contain_text("12% off")
    page.get_by_role("button", name="Buy", exact=True).click()
    pay(page, "CN¥30.00")
    first = days(page)
    page.goto(f"{home}checkout?buy={cake.pk}:1")
    assert sums(page) == {
        "Goods": "CN¥100.00", "Member discount": "-CN¥12.00", "Freight": "Free", "Total": "CN¥88.00",
    }  # fmt: skip

    page.goto(f"{home}membership")
    expect(page.get_by_text(f"until {first[1]}")).to_be_visible()
    page.get_by_role("button", name="Renew").click()
    pay(page, "CN¥30.00")
    expect(page.get_by_role("heading", name="Not begun")).to_be_visible()
    second = days(page)
    assert first[1] == second[0]
    assert [months(*span) for span in (first, second)] == [1, 1]
    page.goto(f"{home}membership")
    expect(page.get_by_text(f"until {second[1]}")).to_be_visible()

    page.set_viewport_size({"width": 1440, "height": 900})
    enter()
    page.goto("/cards")
    row = page.locator("tbody tr").first.locator("td")
    assert row.nth(1).inner_text() == "CN¥30.00"
    assert [one.inner_text() for one in row.all()][3:] == ["2", "1", "CN¥60.00", "CN¥0.00"]
    page.goto("/cards/sold")
    told = [[cell.inner_text() for cell in one.locator("td").all()][2:] for one in page.locator("tbody tr").all()]
    assert told == [["Not begun", *second, "CN¥30.00"], ["Active", *first, "CN¥30.00"]]

    page.goto(f"/customers/{buyer.customer_id}")
    ahead = page.locator("#customer_membership .list-group-item", has_text=" – ".join(second))
    ahead.get_by_role("link", name="Refund").click()
    expect(page.locator("dl")).to_contain_text("CN¥30.00")
    page.get_by_role("button", name="Refund").click()
    expect(page.get_by_text("CN¥30.00 goes back.")).to_be_visible()
    page.goto("/cards")
    row = page.locator("tbody tr").first.locator("td")
    assert [one.inner_text() for one in row.all()][3:] == ["2", "1", "CN¥60.00", "CN¥30.00"]

    page.goto(f"{home}membership")
    expect(page.get_by_text(f"until {first[1]}")).to_be_visible()
    page.get_by_role("link", name="My cards").click()
    page.get_by_role("link", name=re.compile("Refunded")).click()
    expect(page.get_by_text("CN¥30.00 went back")).to_be_visible()
    with in_scope():
        assert sorted(Card.objects.values_list("state", "refunded_amount")) == [("active", 0), ("refunded", 3_000)]


def sums(page) -> dict[str, str]:
    lines = page.locator(".sh-sums .sh-line, .sh-buy .sh-line").all()
    return {one.locator("> *").first.inner_text(): one.locator("> *").last.inner_text() for one in lines}


def days(page) -> tuple[str, str]:
    """The first and the last day on the page of a card."""
    shown = page.get_by_text(re.compile(r"^\d{4}-\d\d-\d\d – ")).inner_text()
    begins, ends = shown.split(" – ")
    return begins, ends


def months(begins: str, ends: str) -> int:
    a, b = date.fromisoformat(begins), date.fromisoformat(ends)
    return (b.year - a.year) * 12 + b.month - a.month


def pay(page, amount: str) -> None:
    expect(page.locator(".sh-price-huge")).to_have_text(amount)
    page.get_by_role("button", name="Pay", exact=True).click()
    page.get_by_role("button", name="Pay now").click()
