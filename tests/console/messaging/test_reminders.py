"""Reminders in the console: settings, whom they would find today, and what one person was told."""

from __future__ import annotations

import pytest

from tests.api.pool import make_person, make_store
from tests.console.conftest import text
from tests.factories import points
from tests.factories.merchants import make_merchant
from yutang.areas.messaging import kinds, services
from yutang.areas.messaging import queries_notices as queries
from yutang.areas.messaging.models import Notice
from yutang.areas.messaging.services import News
from yutang.core import access, clock, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS, TODAY = "/settings/reminders", "/settings/reminders/today"


def entered(**change: str) -> dict[str, str]:
    """The form as it is at the beginning."""
    given = {"hour": "10"}
    for kind in kinds.every():
        given[f"on-{kind.key}"] = "on"
        if kind.days is not None:
            given[f"days-{kind.key}"] = str(kind.days)
    return {name: value for name, value in {**given, **change}.items() if value}


def saved(merchant) -> dict[str, tuple[bool, int | None]]:
    with tenancy.scope(merchant.pk):
        return {one.kind.key: (one.is_on, one.days) for one in queries.settings()}


def test_settings_are_shown_and_saved(client_for, merchant):
    browser = client_for(merchant)
    shown = text(browser.get(SETTINGS))
    for found in ("Points about to expire", "Booking is near", "Level reached", "Written from this hour"):
        assert found in shown
    changed = entered(hour="9", **{"days-points-expiring": "30", "on-level-up": ""})
    assert "Saved." in text(browser.post(SETTINGS, changed, follow=True))
    after = saved(merchant)
    assert (after["points-expiring"], after["level-up"], after["card-ending"]) == ((True, 30), (False, None), (True, 7))
    with tenancy.scope(merchant.pk):
        assert queries.hour() == 9
    assert "Reminders changed" in text(browser.get("/audit"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hour": "24"}, "less than or equal to 23"), ({"hour": ""}, "This field is required."),
        ({"days-points-expiring": "0"}, "greater than or equal to 1"), ({"days-card-ending": "x"}, "whole number"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_said_and_not_stored(client_for, merchant, change, said):
    before = saved(merchant)
    assert said in text(client_for(merchant).post(SETTINGS, entered(**change)), 422)
    assert saved(merchant) == before


def test_whom_it_would_find_today(client_for, merchant):
    people = [make_person(merchant) for _ in range(3)]
    with tenancy.scope(merchant.pk):
        points.terms(expiry="days", expiry_days=10)
        for person in people:
            points.give(person.pk, 10)
    browser = client_for(merchant)
    found = {label: (is_on, count.people) for label, is_on, count in browser.get(TODAY).context["rows"]}
    assert found["Points about to expire"] == (True, 3)
    assert {count for _, count in found.values()} == {0, 3}
    assert "Level reached" not in found  # told when it happens
    browser.post(SETTINGS, entered(**{"days-points-expiring": "5"}))
    found = {label: count.people for label, _, count in browser.get(TODAY).context["rows"]}
    assert found["Points about to expire"] == 0


def test_what_a_person_was_told_stands_on_their_page(client_for, merchant):
    browser = client_for(merchant)
    person = make_person(merchant)
    address = f"/customers/{person.pk}/notices"
    assert address in text(browser.get(f"/customers/{person.pk}"))
    assert "Messages in the shop" not in text(browser.get(address))
    actor = access.system(merchant.pk, "test")
    with tenancy.scope(merchant.pk):
        for number in range(6):
            news = News(person.pk, f"level-up:{number}", {"level": f"Gold {number}"})
            services.notify(kind="level-up", news=[news], actor=actor)
        Notice.objects.filter(key="level-up:5").update(read_at=clock.now())
    shown = text(browser.get(address))
    assert (shown.count("Unread"), shown.count("Read at")) == (4, 1)
    assert "Gold 5 now" in shown
    assert "Gold 0 now" not in shown
    page = browser.get(address).context["page"]
    assert "Gold 0 now" in text(browser.get(f"{address}?cursor={page.next_cursor}"))


def test_for_whom_it_is(client_for, merchant):
    store = make_store(merchant)
    for browser in (client_for(merchant, "store_manager", store), client_for(merchant, "guide", store)):
        for address in (SETTINGS, TODAY):
            assert browser.get(address).status_code == 403
        assert browser.post(SETTINGS, entered()).status_code == 403


def test_another_merchants_person_is_not_there(client_for, merchant):
    person = make_person(make_merchant())
    assert client_for(merchant).get(f"/customers/{person.pk}/notices").status_code == 404
