"""Pages that the brand has made, as shoppers see them."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta

import pytest
import time_machine

from tests.areas.decoration.test_pages import notice, segment_of
from tests.console.conftest import text
from tests.factories import decoration as made
from tests.factories.catalog import make_picture_file, make_product
from tests.factories.merchants import make_merchant, make_store
from tests.shop.test_browse import _sent
from yutang.areas.catalog import services as catalog
from yutang.areas.decoration import queries, services
from yutang.areas.interactions.models import Interaction
from yutang.core import clock, tenancy


def test_the_home_page_is_the_brands_own(stranger, shop, merchant, actor):
    cake = make_product(name="草莓蛋糕")
    catalog.add_picture(product_id=cake.pk, content=make_picture_file(), actor=actor)
    picture = made.picture(750, 400)
    made.published(
        made.home(),
        made.block("banner", slides=[{"picture": picture, "link": {"to": "product", "value": str(cake.pk)}}]),
        made.block("grid", cells=[{"text": "Search me", "link": {"to": "search", "value": "蛋糕"}}]),
        made.block("products", title="Ours", products=[cake.pk]),
        made.block("countdown", title="Soon over", until=(clock.now() + timedelta(hours=49)).isoformat()),
        made.block("rich", html="<h2>Welcome</h2>"), made.block("spacer", height=40),
        made.block("notice", text="Closed on Monday", link={"to": "stores"}),
    )  # fmt: skip
    page = text(stranger.get(shop))
    image = f"/media/{merchant.pk}/{picture['digest']}-800.webp"
    assert f'href="{shop}p/{cake.pk}"><img src="{image}" width="750"' in page
    assert re.search(r'data-part="days">2<', page)
    for words in ("Ours", "草莓蛋糕", "<h2>Welcome</h2>", "height: 40px", "search?q=%E8%9B%8B%E7%B3%95"):
        assert words in page
    assert f'href="{shop}stores"' in page
    assert all('width="' in image and 'height="' in image for image in re.findall(r"<img[^>]*>", page))


def test_a_topic_page_has_a_clean_address(stranger, shop, merchant):
    page = made.topic("sale", "双十一", share_text="一年一次")
    assert stranger.get(f"{shop}p/sale/").status_code == 404  # not published yet
    made.published(page, notice("Hello"))
    shown = text(stranger.get(f"{shop}p/sale/", {"from": "wechat"}))
    here = f"http://testserver{shop}p/sale/"
    for tag in (
        f'<link rel="canonical" href="{here}">', '<meta property="og:title" content="双十一">',
        '<meta property="og:description" content="一年一次">', f'<meta property="og:url" content="{here}">',
        f'<meta property="og:image" content="{here}poster.jpg">',
    ):  # fmt: skip
        assert tag in shown
    (way,) = re.findall(r'<script id="structured" type="application/ld\+json">(.*?)</script>', shown)
    assert [step["item"] for step in json.loads(way)["itemListElement"]] == [f"http://testserver{shop}", here]
    assert stranger.get(f"{shop}p/none/").status_code == 404


def test_texts_are_texts(stranger, shop, merchant):
    evil = '"><script>alert(1)</script>'
    made.published(
        made.topic("sale", evil, share_title=evil, share_text=evil), notice(evil),
        made.block("grid", cells=[{"text": '"><b>', "link": {"to": "search", "value": evil}}]),
    )  # fmt: skip
    assert "<script>alert" not in text(stranger.get(f"{shop}p/sale/"))


def test_a_film_may_come_from_its_own_server_only(stranger, shop, merchant):
    plain = stranger.get(shop)
    assert "media-src" not in plain.headers["Content-Security-Policy"]
    made.published(
        made.home(), made.block("video", address="https://films.example.com/a/b.mp4?x=1", poster=made.picture())
    )
    answer = stranger.get(shop)
    added = "; media-src 'self' https://films.example.com"
    assert answer.headers["Content-Security-Policy"] == plain.headers["Content-Security-Policy"] + added
    assert 'preload="none"' in text(answer)


def test_segments_see_their_own(stranger, shopper, shop, merchant):
    page = made.home()
    made.published(page, notice("Everybody"))
    segment = segment_of(shopper.identity.customer_id)
    made.published(
        services.add_variant(page_id=page.pk, segment_id=segment.pk, actor=made.actor()), notice("Just for you")
    )  # fmt: skip
    assert "Everybody" in text(stranger.get(shop))
    own = shopper.get(shop)
    assert "Just for you" in text(own)
    assert own.headers["Cache-Control"] == "private, no-cache"
    assert "Just for you" not in text(stranger.get(shop))


def test_few_statements(stranger, shopper, shop, merchant, django_assert_num_queries):
    """The list of everything costs 8 (tests/shop/test_browse.py), 9 with a log-in; three are the test's own."""
    page = made.home()
    products = [make_product().pk for _ in range(6)]
    raw = (made.block("products", products=products), notice("Hello"))
    made.published(page, *raw)
    stranger.get(shop)
    with django_assert_num_queries(7):  # merchant and scope, page, products, covers
        stranger.get(shop)
    segment = segment_of(shopper.identity.customer_id)
    made.published(services.add_variant(page_id=page.pk, segment_id=segment.pk, actor=made.actor()), *raw)
    shopper.get(shop)
    with django_assert_num_queries(10):  # and the log-in, the segments, whether the person may be addressed
        shopper.get(shop)


