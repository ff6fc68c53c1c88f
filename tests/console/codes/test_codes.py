"""The pages of channel codes: making, counting, printing, and who may."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.api.pool import make_order, make_person, make_store
from tests.console.conftest import text
from tests.factories.codes import make_code
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from yutang.areas.analytics import queries as analytics
from yutang.areas.interactions import arrivals
from yutang.areas.interactions.models import Code
from yutang.areas.segments import queries as segments
from yutang.core import access, clock, tenancy
from yutang.core.models import AuditEntry
from yutang.lake import writer

in_lake = pytest.mark.filterwarnings("ignore:Delete operation did not match any records")
FORM = {"kind": "guide", "name": "Lily", "holder": "G-07", "target": "https://shop.example.com/"}


@pytest.fixture
def shop(db):
    return make_merchant()


def test_make_change_and_archive(client_for, shop):
    store = make_store(shop, "S9")
    client = client_for(shop)
    answer = client.post("/codes/new", {**FORM, "node": store.pk})
    with tenancy.scope(shop.pk):
        made = Code.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/codes/{made.pk}")
    client.post(f"/codes/{made.pk}/edit", {**FORM, "node": store.pk, "name": "Rose"})
    client.post(f"/codes/{made.pk}/archive")
    client.get("/account")  # shows the messages, which name the code too
    with tenancy.scope(shop.pk):
        after = Code.objects.get()
        log = list(AuditEntry.objects.filter(object_type="code").order_by("id").values_list("action", flat=True))
    assert (after.name, after.slug, after.archived_at is None) == ("Rose", made.slug, False)
    assert log == ["codes.create", "codes.change", "codes.archive"]
    assert "Rose" not in text(client.get("/codes"))
    assert "Rose" in text(client.get("/codes?state=archived"))
    client.post(f"/codes/{made.pk}/restore")
    assert "Rose" in text(client.get("/codes"))


def test_a_wrong_target_stands_beside_its_field(client_for, shop):
    store = make_store(shop, "S9")
    answer = client_for(shop).post("/codes/new", {**FORM, "node": store.pk, "target": "http://evil.example.com"})
    assert "begins with https://" in text(answer, 422)
    with tenancy.scope(shop.pk):
        assert not Code.objects.exists()


def test_who_may(client_for, shop):
    mine, other = make_store(shop, "S1"), make_store(shop, "S2")
    with tenancy.scope(shop.pk):
        near, far = make_code(node=mine, name="Near"), make_code(node=other, name="Far")
    manager = client_for(shop, "store_manager", mine)
    listed = text(manager.get("/codes"))
    assert ("Near" in listed, "Far" in listed) == (True, False)
    assert manager.get(f"/codes/{far.pk}").status_code == 404
    assert manager.get(f"/codes/{far.pk}/picture.svg").status_code == 404
    assert manager.post(f"/codes/{far.pk}/archive").status_code == 404
    assert manager.post("/codes/new", {**FORM, "node": other.pk}).status_code == 422
    sheet = text(manager.get(f"/codes/sheet?ids={near.pk}&ids={far.pk}"))
    assert ("Near" in sheet, "Far" in sheet) == (True, False)
    assert client_for(shop, "service").get("/codes").status_code == 403


def test_pictures_hold_the_link(client_for, shop):
    with tenancy.scope(shop.pk):
        code = make_code()
    client = client_for(shop)
    assert client.get(f"/codes/{code.pk}/picture.png").content.startswith(b"\x89PNG")
    assert b"<svg" in client.get(f"/codes/{code.pk}/picture.svg").content
    assert client.get(f"/codes/{code.pk}/picture.exe").status_code == 404
    assert f"http://testserver/q/{code.slug}" in text(client.get(f"/codes/{code.pk}"))


def test_the_list_costs_a_fixed_number_of_queries(client_for, shop, django_assert_num_queries):
    client = client_for(shop)
    with tenancy.scope(shop.pk):
        for _ in range(60):
            make_code()
    client.get("/codes")
    with django_assert_num_queries(16):
        assert text(client.get("/codes")).count("data-href") == 50


@pytest.fixture
def busy(transactional_db):
    """Two codes: A brought Ann (bought before and after) and Ben (never bought); Ann came again by B."""
    shop = make_merchant()
    ann, ben = make_person(shop, phone="+8613800138000"), make_person(shop, phone="+8613800138001")
    today = clock.now()
    make_order(shop, ann, amounts=(700,))
    make_order(shop, ann, amounts=(5000, -1000), ordered_at=today, paid_at=today)
    with tenancy.scope(shop.pk):
        a, b = make_code(name="A", kind="store"), make_code(name="B", kind="ad")

        def scan(code, visitor, hours):
            at = (clock.now() - timedelta(hours=hours)).isoformat()
            return event(kind="scan", source=arrivals.source(code.slug), properties={"code": code.slug},
                         visitor=visitor, occurred_at=at)  # fmt: skip

        record(scan(a, "browser-1", 30), scan(b, "browser-1", 28), scan(a, "browser-2", 29), scan(a, "stranger", 29))
        record(
            event(visitor="browser-1", identity={"kind": "phone", "value": "13800138000"}),
            event(visitor="browser-2", identity={"kind": "phone", "value": "13800138001"}),
        )
        while link():
            pass
    writer.run()
    return shop, a, b, ann, ben


@in_lake
def test_what_codes_brought(busy):
    shop, a, b, _, _ = busy
    with tenancy.scope(shop.pk):
        asked = [(code.pk, arrivals.source(code.slug)) for code in (a, b)]
        first, latest = (analytics.code_figures(asked, by=by) for by in ("first", "latest"))
    assert first == {a.pk: analytics.CodeFigures(3, 2, 1, 4000), b.pk: analytics.CodeFigures(1)}
    assert latest == {a.pk: analytics.CodeFigures(3, 1, 0, 0), b.pk: analytics.CodeFigures(1, 1, 1, 4000)}


@in_lake
def test_pages_show_them(busy, client_for):
    shop, a, _, ann, _ = busy
    client = client_for(shop)
    listed = text(client.get("/codes"))
    assert "Scans 3 · people 2 · buyers 1" in listed
    shown = text(client.get(f"/codes/{a.pk}"))
    assert "¥40.00" in shown
    people = re.search(r'href="(/segments/people\?rule=[^"]+)"', shown)[1]
    assert "#" + str(ann.pk) in text(client.get(people))
    page = text(client.get(f"/customers/{ann.pk}"))
    assert "First came by the code “A” (Store)." in page
    assert "Came last by the code “B” (Advertisement)." in page


@in_lake
def test_segments_ask_for_them(busy):
    shop, a, b, _, _ = busy
    with tenancy.scope(shop.pk):
        actor = access.system(shop.pk)

        def people(attr, code):
            return segments.count({"attr": attr, "op": "in", "value": [code.pk]}, actor=actor).people

        found = [people(f"interactions.{attr}", code) for attr in ("first_code", "latest_code") for code in (a, b)]
    assert found == [2, 0, 1, 1]


@in_lake
def test_scans_by_day(busy):
    shop, a, _, _, _ = busy
    with tenancy.scope(shop.pk):
        days = analytics.scan_days(arrivals.source(a.slug), days=7)
    assert (len(days), sum(day.scans for day in days)) == (7, 3)


def test_sources_that_are_codes():
    found = [arrivals.slug_of(text) for text in ("https://example.com", "code:", "code:abc", "code:A b")]
    assert found == [None, None, "abc", None]
