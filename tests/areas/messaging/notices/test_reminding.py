"""The day's reminders: when they begin, chunk by chunk, once a day, after a kill, in each merchant's own zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.factories import points
from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from yutang.areas.customers import services as customers
from yutang.areas.messaging import queries_notices as queries
from yutang.areas.messaging import services, tasks
from yutang.areas.messaging.models import Notice, ReminderRun
from yutang.core import access, tenancy
from yutang.core.errors import Invalid, NotAllowed
from yutang.core.models import AuditEntry

SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"
KIND = "points-expiring"


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.fixture
def clock():
    """`clock("2026-12-20 10:00")`: the time in Shanghai; it stands still."""
    with time_machine.travel(at("2026-12-20 10:00"), tick=False) as traveller:
        yield lambda text, zone=SHANGHAI: traveller.move_to(at(text, zone))


@pytest.fixture
def only_points(clock, merchant, actor):
    """Points that end with the year, and nothing else to tell."""
    points.terms(expiry="year", expiry_years=0)
    others = {one.kind.key: (False, one.days) for one in queries.settings() if one.kind.key != KIND}
    services.save_reminders(hour=10, rules=others, actor=actor)
    return clock


def run(actor, chunk: int = 2_000) -> int:
    """Everything that is to do now; how many chunks that took."""
    chunks = 0
    while services.remind_next(actor=actor, chunk=chunk):
        chunks += 1
    return chunks


def told() -> list[tuple[int, dict]]:
    return list(Notice.objects.order_by("customer_id", "id").values_list("customer_id", "figures"))


def people(count: int, worth: int = 10) -> list[int]:
    made = [make_customer().pk for _ in range(count)]
    for person in made:
        points.give(person, worth)
    return made


def test_from_the_hour_on_once_a_day(only_points, actor):
    (person,) = people(1, 120)
    only_points("2026-12-20 09:59")
    assert run(actor) == 0
    only_points("2026-12-20 10:00")
    assert run(actor) == 2  # one with the person, one that finds nobody
    assert told() == [(person, {"points": 120, "on": "2026-12-31"})]
    assert run(actor) == 0
    only_points("2026-12-21 10:00")
    assert run(actor) == 2
    assert len(told()) == 1
    done = ReminderRun.objects.order_by("day").values_list("kind", "seen", "told")
    assert list(done) == [(KIND, 1, 1), (KIND, 1, 0)]


def test_another_hour(only_points, actor):
    people(1)
    services.save_reminders(hour=14, rules={}, actor=actor)
    only_points("2026-12-20 13:59")
    assert run(actor) == 0
    only_points("2026-12-20 14:00")
    assert run(actor) == 2


def test_so_many_days_before_in_the_merchants_own_days(only_points, actor):
    people(1)
    only_points("2026-12-15 23:59")
    run(actor)
    assert told() == []
    only_points("2026-12-16 10:00")
    run(actor)
    assert len(told()) == 1


def test_chunks_cost_the_same_however_many_people(only_points, actor, django_assert_num_queries):
    people(12)
    services.remind_next(actor=actor, chunk=1)
    with django_assert_num_queries(13):  # scope, merchant, hour, rules, runs; the people; where it stands
        services.remind_next(actor=actor, chunk=1)
    with django_assert_num_queries(13):
        services.remind_next(actor=actor, chunk=2_000)
    assert len(told()) == 12


def test_killed_between_chunks_it_goes_on(only_points, actor, monkeypatch):
    """And in the middle of one: what the chunk wrote goes with it."""
    everybody = people(7)
    assert services.remind_next(actor=actor, chunk=3)
    assert len(told()) == 3

    def killed(*_args, **_values):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ReminderRun, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            services.remind_next(actor=actor, chunk=3)
    assert len(told()) == 3
    assert run(actor, chunk=3) == 3
    assert [person for person, _ in told()] == sorted(everybody)
    run_ = ReminderRun.objects.get()
    assert (run_.seen, run_.told, run_.finished_at is not None) == (7, 7, True)


def test_begun_anew_nobody_is_told_twice(only_points, actor):
    people(5)
    run(actor)
    ReminderRun.objects.all().delete()
    assert run(actor) == 2
    assert len(told()) == 5


def test_merged_people_are_told_once_together(only_points, actor):
    one, two, three = people(3)
    services.remind_next(actor=actor, chunk=1)
    assert [person for person, _ in told()] == [one]
    customers.merge(survivor_id=two, absorbed_id=one, evidence=[], actor=actor)
    run(actor)
    assert told() == [(two, {"points": 10, "on": "2026-12-31"}), (three, {"points": 10, "on": "2026-12-31"})]


def test_who_was_merged_before_is_told_the_sum(only_points, actor):
    one, two = people(2)
    customers.merge(survivor_id=two, absorbed_id=one, evidence=[], actor=actor)
    run(actor)
    assert told() == [(two, {"points": 20, "on": "2026-12-31"})]


def test_a_kind_that_is_off_is_not_looked_for(only_points, actor):
    people(1)
    services.save_reminders(hour=10, rules={KIND: (False, 15)}, actor=actor)
    assert run(actor) == 0
    services.save_reminders(hour=10, rules={KIND: (True, 15)}, actor=actor)
    assert run(actor) == 2


@pytest.mark.django_db(transaction=True)
def test_half_past_eleven_in_shanghai_and_in_new_york(clock):
    """Both give points to the end of the year: each merchant's sixteenth, at its own ten o'clock."""
    shops = {}
    clock("2026-12-10 12:00")
    for zone in (SHANGHAI, NEW_YORK):
        made = make_merchant(timezone=zone)
        with tenancy.scope(made.pk):
            points.terms(expiry="year", expiry_years=0)
            people(1)
        shops[zone] = made.pk

    def written() -> dict[str, list[str]]:
        tasks.remind_all(0)
        found = {}
        for zone, merchant_id in shops.items():
            with tenancy.scope(merchant_id):
                found[zone] = [figures["on"] for _, figures in told()]
        return found

    clock("2026-12-15 23:30")  # New York: 10:30 on the 15th
    assert written() == {SHANGHAI: [], NEW_YORK: []}
    clock("2026-12-16 09:59")  # New York: 20:59 on the 15th
    assert written() == {SHANGHAI: [], NEW_YORK: []}
    clock("2026-12-16 10:00")
    assert written() == {SHANGHAI: ["2026-12-31"], NEW_YORK: []}
    clock("2026-12-16 22:59")  # New York: 09:59 on the 16th
    assert written() == {SHANGHAI: ["2026-12-31"], NEW_YORK: []}
    clock("2026-12-16 23:30")
    assert written() == {SHANGHAI: ["2026-12-31"], NEW_YORK: ["2026-12-31"]}


# -- what the merchant decides -----------------------------------------------------------------------------------------


def test_decisions_are_audited_and_the_preview_counts_people(only_points, actor):
    people(3)
    services.save_reminders(hour=9, rules={KIND: (True, 5)}, actor=actor)
    services.save_reminders(hour=9, rules={KIND: (True, 5)}, actor=actor)
    entry = AuditEntry.objects.filter(action="messaging.save_reminders").order_by("-id")[0]
    assert AuditEntry.objects.filter(action="messaging.save_reminders").count() == 2
    assert (entry.detail["before"]["kinds"][KIND], entry.detail["after"]["kinds"][KIND]) == (
        {"is_on": True, "days": 15}, {"is_on": True, "days": 5},
    )  # fmt: skip
    assert (entry.detail["before"]["hour"], entry.detail["after"]["hour"], queries.hour()) == (10, 9, 9)
    mine = [one for one in queries.settings() if one.kind.key == KIND]
    assert queries.preview(mine, actor=actor)[KIND] == queries.Preview(0, False)  # eleven days are left
    services.save_reminders(hour=9, rules={KIND: (True, 11)}, actor=actor)
    mine = [one for one in queries.settings() if one.kind.key == KIND]
    assert queries.preview(mine, actor=actor)[KIND] == queries.Preview(3, False)
    run(actor)
    assert queries.preview(mine, actor=actor)[KIND] == queries.Preview(0, False)


def test_the_preview_looks_at_no_more_than_it_says(only_points, actor, monkeypatch):
    people(3)
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    mine = [one for one in queries.settings() if one.kind.key == KIND]
    assert queries.preview(mine, actor=actor)[KIND] == queries.Preview(2, True)


@pytest.mark.parametrize(
    ("hour", "rules", "field"),
    [
        (24, {}, "hour"), (-1, {}, "hour"), (10, {KIND: (True, 0)}, f"days-{KIND}"),
        (10, {KIND: (True, 91)}, f"days-{KIND}"), (10, {KIND: (True, None)}, f"days-{KIND}"),
        (10, {"gone": (True, 1)}, "kind"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(actor, hour, rules, field):
    with pytest.raises(Invalid) as refused:
        services.save_reminders(hour=hour, rules=rules, actor=actor)
    assert refused.value.field == field
    assert queries.hour() == 10


def test_for_those_whose_permission_reaches_the_whole_company(merchant):
    for grants in ({}, {"messaging.setup": frozenset({1})}):
        somebody = access.Actor("user", 1, "Lin", merchant.pk, grants=grants)
        with pytest.raises(NotAllowed):
            services.save_reminders(hour=9, rules={}, actor=somebody)
        with pytest.raises(NotAllowed):
            queries.preview([], actor=somebody)