def test_a_preview_is_framed_by_ourselves_and_recorded_by_nobody(stranger, shop, merchant):
    variant = made.draft(made.general(made.home()), notice("Draft"), made.block("banner"))
    token = queries.preview_token(variant)
    answer = stranger.get(f"{shop}preview/{token}")
    page = text(answer)
    assert "Draft" in page
    assert f'data-block="{variant.draft[0]["id"]}"' in page
    assert "data-seen" not in page
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    other = make_merchant()
    assert stranger.get(f"/s/{other.slug}/preview/{token}").status_code == 404
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert stranger.get(f"{shop}preview/{token}").status_code == 404


def test_other_pages_may_not_be_framed(stranger, shop, merchant):
    made.published(made.home(), notice("Hello"))
    answer = stranger.get(shop)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_looking_at_a_topic_is_recorded(stranger, shop, merchant):
    made.published(made.topic("sale", "双十一"), notice("Hello"))
    page = text(stranger.get(f"{shop}p/sale/"))
    item = re.search(r'data-item="([^"]*)"', page)[1]
    told = {"id": "a" * 32, "page": f"{shop}p/sale/", "item": item, "title": "双十一"}
    assert stranger.post(f"{shop}seen", json.dumps(told), content_type="text/plain").status_code == 204
    seen = Interaction.objects.get()
    assert (seen.kind, seen.item, seen.page) == ("view", "sale", f"{shop}p/sale/")


def test_the_decorated_home_page_is_light(stranger, shop, merchant):
    """As heavy as a brand may make it: forty blocks."""
    products = [make_product(name=f"草莓奶油蛋糕 {n}", subtitle="动物奶油当日现做").pk for n in range(20)]
    made.published(
        made.home(), *(made.block("products", title=f"货架 {n}", products=products) for n in range(20)),
        *(made.block("rich", html=f"<p>{'麦' * 300} {n}</p>") for n in range(20)),
    )  # fmt: skip
    answer = stranger.get(shop, headers={"Accept-Encoding": "gzip"})
    page = text(answer)
    files = {address.split("#")[0] for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page)}
    sizes = {name: _sent(name) for name in files} | {"page": len(gzip.compress(page.encode()))}
    assert sum(sizes.values()) <= 100 * 1024, sizes


@pytest.mark.parametrize("city", ["杭州市", ""])
def test_stores(stranger, shop, merchant, city):
    store = make_store("A1", "浙江省", city)
    page = text(stranger.get(f"{shop}stores"))
    assert store.name in page
    assert "Open today 09:00–21:00" in page


def test_another_brands_pages(stranger, shop, merchant):
    other = make_merchant()
    with tenancy.scope(other.pk):
        made.published(made.topic("theirs"), notice("Theirs"))
    assert stranger.get(f"{shop}p/theirs/").status_code == 404
    assert stranger.get(f"{shop}p/theirs/poster.jpg").status_code == 404
