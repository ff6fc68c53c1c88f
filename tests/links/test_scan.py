"""What a phone gets that scans a code, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.factories.codes import make_code
from tests.factories.customers import make_customer
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from yutang.areas.customers import merging
from yutang.areas.customers.models import Customer
from yutang.areas.interactions import arrivals, codes
from yutang.areas.interactions import queries as interactions
from yutang.areas.interactions.models import Interaction, Visitor
from yutang.core import access, clock, tenancy
from yutang.core.errors import Invalid

PHONE = {"kind": "phone", "value": "13800138000"}
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) MicroMessenger/8.0"


@pytest.fixture
def shop(db):
    return make_merchant()


@pytest.fixture
def phone():
    return Client(headers={"User-Agent": BROWSER, "Accept-Language": "en"})


@pytest.fixture
def code(shop):
    with tenancy.scope(shop.pk):
        return make_code()


def scans(shop) -> list[Interaction]:
    with tenancy.scope(shop.pk):
        return list(Interaction.objects.filter(kind="scan").order_by("id"))


def test_a_scan_is_recorded_and_leads_on(shop, phone, code):
    answer = phone.get(f"/q/{code.slug}")
    visitor = answer.cookies["yt_visitor"].value
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"https://shop.example.com/tea?from=poster&yt_code={code.slug}.{visitor}"
    [scan] = scans(shop)
    assert (scan.source, scan.properties) == (f"code:{code.slug}", {"code": code.slug})
    assert answer.cookies["yt_visitor"]["httponly"]
    with tenancy.scope(shop.pk):
        kept = Visitor.objects.get(pk=scan.visitor_id)
    assert (kept.key, kept.first_code_id, kept.latest_code_id) == (visitor, code.pk, code.pk)
    phone.get(f"/q/{code.slug}")
    assert [row.visitor_id for row in scans(shop)] == [scan.visitor_id] * 2


def test_a_repeated_request_is_one_scan(shop, phone, code):
    for _ in range(2):
        assert phone.get(f"/q/{code.slug}", headers={"X-Request-ID": "edge-0001"}).status_code == 302
    assert len(scans(shop)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
    ],
)
def test_programs_are_led_on_uncounted(shop, phone, code, headers):
    answer = phone.get(f"/q/{code.slug}", headers=headers)
    assert answer.headers["Location"].endswith(f"yt_code={code.slug}")
    assert not answer.cookies
    assert scans(shop) == []


def test_who_does_not_want_to_be_followed_is_only_counted(shop, phone, code):
    answer = phone.get(f"/q/{code.slug}", headers={"Sec-GPC": "1"})
    assert not answer.cookies
    [scan] = scans(shop)
    assert scan.visitor_id is None


def test_unknown_and_archived(shop, phone, code):
    unknown = phone.get("/q/nothing")
    assert (unknown.status_code, "does not exist" in unknown.content.decode()) == (404, True)
    with tenancy.scope(shop.pk):
        codes.archive(code_id=code.pk, actor=access.system(shop.pk))
    gone = phone.get(f"/q/{code.slug}")
    assert (gone.status_code, "no longer in use" in gone.content.decode()) == (410, True)
    assert phone.post(f"/q/{code.slug}").status_code == 405
    assert scans(shop) == []


def test_a_scan_costs_a_fixed_number_of_queries(shop, phone, code, django_assert_num_queries):
    phone.get(f"/q/{code.slug}")
    with django_assert_num_queries(18):
        phone.get(f"/q/{code.slug}")


@pytest.mark.parametrize("target", ["/customers", "http://localhost/x", "https://shop.example.com/a?b=c#d"])
def test_targets_that_may_be(target):
    assert codes.is_safe(target)


@pytest.mark.parametrize(
    "target",
    ["", "//evil.example.com", "http://evil.example.com", "javascript:alert(1)", "https:evil", "/\\evil.example.com",
     "https://shop.example.com@evil.example.com/", "https://", "tea", "https://a b.com", "data:text/html,x", "https://a\nb.com"],
)  # fmt: skip
def test_targets_that_may_not_be(target, shop):
    assert not codes.is_safe(target)
    with tenancy.scope(shop.pk), pytest.raises(Invalid) as refused:
        make_code(target=target)
    assert refused.value.field == "target"


def came(*, code, minutes: int, **more):
    at = (clock.now() - timedelta(minutes=minutes)).isoformat()
    return event(source=arrivals.source(code.slug), occurred_at=at, **more)


def test_first_and_latest_follow_the_person_through_merges(shop):
    with tenancy.scope(shop.pk):
        actor = access.system(shop.pk)
        early, middle, late = make_code(), make_code(), make_code()
        # Out of order, on two browsers, the second recognised later as somebody else.
        record(came(code=middle, minutes=20, visitor="browser-1"), came(code=late, minutes=10, visitor="browser-1"))
        record(came(code=early, minutes=30, visitor="browser-2"), event(source="code:unknown", visitor="browser-1"))
        record(event(visitor="browser-1", identity=PHONE))
        record(event(visitor="browser-2", identity={"kind": "phone", "value": "13800138001"}))
        while link():
            pass
        one, two = (make_customer(phone=f"+861380013800{n}") for n in (0, 1))

        def known(person):
            found = arrivals.of_visitors(interactions.visitors(person.pk))
            return found and (found.first.pk, found.latest.pk)

        assert (known(one), known(two)) == ((middle.pk, late.pk), (early.pk, early.pk))
        merged = merging.merge(survivor_id=one.pk, absorbed_id=two.pk, evidence=[], actor=actor)
        assert (known(one), known(two)) == ((early.pk, late.pk), None)
        merging.unmerge(merge_id=merged.pk, actor=actor)
        assert (known(one), known(two)) == ((middle.pk, late.pk), (early.pk, early.pk))


def test_another_merchants_code_is_only_text(shop, code):
    other = make_merchant()
    with tenancy.scope(other.pk):
        record(event(visitor="browser-1", source=arrivals.source(code.slug)))
        assert Visitor.objects.get().first_code_id is None


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("https://s.example.com/search?q=%C4%E3%BA%C3", "q=%C4%E3%BA%C3"),  # GBK, as older shops write it
        ("https://s.example.com/?page;mode=1&empty=", "page;mode=1&empty="),
        ("/shop?x=a+b%20c&yt_code=old", "x=a+b%20c"),
    ],
)
def test_the_query_of_the_target_arrives_as_it_was_written(shop, target, kept):
    with tenancy.scope(shop.pk):
        made = make_code(target=target)
    assert codes.destination(made) == f"{target.partition('?')[0]}?{kept}&yt_code={made.slug}"


@pytest.mark.parametrize("target", ["https://[abc", "https://[::1", "//[", "javascript:alert(1)"])
def test_what_is_no_address_is_refused(shop, target):
    with tenancy.scope(shop.pk):
        with pytest.raises(Invalid) as refused:
            make_code(target=target)
        assert refused.value.field == "target"


def test_no_code_belongs_to_somebody_erased(shop):
    with tenancy.scope(shop.pk):
        person = make_customer()
        Customer.objects.filter(pk=person.pk).update(erased_at=clock.now())
        with pytest.raises(Invalid) as refused:
            make_code(customer_id=person.pk)
        assert refused.value.field == "customer"
