"""A funnel of one's own steps, the people who came to the second one, and the segment they are kept in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.areas.analytics.conftest import Shop
from tests.factories.interactions import event, link, record
from yutang.areas.segments import queries as segments
from yutang.areas.segments.models import Segment
from yutang.core import clock, tenancy

pytestmark = pytest.mark.browser
VISIT = ("view", "click", "share", "view", "cart")
PEOPLE = ("安然", "白露", "陈晨")


@pytest.fixture
def shop(transactional_db):
    """Three people look at tea, two of them search afterwards, one buys; a stranger looks too."""
    shop = Shop()
    for name in PEOPLE:
        shop.person(name, "2026-01-01 08:00")
    with tenancy.scope(shop.merchant.pk):
        for n, name in enumerate(PEOPLE):
            account = {"kind": "member_card", "value": name, "namespace": "pos"}
            record(did(n, "identify", 9, identity=account), did(n, "view", 5, page="/tea/green"))
        for n in (0, 1):
            record(did(n, "search", 4, properties={"query": "tea"}))
        record(did(7, "view", 5, page="/tea/green"), did(7, "share", 4), did(2, "click", 3, page="/cake"))
        minute = 1 / 24 / 60
        record(*(did(0, kind, 2 - n * minute, page="/cake") for n, kind in enumerate(VISIT)))
        record(*(did(1, kind, 2 - n * minute, page="/cake") for n, kind in enumerate(VISIT[:3])))
        while link():
            pass
    shop.sell("安然", 2_000, (clock.now() - timedelta(days=1)).isoformat())
    shop.to_lake()
    return shop


@pytest.fixture
def merchant(shop):
    return shop.merchant


def did(visitor, kind, days, **values):
    at = (clock.now() - timedelta(days=days)).isoformat()
    return event(visitor=f"browser-{visitor}", kind=kind, occurred_at=at, **values)


def test_from_a_funnel_to_a_segment(page, enter, shop, in_scope):
    enter()
    page.goto("/")
    page.get_by_role("link", name="Behaviour reports").click()
    second = page.get_by_role("group", name="Step 2")
    second.get_by_label("Did").select_option("search")
    page.get_by_role("group", name="Step 1").get_by_label("Page contains").fill("/tea")
    page.get_by_role("button", name="Show").click()

    bars = page.locator(".yb-bar")
    expect(bars).to_have_count(3)
    expect(bars.nth(0)).to_contain_text("4 100.0%")
    expect(bars.nth(1)).to_contain_text("2 50.0%")
    expect(bars.nth(2)).to_contain_text("1 25.0%")
    bars.nth(1).click()

    expect(page.locator(".yb-count")).to_have_text("2")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Name of the segment").fill("Searched for tea")
    page.get_by_role("button", name="Save as segment").click()
    expect(page.get_by_role("heading", name="Searched for tea")).to_be_visible()
    with in_scope():
        kept = Segment.objects.get()
        known = {shop.people[name][1] for name in PEOPLE[:2]}
        assert set(segments.members_at_last_refresh(kept)) == known


@pytest.mark.parametrize("viewport", [{"width": 390, "height": 844}], ids=["phone"])
def test_the_reports_fit_a_phone(page, enter, shop, viewport):
    enter()
    for path in ("/behaviour", "/behaviour/frequency", "/behaviour/paths", "/behaviour/aisas"):
        page.goto(path)
        expect(page.get_by_text("How this is counted")).to_be_visible()
        expect(page.locator(".yt-chart canvas")).to_have_count(1 if path == "/behaviour/paths" else 0)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path


def test_no_page_that_somebody_reports_breaks_the_picture(page, enter, shop, in_scope):
    """The page is what a browser says it is; some texts once stood for functions."""
    with in_scope():
        record(did(7, "view", 1, page="yt:boom"), did(7, "view", 0.99, page="<img src=x onerror=alert(1)>{b|c}"))
    shop.to_lake()
    enter()
    page.goto("/behaviour/paths?by=page")
    expect(page.locator(".yb-point", has_text="yt:boom")).to_be_visible()
    expect(page.locator(".yt-chart canvas")).to_have_count(1)
