"""A segment built by clicking bars, then held against everybody: what makes its people different."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.areas.analytics.conftest import Shop
from yutang.areas.customers.models import Customer
from yutang.areas.segments.models import Segment
from yutang.core import clock, tenancy

pytestmark = pytest.mark.browser
PEOPLE = {"安然": ("浙江省", "f"), "白露": ("江苏省", "f"), "陈晨": ("浙江省", "m"), "杜若": ("浙江省", "f")}


@pytest.fixture
def merchant(transactional_db):
    shop = Shop()
    for name in PEOPLE:
        shop.sell(name, 2_000, (clock.now() - timedelta(days=3)).isoformat())
    with tenancy.scope(shop.merchant.pk):
        for name, (province, gender) in PEOPLE.items():
            Customer.objects.filter(name=name).update(province=province, gender=gender)
    shop.to_lake()
    return shop.merchant


def test_narrow_by_clicking_bars_and_compare(page, enter, in_scope):
    enter()
    page.goto("/segments/new")
    count = page.locator("#live .ys-count")
    expect(count).to_have_text("4")
    bars(page, "Province").get_by_role("button", name="浙江省").click()
    expect(count).to_have_text("3")
    # The pictures follow: among these nobody is from 江苏省 any more.
    expect(bars(page, "Province").get_by_role("row", name="江苏省")).to_contain_text("0%")
    bars(page, "Gender").get_by_role("button", name="Female").click()
    expect(count).to_have_text("2")
    expect(page.locator(".ys-sentence")).to_contain_text("Province is 浙江省")
    page.get_by_label("Name", exact=True).fill("Women of Zhejiang")
    page.get_by_role("button", name="Save segment").click()

    expect(page.get_by_role("heading", name="Women of Zhejiang")).to_be_visible()
    with in_scope():
        assert Segment.objects.get().last_count == 2
    page.get_by_role("link", name="What makes them different").click()
    first = page.locator(".ys-profiles .card").first
    expect(first).to_contain_text("differ by 25%")
    expect(page.locator(".ys-legend")).to_contain_text("Everybody")


def bars(page, label):
    return page.locator("#charts").get_by_role("table", name=label, exact=True)
