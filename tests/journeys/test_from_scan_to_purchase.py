"""A poster's code is made, scanned and followed: who scanned becomes a person, buys, and is seen as one story."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.areas.imports.runs import run, text
from tests.factories.interactions import event, record
from yutang.areas.interactions.models import Code
from yutang.core import clock

pytestmark = pytest.mark.browser

PHONE = "13800138000"


def test_from_scan_to_purchase(page, browser, live_server, enter, merchant, in_scope, actor, work):
    enter()
    page.goto("/codes")
    page.get_by_role("link", name="New code").first.click()
    page.get_by_label("Name", exact=True).fill("Autumn tea poster")
    page.get_by_label("Leads to").fill("/login")
    page.get_by_role("button", name="Make code").click()
    link = page.get_by_label("Short link").input_value()

    # Somebody else's phone.
    phone = browser.new_context(base_url=live_server.url, user_agent="Mozilla/5.0 (iPhone) MicroMessenger/8.0")
    passer_by = phone.new_page()
    passer_by.goto(link)
    with in_scope():
        slug = Code.objects.get().slug
    arrived = re.search(r"yt_code=(\w+)\.(\w+)", passer_by.url)
    assert arrived is not None
    assert arrived[1] == slug
    phone.close()

    # The shop's server says whose browser that was; later the order comes with a file.
    with in_scope():
        account = {"kind": "phone", "value": PHONE}
        record(event(kind="identify", visitor=arrived[2], identity=account, occurred_at=clock.now().isoformat()))
    work()
    with in_scope():
        bought = clock.now().astimezone(ZoneInfo(merchant.timezone)).strftime("%Y-%m-%d %H:%M:%S")
        run(text(f"T-100,1,{bought},,88.00,1,,Autumn tea,{PHONE}"), actor)
    work()

    page.goto("/codes")
    row = page.locator("#results tbody tr")
    expect(row).to_contain_text("Autumn tea poster")
    expect(row).to_contain_text("¥88.00")
    row.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("Scans by day")

    page.goto("/customers")
    page.locator("#results tbody tr").first.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("First came by the code “Autumn tea poster” (Poster).")
    timeline = page.locator(".card", has=page.get_by_role("heading", name="Timeline"))
    expect(timeline).to_contain_text("Scanned a code")
    expect(timeline).to_contain_text("Autumn tea poster")
    expect(timeline).to_contain_text("Was recognised")
    expect(timeline).to_contain_text("T-100")

    # On one sheet with others.
    page.goto("/codes")
    page.locator("[data-bulk-row]").first.check()
    page.get_by_role("button", name="Print on one sheet").click()
    expect(page.locator(".yc-card")).to_have_count(1)
    expect(page.locator(".yc-card")).to_contain_text("Autumn tea poster")
