"""When a store is open, and at which times orders can be fetched there."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.factories.merchants import make_merchant, make_store
from yutang.areas.merchants import queries, services
from yutang.areas.merchants.errors import BadSetting, BeyondOwnRights
from yutang.areas.merchants.models import OpeningHours
from yutang.areas.merchants.queries import Span
from yutang.core import access, tenancy
from yutang.core.models import AuditEntry

MONDAY = date(2026, 11, 23)
NOON = Span(10 * 60, 12 * 60)
BREAK = (Span(9 * 60, 12 * 60), Span(13 * 60 + 30, 15 * 60))
ALL_DAY = {weekday: (Span(0, 1440),) for weekday in range(7)}


@pytest.fixture
def store(merchant):
    return make_store("S1")


def say(store, actor, week=None, days=None):
    services.hours.set_hours(node=store, week=week or {}, days=days or {}, actor=actor)


def local(store, *days, timezone="Asia/Shanghai", **more) -> list[str]:
    """Slots as people read them: 23 09:00-10:00."""
    zone = ZoneInfo(timezone)
    found = queries.slots(store, days, **more)
    return [f"{s.starts.astimezone(zone):%d %H:%M}-{s.ends.astimezone(zone):%H:%M}" for s in found]


@pytest.fixture
def _early():
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC)):
        yield


@pytest.mark.usefixtures("_early")
def test_who_says_nothing_is_open_from_nine_to_nine(store, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = local(store, MONDAY)
    assert (found[0], found[-1], len(found)) == ("23 09:00-10:00", "23 20:00-21:00", 12)


@pytest.mark.usefixtures("_early")
def test_a_week_with_a_break_and_closed_days(store, actor):
    say(store, actor, week={0: BREAK})
    assert local(store, MONDAY, MONDAY + timedelta(days=1)) == [
        "23 09:00-10:00", "23 10:00-11:00", "23 11:00-12:00", "23 13:30-14:30", "23 14:30-15:00",
    ]  # fmt: skip
    assert local(store, MONDAY, minutes=90) == ["23 09:00-10:30", "23 10:30-12:00", "23 13:30-15:00"]


@pytest.mark.usefixtures("_early")
def test_days_that_differ(store, actor):
    say(store, actor, days={MONDAY: (NOON,), date(2026, 11, 24): ()})
    assert not OpeningHours.objects.filter(weekday__isnull=False, opens__isnull=False).exists()
    say(store, actor, week={0: BREAK, 1: BREAK, 2: BREAK}, days={MONDAY: (NOON,), date(2026, 11, 24): ()})
    assert local(store, MONDAY, date(2026, 11, 24)) == ["23 10:00-11:00", "23 11:00-12:00"]
    assert len(local(store, date(2026, 11, 25))) == 5
    say(store, actor, week={0: (NOON,)})  # takes the place of everything
    assert queries.hours(store.pk).days == {}
    assert local(store, MONDAY) == ["23 10:00-11:00", "23 11:00-12:00"]


def test_the_first_slot_leaves_time_to_have_it_ready(store):
    with time_machine.travel(datetime(2026, 11, 23, 11, 30, tzinfo=UTC), tick=False):  # 19:30 in Shanghai
        assert local(store, MONDAY) == ["23 20:00-21:00"]
        assert local(store, MONDAY, lead=timedelta(hours=2)) == []
    with time_machine.travel(datetime(2026, 11, 23, 11, 31, tzinfo=UTC), tick=False):
        assert local(store, MONDAY) == []


# -- clocks that change: in London on 29 March and 25 October 2026 -----------------------------------------------------


@pytest.fixture
def london(db):
    made = make_merchant()
    made.timezone = "Europe/London"
    made.save()
    with tenancy.scope(made.pk), time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC)):
        yield make_store("L1"), access.system(made.pk)


def test_the_same_time_of_day_in_summer_and_winter(london):
    store, _ = london
    winter, summer = queries.slots(store, [date(2026, 3, 28), date(2026, 3, 29)])[::12]
    assert (winter.starts.hour, summer.starts.hour) == (9, 8)  # UTC
    first, last = queries.slots(store, [date(2026, 10, 24), date(2026, 10, 25)])[::12]
    assert (first.starts.hour, last.starts.hour) == (8, 9)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (MONDAY, 24)])
def test_a_day_has_as_many_hours_as_it_has(london, day, hours):
    store, actor = london
    say(store, actor, week=ALL_DAY)
    found = queries.slots(store, [day])
    assert len(found) == hours
    assert all(slot.ends - slot.starts == timedelta(hours=1) for slot in found)
    assert all(before.ends == after.starts for before, after in itertools.pairwise(found))
    assert all(queries.is_open(store.pk, slot.starts, slot.ends) for slot in found)


def test_an_hour_that_does_not_exist_has_no_slot(london):
    store, actor = london
    say(store, actor, week={6: (Span(60, 120), Span(180, 240))})
    assert local(store, date(2026, 3, 29), timezone="Europe/London") == ["29 03:00-04:00"]


# -- asking and saying -------------------------------------------------------------------------------------------------


def test_open_all_the_time_between(store, actor):
    def is_open(starts, ends):
        zone = ZoneInfo("Asia/Shanghai")
        edges = (datetime.fromisoformat(f"2026-11-{edge}").replace(tzinfo=zone) for edge in (starts, ends))
        return queries.is_open(store.pk, *edges)

    say(store, actor, week={0: BREAK})
    assert is_open("23T09:00", "23T10:00")
    assert is_open("23T13:30", "23T15:00")
    assert not is_open("23T11:30", "23T13:30")
    assert not is_open("23T14:30", "23T15:30")
    assert not is_open("24T09:00", "24T10:00")
    assert not is_open("23T10:00", "23T10:00")
    assert not is_open("23T10:00", "23T09:00")
    services.nodes.deactivate(node=store, actor=actor)
    assert not is_open("23T09:00", "23T10:00")
    assert not queries.is_open(10**9, datetime.now(UTC), datetime.now(UTC))


@pytest.mark.parametrize(
    ("week", "days"),
    [
        ({0: (Span(600, 600),)}, {}), ({0: (Span(700, 600),)}, {}), ({0: (Span(0, 1441),)}, {}),
        ({0: (Span(-1, 60),)}, {}), ({0: (Span(600, 720), Span(660, 780))}, {}), ({7: ()}, {}),
        ({}, {MONDAY: (Span(720, 780), Span(600, 660))}),
    ],
)  # fmt: skip
def test_what_are_no_hours(store, actor, week, days):
    say(store, actor, week={0: (NOON,)})
    with pytest.raises(BadSetting):
        say(store, actor, week=week, days=days)
    assert queries.hours(store.pk).on_weekday(0) == [NOON]


def test_is_audited(store, actor):
    say(store, actor, week={0: BREAK}, days={MONDAY: ()})
    detail = AuditEntry.objects.get(action="nodes.hours").detail
    assert detail["week"] == [["09:00–12:00", "13:30–15:00"], [], [], [], [], [], []]
    assert (detail["code"], detail["days"]) == ("S1", {"2026-11-23": []})


def test_only_who_may_change_the_store(store, merchant):
    elsewhere = access.Actor("user", 1, "x", merchant.pk, {"settings.edit": frozenset({store.pk + 1000})})
    with pytest.raises(BeyondOwnRights):
        say(store, elsewhere, week={0: BREAK})
    assert not OpeningHours.objects.exists()
