"""What a person did, on the page of the person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.console.conftest import text
from tests.factories.customers import make_customer
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from yutang.core import clock, tenancy

PHONE = {"kind": "phone", "value": "13800138000"}


@pytest.fixture
def person(merchant):
    found = make_customer(phone="+8613800138000")
    at = [(clock.now() - timedelta(minutes=90 - n)).isoformat() for n in range(60)]
    record(*(event(visitor="browser-1", page=f"/page-{n:02}", occurred_at=at[n]) for n in range(45)))
    record(event(visitor="browser-1", kind="search", properties={"query": "oolong"}, identity=PHONE))
    link()
    return found


def test_the_page_shows_the_newest(client_for, merchant, person):
    page = text(client_for(merchant).get(f"/customers/{person.pk}"))
    assert "oolong" in page
    assert "/page-44" in page
    assert "/page-10" not in page


def test_one_kind(client_for, merchant, person):
    listed = text(client_for(merchant).get(f"/customers/{person.pk}/interactions?kind=search"))
    assert "oolong" in listed
    assert "/page-" not in listed
    assert "/page-" not in text(client_for(merchant).get(f"/customers/{person.pk}/interactions?kind=cart"))


def test_pages_cost_a_fixed_number_of_queries(client_for, merchant, person, django_assert_num_queries):
    client = client_for(merchant)
    address, seen = f"/customers/{person.pk}/interactions", []
    client.get(address)
    while address:
        with django_assert_num_queries(10):
            listed = text(client.get(address))
        seen += re.findall(r"/page-\d\d", listed)
        following = re.findall(r'hx-get="([^"]+cursor=[^"]+)"[^>]*>[^<]*Next|hx-get="([^"]+cursor=[^"]+)"', listed)
        last = [one or other for one, other in following][-1:] if "chevron-right" in listed else []
        address = last[0].replace("&amp;", "&") if last else ""
    assert seen == [f"/page-{n:02}" for n in reversed(range(45))]


def test_not_of_another_merchant(client_for, person):
    other = make_merchant()
    with tenancy.scope(other.pk):
        assert client_for(other).get(f"/customers/{person.pk}/interactions").status_code == 404
