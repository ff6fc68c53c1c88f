"""From a figure of the home page to its meaning, its SQL and its rows, and on to a customer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.areas.analytics.conftest import Shop
from yutang.core import clock

pytestmark = pytest.mark.browser


@pytest.fixture
def merchant(transactional_db):
    """Anna bought twice, Bo once with a refund, somebody unknown once; a purchase of last year besides."""
    shop = Shop()
    now = clock.now()
    ago = lambda days: (now - timedelta(days=days)).isoformat()  # noqa: E731
    shop.sell("Cleo", 5_000, ago(300), order_no="OLD-1")
    shop.sell("Anna", 12_000, ago(20), order_no="A-1")
    shop.sell("Anna", 3_000, ago(5), order_no="A-2")
    shop.sell("Bo", 2_000, ago(4), refund=500, order_no="B-1")
    shop.sell(None, 400, ago(3), order_no="X-1")
    shop.to_lake()
    return shop.merchant


def test_drill_from_a_number_to_its_rows(page, enter):
    enter()
    page.goto("/")
    sales = page.get_by_role("link", name=re.compile("Net sales")).first
    expect(sales).to_contain_text("169.00")
    sales.click()

    expect(page.get_by_role("heading", name="Net sales")).to_be_visible()
    expect(page.locator(".yt-metric-value")).to_contain_text("169.00")
    expect(page.locator(".yt-definition")).to_contain_text("credits")
    page.get_by_text("How it is computed (SQL)").click()
    expect(page.locator(".yt-sql code[data-copy-text]")).to_contain_text("SELECT")

    rows = page.locator("#results tbody tr")
    expect(rows).to_have_count(5)  # four purchases and the refund
    expect(page.locator("#results")).to_contain_text("5 in all")
    expect(page.locator("#results")).not_to_contain_text("OLD-1")
    expect(rows.filter(has_text="X-1")).to_contain_text("Anonymous")

    page.get_by_role("link", name="All time").click()
    expect(rows).to_have_count(6)
    expect(page.locator(".yt-metric-value")).to_contain_text("219.00")

    rows.filter(has_text="A-1").get_by_role("link", name="Anna").click()
    expect(page.get_by_role("heading", name="Anna")).to_be_visible()
    orders = page.locator("#orders")
    expect(orders).to_contain_text("A-1")
    expect(orders).to_contain_text("A-2")
    expect(page.get_by_text("¥150.00").first).to_be_visible()
