"""Importing an export of Pinduoduo in which a spreadsheet has turned one order number into 1.23E+17."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from yutang.areas.orders.models import Order
from yutang.simulators import brand
from yutang.simulators.brand.files import pinduoduo, write_csv

pytestmark = pytest.mark.browser
ROWS = 12
BAD = 5  # of the rows; the file's header is row 1


@pytest.fixture
def export(tmp_path):
    truth = brand.make_brand(scale=0.003)
    orders = [o for o in truth.orders if o.channel == "pinduoduo" and o.is_sale and not o.refunds][:ROWS]
    assert len(orders) == ROWS
    rows = list(pinduoduo.rows(orders, truth))
    rows[BAD - 2]["订单号"] = "1.23E+17"
    path = tmp_path / "orders_export.csv"
    write_csv(path, pinduoduo.HEADERS, rows, encoding=pinduoduo.ENCODING)
    return path


def test_import_a_file_with_a_bad_row(page, enter, work, in_scope, export):
    enter()
    page.goto("/imports")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("Files").set_input_files(export)
    expect(page.locator("[data-chosen]")).to_contain_text("orders_export.csv")
    page.get_by_role("button", name="Upload and look").click()

    expect(page.get_by_role("heading", name="Pinduoduo")).to_be_visible()
    left_out = page.locator(".card", has=page.get_by_role("heading", name="Rows that will be left out"))
    expect(left_out.get_by_role("row").nth(1)).to_contain_text("1.23E+17")
    expect(page.locator(".yt-lines tbody tr").first).to_be_visible()

    page.get_by_role("button", name="Try it first").click()
    expect(page.get_by_role("heading", name="Waiting for its turn")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="This is what would happen")).to_be_visible()
    expect(figure(page, "New orders")).to_have_text(str(ROWS - 1))
    with in_scope():
        assert Order.objects.count() == 0

    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("heading", name="Waiting for its turn")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Imported", exact=True)).to_be_visible()
    expect(figure(page, "New orders")).to_have_text(str(ROWS - 1))
    expect(figure(page, "Rejected rows")).to_have_text("1")
    with in_scope():
        assert Order.objects.count() == ROWS - 1

    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as stream:
        head, *rejected = csv.reader(stream)
    assert len(rejected) == 1
    told = " ".join(rejected[0])
    assert str(BAD) in rejected[0], (head, rejected)
    assert "订单号" in rejected[0]
    assert "1.23E+17" in told
    assert re.search("spreadsheet|digits|Excel", told)

    page.goto("/imports")
    expect(page.get_by_role("row", name=re.compile("orders_export.csv"))).to_contain_text("Done")


def figure(page, label):
    """The number below this label in the report."""
    return page.locator(".yt-figures .card", has=page.get_by_text(label, exact=True)).locator(".yt-figure")
