"""A poster's code is made, scanned and followed: who scanned becomes a person, buys, and is seen as one story."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.areas.imports.runs import run, text
from tests.factories.interactions import event, record
from yutang.areas.interactions.models import Code, Interaction, Visitor
from yutang.core import clock

pytestmark = pytest.mark.browser

PHONE = "13800138000"
SITE = "https://shop.example.com"
SCRIPT = Path(settings.STATIC_ROOT) / "yutang" / "collect.js"
TAG = f'<script src="{SITE}/collect.js" data-site="ys_1" data-collector="{SITE}"></script>'
PAGE = f"<!doctype html><title>Tea</title>{TAG}"


def site(route, sent):
    """The brand's own site, with the collector's address on it."""
    if "/collect?" in route.request.url:
        sent += json.loads(route.request.post_data)
        route.fulfill(status=200, body="{}")
    elif route.request.url.endswith("collect.js"):
        route.fulfill(path=SCRIPT, content_type="text/javascript")
    else:
        route.fulfill(body=PAGE, content_type="text/html")


def test_from_scan_to_purchase(page, browser, enter, merchant, in_scope, actor, work):
    enter()
    page.goto("/codes")
    page.get_by_role("link", name="New code").first.click()
    page.get_by_label("Name", exact=True).fill("Autumn tea poster")
    page.get_by_label("Leads to").fill(f"{SITE}/tea?size=2")
    page.get_by_role("button", name="Make code").click()
    link = page.get_by_label("Short link").input_value()

    # Somebody else's phone; the brand's site holds our script and is played here.
    phone = browser.new_context(user_agent="Mozilla/5.0 (iPhone) MicroMessenger/8.0")
    sent = []
    phone.route(f"{SITE}/**", lambda route: site(route, sent))
    passer_by = phone.new_page()
    with passer_by.expect_response(lambda response: "/collect?" in response.url):
        # In two steps: what a redirect leads to cannot be played.
        passer_by.goto(phone.request.get(link, max_redirects=0).headers["location"])
    assert passer_by.url == f"{SITE}/tea?size=2"  # a link passed on carries nobody along
    with in_scope():
        slug, scan = Code.objects.get().slug, Interaction.objects.get()
        visitor = Visitor.objects.get().key
    phone.close()
    [viewed] = sent
    assert (scan.kind, scan.source, scan.page) == ("scan", f"code:{slug}", "")
    assert (viewed["kind"], viewed["source"], viewed["visitor"]) == ("view", f"code:{slug}", visitor)

    # The shop's server says whose browser that was; later the order comes with a file.
    with in_scope():
        account = {"kind": "phone", "value": PHONE}
        record(viewed)
        record(event(kind="identify", visitor=visitor, identity=account, occurred_at=clock.now().isoformat()))
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
