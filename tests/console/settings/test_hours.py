from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.factories.merchants import make_merchant
from yutang.areas.merchants import queries, services
from yutang.areas.merchants.models import OpeningHours
from yutang.areas.merchants.queries import Span
from yutang.core import clock

WEEK = {f"hours-week_{weekday}": "9:00-12:00，13:30~21:00" for weekday in range(6)}
CHRISTMAS = date(2035, 12, 25)
GOOD = {**WEEK, "hours-week_6": "", "hours-days": f"{CHRISTMAS} 10:00–24:00\n\n2035-12-26\n"}


@pytest.fixture
def store(merchant, actor):
    return services.add_node(parent=queries.root_node(), kind="store", code="S1", name="Lake store", actor=actor)


@pytest.fixture
def address(store):
    return f"/settings/organisation/{store.pk}/hours"


def test_saved_and_shown_again(client_for, merchant, store, address):
    client = client_for(merchant)
    page = client.get(f"/settings/organisation/{store.pk}").content.decode()
    assert page.count('value="09:00–21:00"') == 7  # what counts until somebody says something else
    assert client.post(address, GOOD)["Location"] == f"/settings/organisation/{store.pk}"
    hours = queries.hours(store.pk)
    assert hours.on_weekday(5) == [Span(540, 720), Span(810, 1260)]
    assert hours.on_weekday(6) == []
    assert hours.days == {CHRISTMAS: [Span(600, 1440)], CHRISTMAS + timedelta(days=1): []}
    page = client.get(f"/settings/organisation/{store.pk}").content.decode()
    assert page.count('value="09:00–12:00, 13:30–21:00"') == 6
    assert f"{CHRISTMAS} 10:00–24:00\n2035-12-26" in page.replace("\r\n", "\n")


def test_days_that_are_over_are_not_shown(client_for, merchant, store, actor):
    today = clock.today(merchant.timezone)
    services.hours.set_hours(node=store, week={}, days={today: (), today - timedelta(days=1): ()}, actor=actor)
    page = client_for(merchant).get(f"/settings/organisation/{store.pk}").content.decode()
    assert f"{today}" in page
    assert f"{today - timedelta(days=1)}" not in page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hours-week_0": "nine to five"}, "Write hours like 09:00-12:00, 13:30-21:00: nine to five"),
        ({"hours-week_0": "9:00-12:60"}, "Write hours like"),
        ({"hours-week_0": "21:00-09:00"}, "21:00–09:00 cannot be used for Opening hours"),
        ({"hours-week_0": "9:00-25:00"}, "cannot be used for Opening hours"),
        ({"hours-week_0": "9:00-12:00, 11:00-13:00"}, "cannot be used for Opening hours"),
        ({"hours-days": "25.12.2035 10:00-12:00"}, "Write the day like 2026-10-01: 25.12.2035 10:00-12:00"),
        ({"hours-days": "2035-12-25 closed"}, "Write hours like"),
    ],
)
def test_refuses(client_for, merchant, address, change, message):
    response = client_for(merchant).post(address, {**GOOD, **change})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not OpeningHours.objects.exists()


def test_a_region_has_no_hours_and_the_headquarters_has(client_for, merchant, actor):
    root = queries.root_node()
    east = services.add_node(parent=root, kind="region", code="E", name="East", actor=actor)
    client = client_for(merchant)
    assert "Opening hours" not in client.get(f"/settings/organisation/{east.pk}").content.decode()
    assert "Opening hours" in client.get(f"/settings/organisation/{root.pk}").content.decode()


def test_only_posted_and_only_by_who_may(client_for, merchant, address):
    assert client_for(merchant).get(address).status_code == 405
    assert client_for(merchant, role="guide").post(address, GOOD).status_code == 403
    assert client_for(make_merchant()).post(address, GOOD).status_code == 404
    assert not OpeningHours.objects.exists()
