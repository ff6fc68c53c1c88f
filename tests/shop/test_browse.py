"""Looking around in the shop."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.pool import sql
from tests.console.conftest import text
from tests.factories.catalog import make_product
from tests.factories.merchants import make_merchant
from tests.factories.shop import place, stocked
from yutang.areas.catalog import services
from yutang.areas.catalog.models import Product
from yutang.areas.interactions.models import Interaction
from yutang.core import access, tenancy
from yutang.shop.browse.cards import SIZE


def test_home_shows_what_is_on_sale(stranger, shop, merchant):
    on, off = make_product(name="草莓蛋糕"), make_product(name="旧蛋糕", is_on_sale=False)
    page = text(stranger.get(shop))
    assert on.name in page
    assert off.name not in page
    assert merchant.name in page


def test_the_list_goes_on_where_it_ended(stranger, shop, merchant):
    names = [make_product(name=f"Loaf {n:02}").name for n in range(45)]
    seen, address, headers = [], shop, {}
    while address:
        page = text(stranger.get(address, headers=headers))
        seen += re.findall(r"Loaf \d\d", page)
        more = re.search(r'hx-get="(\?[^"]*)"', page)
        address = shop + more[1].replace("&amp;", "&") if more else ""
        headers = {"HX-Request": "true"}
    assert sorted(set(seen)) == names
    assert len(seen) == len(names)


def test_few_statements(stranger, shop, merchant, django_assert_num_queries):
    for _ in range(25):
        make_product()
    stranger.get(shop)
    # merchant and scope, the brand's own page, list, covers, categories; three of the test's own transaction
    with django_assert_num_queries(8):
        stranger.get(shop)


def test_search_knows_pinyin(stranger, shop, merchant):
    make_product(name="草莓奶油蛋糕")
    make_product(name="可颂")
    page = text(stranger.get(f"{shop}search", {"q": "cmny"}))
    assert "草莓奶油蛋糕" in page
    assert "可颂" not in page
    assert Interaction.objects.get().properties == {"query": "cmny", "results": 1}
    assert "草莓奶油蛋糕" in text(stranger.get(f"{shop}suggest", {"q": "草莓"}))
    assert "Nothing found for “<b>”" not in text(stranger.get(f"{shop}search", {"q": "<b>"}))  # escaped


def test_categories(stranger, shop, merchant, actor):
    cakes = services.save_category(name="Cakes", actor=actor)
    hidden = services.save_category(name="Secret", is_visible=False, actor=actor)
    cake = make_product(category_id=cakes.pk)
    page = text(stranger.get(f"{shop}c"))
    assert cake.name in page
    assert "Secret" not in page
    assert cake.name in text(stranger.get(f"{shop}c/{cakes.pk}"))
    assert stranger.get(f"{shop}c/{hidden.pk}").status_code == 404
    assert stranger.get(f"{shop}c/99999999999999999999").status_code == 404


@pytest.mark.parametrize(("where", "count", "more"), [("c", 5, 0), ("c/{category}", 5, 0), ("search?q=cake", 12, 1)])
def test_lists_ask_as_much_for_a_full_page_as_for_one(stranger, shop, merchant, actor, where, count, more):
    """What has further pages costs no more, but a search notes how much it has found."""
    cakes, asked = services.save_category(name="Cakes", actor=actor), {}
    address = shop + where.format(category=cakes.pk)
    stranger.get(address)
    for number in range(1, SIZE + 2):
        make_product(name=f"Cake {number}", category_id=cakes.pk)
        if number in (1, SIZE, SIZE + 1):
            with CaptureQueriesContext(connection) as captured:
                page = text(stranger.get(address))
            assert len(set(re.findall(r"Cake \d+", page))) == min(number, SIZE)
            asked[number] = len(sql(captured))
    assert asked == {1: count, SIZE: count, SIZE + 1: count + more}


def test_a_product_with_what_the_picker_needs(stranger, shop, merchant):
    sku = stocked(7, price=8800)
    page = text(stranger.get(f"{shop}p/{sku.product_id}"))
    assert "CN¥88.00" in page
    choices = json.loads(re.search(r'<script id="choices"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    assert choices["skus"] == [{"id": sku.pk, "values": [], "left": 7, "price": "CN¥88.00", "picture": ""}]
    written = re.search(r'<script id="structured" type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data, way = json.loads(written[1])
    assert [step["name"] for step in way["itemListElement"]] == [merchant.name, data["name"]]
    assert (data["@type"], data["offers"][0]["price"]) == ("Product", "88.00")


def test_a_product_in_few_statements(stranger, shop, merchant, django_assert_num_queries):
    sku = stocked(7)
    stranger.get(f"{shop}p/{sku.product_id}")
    with django_assert_num_queries(5):  # merchant and scope, all that is shown; and three of the test itself
        stranger.get(f"{shop}p/{sku.product_id}")


def test_a_page_made_before_is_shown_with_what_is_true_now(stranger, shop, merchant, actor):
    sku = stocked(1)
    address = f"{shop}p/{sku.product_id}"
    first, other = text(stranger.get(address)), text(Client(headers={"Accept-Language": "en"}).get(address))
    token = re.compile(r"\b\w{64}\b")
    assert len(token.findall(first)) > 0
    assert set(token.findall(first)).isdisjoint(token.findall(other))
    assert token.sub("", first) == token.sub("", other)
    assert ">Sold out<" not in first
    place((sku, 1))
    assert ">Sold out<" in text(stranger.get(address))
    assert "售罄</p>" in text(stranger.get(address, headers={"Accept-Language": "zh-hans"}))


def test_what_is_sold_out_cannot_be_picked(stranger, shop, merchant):
    page = text(stranger.get(f"{shop}p/{stocked(0).product_id}"))
    assert ">Sold out<" in page
    assert 'data-pick="' not in page


def test_what_is_no_longer_sold_says_so(stranger, shop, merchant, actor):
    sku = stocked(1)
    services.set_state(product_ids=[sku.product_id], state=Product.State.OFF_SALE, actor=actor)
    answer = stranger.get(f"{shop}p/{sku.product_id}")
    assert (answer.status_code, "No longer on sale" in answer.content.decode()) == (410, True)
    services.set_state(product_ids=[sku.product_id], state=Product.State.REMOVED, actor=actor)
    assert stranger.get(f"{shop}p/{sku.product_id}").status_code == 404


def test_a_number_that_no_row_can_have_is_not_looked_for(stranger, shop, merchant, django_assert_num_queries):
    stranger.get(f"{shop}p/1")
    with django_assert_num_queries(8):  # the scope, left, and entered again for the answer; savepoints of the test
        assert stranger.get(f"{shop}p/{2**63}").status_code == 404


@pytest.mark.parametrize("where", ["p/{}", "p/{}/reviews"])
def test_a_product_of_another_brand(stranger, shop, merchant, where):
    other = make_merchant()
    with tenancy.scope(other.pk):
        theirs = make_product()
    assert stranger.get(shop + where.format(theirs.pk)).status_code == 404
    assert access.system(other.pk).merchant_id != merchant.pk


def test_descriptions_carry_no_script(stranger, shop, merchant):
    product = make_product(description="<p>Good</p><script>alert(1)</script><img src=x onerror=alert(1)>")
    page = text(stranger.get(f"{shop}p/{product.pk}"))
    assert "Good" in page
    assert "alert(1)" not in page


def test_the_shop_can_be_installed(stranger, shop, merchant):
    manifest = stranger.get(f"{shop}manifest.webmanifest").json()
    assert (manifest["start_url"], manifest["name"]) == (shop, merchant.name)


def test_the_first_page_is_light(stranger, shop, merchant):
    """What a phone loads before pictures, as our server sends it: compressed where a compressed copy lies beside."""
    for number in range(20):
        make_product(name=f"草莓奶油蛋糕 {number}", subtitle="动物奶油当日现做，提前两小时下单")
    page = text(stranger.get(shop))
    files = {address.split("#")[0] for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page)}
    assert {name.rsplit("/")[-1] for name in files} >= {
        "weui.min.css",
        "shop.css",
        "shop.js",
        "htmx.min.js",
        "icons.svg",
    }
    sizes = {name: _sent(name) for name in files}
    assert sum(sizes.values()) + len(page.encode()) <= 100 * 1024, sizes


def _sent(address: str) -> int:
    file = Path(settings.STATIC_ROOT) / address.removeprefix("/static/")
    compressed = file.with_name(f"{file.name}.gz")
    return (compressed if compressed.exists() else file).stat().st_size
