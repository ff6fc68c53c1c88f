"""An operator designs the shop's home page, and everybody sees theirs."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from playwright.sync_api import expect

from tests.areas.decoration.test_pages import segment_of
from tests.factories import decoration as made
from tests.factories.catalog import make_picture_file, make_product
from tests.factories.shop import buyer
from yutang.core import clock
from yutang.shop import shoppers

pytestmark = pytest.mark.browser


def test_design_a_page(page, enter, merchant, in_scope, tmp_path):
    with in_scope():
        make_product(name="草莓奶油蛋糕")
        someone = buyer()
        segment_of(someone.customer_id, name="Best customers")
    banner = tmp_path / "banner.jpg"
    banner.write_bytes(make_picture_file(750, 400).read())
    shop = f"/s/{merchant.slug}/"
    enter()
    page.goto("/pages")
    page.get_by_role("button", name="Design the home page").click()
    phone = page.frame_locator("#preview")
    expect(phone.get_by_text("Add a block from the left.")).to_be_visible()

    page.get_by_role("button", name="Banner").click()
    expect(page.locator("#saved")).to_contain_text("1 thing is missing")
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("input[name=slides-0-picture-file]").set_input_files(banner)
    expect(phone.locator(".sd-banner img")).to_be_visible()
    page.locator(".yp-palette").get_by_role("button", name="Products").click()
    page.get_by_role("searchbox", name="Search products").press_sequentially("cmny")
    page.locator(".yp-found").click()
    expect(phone.get_by_text("草莓奶油蛋糕")).to_be_visible()
    page.get_by_label("Title").fill("Fresh today")
    page.get_by_label("At most").focus()
    expect(phone.get_by_role("heading", name="Fresh today")).to_be_visible()

    # Order by keyboard, copy, delete, and taking it back.
    rows = page.locator("[data-open]")
    rows.nth(1).focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(rows.nth(0)).to_contain_text("Products")
    expect(page.locator("[data-row]").nth(0).get_by_role("button", name="Delete")).to_be_visible()
    page.locator("[data-row]").nth(0).get_by_role("button", name="Delete").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(2)
    expect(phone.get_by_role("heading", name="Fresh today")).to_be_visible()
    page.locator("[data-handle]").nth(0).drag_to(page.locator("[data-row]").nth(1))
    expect(rows.nth(1)).to_contain_text("Products")
    phone.locator(".sd-products").first.click()  # tapped in the picture
    expect(page.get_by_label("Title")).to_have_value("Fresh today")

    page.get_by_role("button", name="Publish").click()
    page.locator(".yp-publish").get_by_role("button", name="Publish").click()
    expect(page.get_by_text(re.compile("Version 1 is shown since"))).to_be_visible()
    page.goto(shop)
    expect(page.get_by_role("heading", name="Fresh today")).to_be_visible()

    # A page for the best customers.
    page.goto("/pages")
    page.get_by_role("link", name="Home page").click()
    page.get_by_role("button", name="Another page for a segment").click()
    page.get_by_role("button", name="Notice bar").click()
    page.get_by_label("Text").fill("Welcome back")
    page.get_by_label("Leads to").focus()
    expect(page.frame_locator("#preview").get_by_text("Welcome back")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    page.locator(".yp-publish").get_by_role("button", name="Publish").click()
    expect(page.get_by_text(re.compile("Version 1 is shown since"))).to_be_visible()
    page.goto(shop)
    expect(page.get_by_text("Welcome back")).to_have_count(0)
    login = {"name": shoppers.LOGIN, "value": shoppers.signed(merchant.pk, someone), "path": shop}
    page.context.add_cookies([login | {"domain": urlsplit(page.url).hostname}])
    page.reload()
    expect(page.get_by_text("Welcome back")).to_be_visible()


def test_a_tap_is_heard_while_pictures_still_come(page, enter, merchant, in_scope):
    """On a slow line the preview is shown before all of it has loaded: a tap opens the block and follows no link."""
    with in_scope():
        link = {"to": "product", "value": str(make_product().pk)}
        banner = made.block("banner", slides=[{"picture": made.picture(), "link": link}])
        variant = made.draft(made.general(made.home()), banner, made.block("notice", text="Fresh today"))
    enter()
    held = []
    page.route(re.compile(r"/media/"), lambda route: held.append(route))
    page.goto(f"/pages/variants/{variant.pk}", wait_until="commit")
    expect(page.locator("[data-open]")).to_have_count(2)
    phone = page.frame_locator("#preview")
    phone.locator(".sd-notice").click()
    expect(page.get_by_label("Text")).to_have_value("Fresh today")
    phone.locator(".sd-banner a").click()
    expect(page.locator("#form").get_by_role("heading", name="Banner")).to_be_visible()
    assert held, "no picture was held back"
    expect(phone.locator(".sd-notice")).to_have_text("Fresh today")
    assert page.evaluate("document.querySelector('#preview').contentDocument.readyState") == "interactive"


def test_a_sale_begins_by_itself(page, merchant, in_scope):
    shop, now = f"/s/{merchant.slug}/", clock.now()
    with in_scope():
        home = made.home()
        made.published(home, made.block("notice", text="Every day"))
        begins, ends = now + timedelta(hours=1), now + timedelta(hours=3)
        made.published(home, made.block("notice", text="Sale"), shows_from=begins, shows_until=ends)
    for hours, words in ((0, "Every day"), (2, "Sale"), (4, "Every day")):
        with time_machine.travel(now + timedelta(hours=hours, minutes=1)):
            page.goto(shop)
            expect(page.get_by_text(words, exact=True)).to_be_visible()


def test_two_operators(page, enter, merchant, in_scope, actor):
    with in_scope():
        variant = made.draft(made.general(made.home()), made.block("notice", text="Before"))
    enter()
    page.goto(f"/pages/variants/{variant.pk}")
    page.locator("[data-open]").first.click()
    expect(page.get_by_label("Text")).to_have_value("Before")
    with in_scope():
        made.draft(variant, made.block("notice", text="Somebody else's"))
    page.get_by_role("button", name="Icons").click()
    expect(page.get_by_text(re.compile("tester changed this page"))).to_be_visible()
    page.get_by_role("link", name="Load the newest").click()
    expect(page.get_by_text("Somebody else's")).to_be_visible()
