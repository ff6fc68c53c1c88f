"""Building a segment by hand: people of Hangzhou or Suzhou who bought lately, and not those who spend much."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.areas.analytics.conftest import Shop
from yutang.areas.customers.models import Customer
from yutang.core import clock, tenancy

pytestmark = pytest.mark.browser
PEOPLE = {"安然": ("杭州", 3), "白露": ("苏州", 5), "陈晨": ("杭州", 400), "杜若": ("上海", 4), "方圆": ("杭州", 6)}
BIG_SPENDER = "方圆"


@pytest.fixture
def merchant(transactional_db):
    """Five people, each with one purchase so many days ago."""
    shop = Shop()
    now = clock.now()
    for name, (_city, days) in PEOPLE.items():
        amount = 90_000 if name == BIG_SPENDER else 2_000
        shop.sell(name, amount, (now - timedelta(days=days)).isoformat())
    with tenancy.scope(shop.merchant.pk):
        for name, (city, _days) in PEOPLE.items():
            Customer.objects.filter(name=name).update(city=city)
    shop.to_lake()
    return shop.merchant


def test_build_a_segment(page, enter):
    enter()
    page.goto("/segments")
    page.get_by_role("link", name="New segment").click()
    count = page.locator("#live .ys-count")
    expect(count).to_have_text("5")

    # In one of two cities …
    add(page, "Group")
    group = page.locator(".ys-group .ys-group").first
    choose(group.locator(".ys-row").first, "City")
    group.locator(".ys-row").first.locator(".ys-op").select_option(label="is")
    value(page, group.locator(".ys-row").first, "杭州")
    expect(count).to_have_text("3")
    group.locator("> .ys-foot").get_by_role("button", name="Condition").click()
    choose(group.locator(".ys-row").nth(1), "City")
    group.locator(".ys-row").nth(1).locator(".ys-op").select_option(label="is")
    value(page, group.locator(".ys-row").nth(1), "苏州")
    expect(count).to_have_text("4")

    # … who bought in the last 90 days …
    add(page, "Condition")
    choose(page.locator(".ys-items > .ys-row").last, "Bought (behaviour)")
    expect(count).to_have_text("3")

    # … and are not among those who spend much.
    add(page, "Group")
    not_these = page.locator(".ys-group .ys-group").last
    choose(not_these.locator(".ys-row").first, "Net amount")
    not_these.get_by_label("Value").fill("500")
    expect(count).to_have_text("1")
    not_these.locator(".ys-not").select_option(label="People who do not fulfil")
    expect(count).to_have_text("2")
    expect(page.locator("#live .ys-sample")).to_contain_text("安**")  # names are veiled in lists
    expect(page.locator("#live .ys-sample")).not_to_contain_text(BIG_SPENDER[:1])

    page.get_by_label("Name", exact=True).fill("江南新客")
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", name="江南新客")).to_be_visible()
    members = page.locator("#members tbody tr")
    expect(members).to_have_count(2)
    expect(page.locator("#members")).to_contain_text("安**")
    expect(page.locator("#members")).to_contain_text("白**")

    page.get_by_role("link", name="Segments").first.click()
    row = page.get_by_role("row", name="江南新客")
    expect(row.locator("[data-label=People]")).to_have_text("2")
    row.get_by_role("link", name="江南新客").click()
    expect(members).to_have_count(2)


def add(page, what):
    """Adds a condition or a group to the outermost group."""
    page.locator(".ys-tree > .ys-group > .ys-foot").get_by_role("button", name=what).click()


def choose(row, label):
    """Picks what a new condition asks; its searchable list opens by itself."""
    expect(row.locator(".ts-control").first).to_be_visible()
    row.locator(".ts-dropdown:visible .option", has_text=label).first.click()


def value(page, row, text):
    """Types a value into the condition's searchable field."""
    field = row.locator(".ys-value .ts-control input")
    field.click()
    field.fill(text)
    page.locator(".ts-dropdown:visible .option, .ts-dropdown:visible .create").filter(has_text=text).first.click()
