"""A till nobody has heard of: its columns are mapped once, and its next file needs no questions."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from yutang.areas.orders.models import Order, SaleLine

pytestmark = pytest.mark.browser
HEAD = "Bon,Moment,Posten,Stk,Each,Wer\n"
FIRST = HEAD + "A-1,2026-03-01 10:00,Rye loaf,2,12.50,13800138000\nA-1,2026-03-01 10:00,Roll,1,3.00,13800138000\n"
FIRST += "A-2,2026-03-02 09:30,Rye loaf,1,12.50,\n"
SECOND = HEAD + "A-3,2026-03-03 10:00,Roll,4,3.00,13800138000\n"


def test_map_an_unknown_file(page, enter, work, in_scope, tmp_path):
    enter()
    upload(page, tmp_path / "till-march-1.csv", FIRST)
    expect(page.get_by_role("heading", name="Which column is which?")).to_be_visible()

    for header, field in {
        "Bon": "Order number", "Moment": "Ordered at", "Posten": "Product name", "Stk": "Quantity",
        "Each": "Price of one piece", "Wer": "Phone",
    }.items():  # fmt: skip
        page.get_by_label(header, exact=True).select_option(label=field)
    page.get_by_label("What was paid for a line").select_option(label="Quantity × price")
    page.get_by_label("Order status").select_option(label="Completed")
    lines = page.locator("#preview .yt-lines tbody tr")
    expect(lines).to_have_count(3)
    expect(lines.first).to_contain_text("Rye loaf")
    expect(lines.first).to_contain_text("25.00")
    expect(page.locator("#preview .bg-red-lt")).to_have_count(0)

    page.get_by_label("Name of this mapping").fill("Till of the bakery")
    page.get_by_label("Platform or system").fill("till")
    page.get_by_role("button", name="Save and use").click()
    expect(page.get_by_text("Read by a saved mapping")).to_be_visible()
    import_now(page, work)
    with in_scope():
        assert sorted(Order.objects.values_list("order_no", "sold_amount")) == [("A-1", 2800), ("A-2", 1250)]

    upload(page, tmp_path / "till-march-2.csv", SECOND)
    expect(page.get_by_text("Read by a saved mapping")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/imports/\d+$"))
    import_now(page, work)
    with in_scope():
        assert Order.objects.get(order_no="A-3").sold_amount == 1200
        assert SaleLine.objects.count() == 4
        assert Order.objects.exclude(customer=None).values("customer").distinct().count() == 1


def upload(page, path, content):
    path.write_text(content, encoding="utf-8")
    page.goto("/imports/new")
    page.get_by_label("Files").set_input_files(path)
    page.get_by_role("button", name="Upload and look").click()


def import_now(page, work):
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("heading", name="Waiting for its turn")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Imported", exact=True)).to_be_visible()
