"""The console on a phone, in both languages: everything is reached through the menu and nothing sticks out sideways."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.areas.analytics.conftest import Shop
from yutang.areas.imports import services as imports
from yutang.areas.segments import services as segments
from yutang.core import access, clock, tenancy
from yutang.simulators import brand
from yutang.simulators.brand.files import jd, write_csv

pytestmark = pytest.mark.browser
# entry of the menu → heading of its page
CHINESE = {"工作台": "工作台", "客户列表": "客户", "导入中心": "导入中心", "人群": "人群", "员工与角色": "员工与角色"}
ENGLISH = {
    "Home": "Home", "Customer list": "Customers", "Import centre": "Import centre", "Segments": "Segments",
    "Staff and roles": "Staff and roles",
}  # fmt: skip


@pytest.fixture
def viewport():
    return {"width": 390, "height": 844}


@pytest.fixture
def shop(transactional_db, tmp_path):
    """Something on every screen, with long names."""
    shop = Shop()
    shop.store("上海市静安区南京西路第一百货大楼店")
    for day in range(1, 12):
        shop.sell("欧阳若兰" if day % 2 else "Maximiliane von Hohenstein", 123_456_700, days_ago(day))
    with tenancy.scope(shop.merchant.pk):
        actor = access.system(shop.merchant.pk, name="test")
        segments.create(
            name="最近三十天买过海盐卷的江浙沪客人", rule={"did": "orders.line", "within": "30d"}, actor=actor
        )
        truth = brand.make_brand(scale=0.003)
        path = tmp_path / "2026年上半年_京东旗舰店_订单导出_第一部分.csv"
        orders = [order for order in truth.orders if order.channel == "jd"][:5]
        write_csv(path, jd.HEADERS, jd.rows(orders, truth), encoding=jd.ENCODING)
        with path.open("rb") as stream:
            imports.upload(files=[(path.name, stream)], actor=actor)
    shop.to_lake()
    return shop


@pytest.fixture
def merchant(shop):
    return shop.merchant


def test_language_at_phone_width(page, enter, shop):
    _identity, person = shop.people["Maximiliane von Hohenstein"]
    enter()
    page.goto("/")
    expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    walk(page, ENGLISH, person)

    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.goto("/")
    walk(page, CHINESE, person)

    page.get_by_role("button", name="EN").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Staff and roles", exact=True)).to_be_visible()


def walk(page, entries, person):
    """Every screen through the menu, and one customer."""
    fits(page)
    for entry, heading in entries.items():
        menu = page.locator("#side")
        expect(menu).to_be_hidden()
        page.locator(".navbar-toggler").click()
        link = menu.get_by_role("link", name=entry, exact=True)
        link.scroll_into_view_if_needed()
        expect(link).to_be_in_viewport()
        fits(page)
        link.click()
        expect(page.locator("h2.page-title")).to_have_text(heading)
        fits(page)
        if heading in ("客户", "Customers"):
            page.goto(f"/customers/{person}")
            expect(page.get_by_role("heading", name="Maximiliane von Hohenstein")).to_be_visible()
            fits(page)


def fits(page):
    """Nothing makes the page wider than the phone; wide tables scroll within themselves."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"], f"{page.url} is {wide} pixels wide: {sticking_out(page)}"


def sticking_out(page):
    return page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 5).map(e => `${e.tagName}.${e.className}`)"""
    )


def days_ago(days):
    return (clock.now() - timedelta(days=days)).isoformat()
