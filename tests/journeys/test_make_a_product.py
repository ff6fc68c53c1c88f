"""A cake in two sizes and two tastes: made, pictured, written about, put on sale, found by its pinyin."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.factories.catalog import make_picture_file
from yutang.areas.catalog.models import FreightRule, Picture, Product, Sku
from yutang.core import tenancy

pytestmark = pytest.mark.browser


def test_make_a_product(page, enter, merchant):
    enter()
    page.goto("/products/new")
    page.get_by_label("Name").fill("芝士蛋糕")
    page.get_by_label("Product code").fill("CAKE")
    page.get_by_role("tab", name="Specifications and prices").click()
    rows = page.locator(".yg-grid tbody tr")
    expect(rows).to_have_count(1)
    for name, values in (("Size", "6, 8"), ("Taste", "plain，matcha")):
        page.get_by_role("button", name="Add a specification").click()
        line = page.locator(".yg-spec").last
        line.locator("input").first.fill(name)
        line.locator("input").nth(1).fill(values)
        line.locator("input").nth(1).press("Tab")
    expect(rows).to_have_count(5)  # one line fills all
    fill_all(page, "Price", "88.50")
    fill_all(page, "Weight (g)", "800")
    page.get_by_label("Price: 8 / matcha", exact=True).fill("99")
    page.get_by_label("SKU code: 8 / matcha").fill("C8M")
    rows.nth(2).get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="芝士蛋糕")).to_be_visible()
    with tenancy.scope(merchant.pk):
        assert list(Sku.objects.order_by("position").values_list("code", "price", "weight", "is_active")) == [
            ("CAKE-1", 8850, 800, True), ("CAKE-2", 8850, 800, False), ("CAKE-3", 8850, 800, True),
            ("C8M", 9900, 800, True),
        ]  # fmt: skip

    # A value less: what is left over stays, switched off; what was typed stays with its values.
    page.get_by_role("tab", name="Specifications and prices").click()
    page.locator(".yg-spec input").nth(1).fill("8")
    page.locator(".yg-spec input").nth(1).press("Tab")
    expect(page.locator(".yg-grid tr.is-gone")).to_have_count(2)
    grid = json.loads(page.locator("textarea[name=grid]").input_value())
    assert [(sku["code"], sku["is_active"]) for sku in grid["skus"]] == [
        ("CAKE-3", True), ("C8M", True), ("CAKE-1", False), ("CAKE-2", False),
    ]  # fmt: skip

    # A picture, and into the text with it; the preview shows what will remain.
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": make_picture_file().getvalue()}
    page.locator("#pictures input[type=file]").set_input_files(photo)
    expect(page.locator("#pictures .yg-thumb")).to_have_count(1)
    page.get_by_role("button", name="Into the text").click()
    page.get_by_label("Page text").press_sequentially("<h3>Fresh</h3><script>alert(1)</script>")
    expect(page.locator("#preview h3")).to_have_text("Fresh")
    expect(page.locator("#preview img")).to_have_count(1)
    expect(page.locator("#preview script")).to_have_count(0)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toast").first).to_contain_text("Saved")
    page.get_by_role("button", name="Put on sale").click()
    expect(page.get_by_role("button", name="Put on sale")).to_have_count(0)

    page.goto("/products")
    page.locator("#q").fill("zsdg")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results")).to_contain_text("CN¥88.50")
    with tenancy.scope(merchant.pk):
        product = Product.objects.get()
        digest = Picture.objects.get().digest
    assert product.description.startswith(f'<img src="/media/{merchant.pk}/{digest}-800.webp"')
    assert product.description.endswith("<h3>Fresh</h3>")
    assert product.state == "on_sale"


def fill_all(page, column: str, text: str) -> None:
    page.get_by_label(f"Fill all rows: {column}", exact=True).fill(text)
    page.get_by_label(f"Fill all rows: {column}", exact=True).press("Tab")


def test_freight_for_regions(page, enter, merchant):
    enter()
    page.goto("/products/freight/new")
    page.locator("input[name=name]").fill("Post")
    page.get_by_role("button", name="Add a region").click()
    row = page.locator("[data-row]").nth(1)
    row.locator(".ts-control input").fill("新疆")
    page.locator(".ts-dropdown .option", has_text="新疆").first.click()
    row.get_by_label("First", exact=True).fill("1000")
    row.locator("input[name$=first_fee]").fill("20")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/products/freight")
    with tenancy.scope(merchant.pk):
        found = list(FreightRule.objects.order_by("position").values_list("provinces", "first", "first_fee"))
    assert found == [([], 1, 0), (["新疆"], 1000, 2000)]
