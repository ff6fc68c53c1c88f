"""The after-sale card of a person's page."""

from __future__ import annotations

import re

from tests.api.pool import make_person, make_store
from tests.console.conftest import text
from tests.factories import aftersale as made
from tests.factories import shop as own
from tests.factories.merchants import make_merchant
from yutang.core import tenancy


def cases_of(merchant, count: int):
    with tenancy.scope(merchant.pk):
        buyer = own.buyer()
        order = made.shipped((own.stocked(20, name="Cheesecake"), 9), identity=buyer)
        return buyer.customer_id, [made.opened(order, (0, 1)) for _ in range(count)]


def test_the_newest_first_a_page_at_a_time(client_for, merchant, django_assert_num_queries):
    person, cases = cases_of(merchant, 7)
    client = client_for(merchant)
    assert f'hx-get="/customers/{person}/aftersale"' in text(client.get(f"/customers/{person}"))
    page = text(client.get(f"/customers/{person}/aftersale"))
    assert re.findall(r'href="/aftersale/(\d+)"', page) == [str(case.pk) for case in reversed(cases[2:])]
    assert "Cheesecake × 1" in page
    more = re.search(r'hx-get="([^"]*cursor[^"]*)"', page)[1]
    assert re.findall(r'href="/aftersale/(\d+)"', text(client.get(more))) == [str(case.pk) for case in cases[1::-1]]
    with django_assert_num_queries(14):
        client.get(f"/customers/{person}/aftersale")


def test_nothing_where_there_is_none(client_for, merchant):
    person = make_person(merchant, node=make_store(merchant))
    assert text(client_for(merchant).get(f"/customers/{person.pk}/aftersale")).strip() == ""


def test_within_reach_only(client_for, merchant):
    person, _ = cases_of(merchant, 1)
    assert client_for(make_merchant()).get(f"/customers/{person}/aftersale").status_code == 404
    guide = client_for(merchant, role="guide")
    assert guide.get(f"/customers/{person}/aftersale").status_code == 403
