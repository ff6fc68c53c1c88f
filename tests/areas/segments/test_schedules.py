"""When segments are counted anew: by the merchant's clock, over changes of it, once, and made up for after a stop."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories.merchants import make_merchant
from yutang.areas.merchants import services as merchant_services
from yutang.areas.segments import services, tasks
from yutang.areas.segments.models import Segment
from yutang.areas.segments.schedules import Every, Schedule
from yutang.core import access, tenancy
from yutang.core.errors import Invalid, NotAllowed
from yutang.core.models import AuditEntry

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


def at(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "zone", "now", "expected"),
    [
        (Schedule(Every.DAY, time(4, 30)), SHANGHAI, at(2026, 3, 9, 20, 29), at(2026, 3, 9, 20, 30)),
        (Schedule(Every.DAY, time(4, 30)), SHANGHAI, at(2026, 3, 9, 20, 30), at(2026, 3, 10, 20, 30)),
        (Schedule(Every.WEEK, time(9), 0), SHANGHAI, at(2026, 3, 9, 0, 59), at(2026, 3, 9, 1)),  # a Monday
        (Schedule(Every.WEEK, time(9), 0), SHANGHAI, at(2026, 3, 9, 1), at(2026, 3, 16, 1)),
        (Schedule(Every.HOUR, time(0, 15)), SHANGHAI, at(2026, 3, 9, 1, 14, 59), at(2026, 3, 9, 1, 15)),
        (Schedule(Every.HOUR, time(0, 15)), SHANGHAI, at(2026, 3, 9, 1, 15), at(2026, 3, 9, 2, 15)),
        (Schedule(Every.HOUR, time(0, 0)), ZoneInfo("Asia/Kolkata"), at(2026, 3, 9, 1, 0), at(2026, 3, 9, 1, 30)),
        # 29 March 2026: 02:00 becomes 03:00. 02:30 is an hour's jump later, the next day it is 02:30 again.
        (Schedule(Every.DAY, time(2, 30)), BERLIN, at(2026, 3, 28, 23), at(2026, 3, 29, 1, 30)),
        (Schedule(Every.DAY, time(2, 30)), BERLIN, at(2026, 3, 29, 1, 30), at(2026, 3, 30, 0, 30)),
        # 25 October 2026: 03:00 becomes 02:00, so there are two 02:30: the first counts, and only that.
        (Schedule(Every.DAY, time(2, 30)), BERLIN, at(2026, 10, 24, 12), at(2026, 10, 25, 0, 30)),
        (Schedule(Every.DAY, time(2, 30)), BERLIN, at(2026, 10, 25, 0, 30), at(2026, 10, 26, 1, 30)),
    ],
)
def test_the_next_run(schedule, zone, now, expected):
    assert schedule.next_after(now, zone) == expected


def test_by_hand_only_there_is_no_next_run():
    assert Schedule(Every.NEVER).next_after(at(2026, 3, 9), SHANGHAI) is None


@pytest.fixture
def merchant(transactional_db):
    return make_merchant()


@pytest.fixture
def segment(merchant, time_machine):
    time_machine.move_to(at(2026, 3, 9, 12), tick=False)
    with tenancy.scope(merchant.pk):
        yield services.create(name="a", rule={"all": []}, actor=access.system(merchant.pk))


def waiting(merchant) -> list[int]:
    jobs = ProcrastinateJob.objects.filter(task_name="segments.refresh", status="todo")
    return [job.args["segment_id"] for job in jobs if job.args["merchant_id"] == merchant.pk]


def test_a_new_segment_is_counted_every_night_until_it_is_said_otherwise(merchant, segment, time_machine):
    actor = access.system(merchant.pk)
    assert segment.due_at == at(2026, 3, 9, 20)  # four in the morning in Shanghai
    changed = services.schedule(segment_id=segment.pk, every="week", at="09:15", weekday="2", actor=actor)
    assert changed.due_at == at(2026, 3, 11, 1, 15)
    assert AuditEntry.objects.get(action="segments.schedule").detail == {
        "before": {"every": "day", "at": "04:00", "weekday": 0},
        "after": {"every": "week", "at": "09:15", "weekday": 2},
    }
    assert services.schedule(segment_id=segment.pk, every="never", actor=actor).due_at is None
    time_machine.move_to(at(2027, 1, 1))
    assert services.start_due(merchant_id=merchant.pk) == 0
    assert waiting(merchant) == []


def test_what_is_due_starts_once_and_a_missed_time_is_made_up_for_by_one_run(merchant, segment, time_machine):
    tasks.start_due(timestamp=0)
    assert waiting(merchant) == []
    time_machine.move_to(at(2026, 3, 12, 20, 5), tick=False)  # three nights later
    tasks.start_due(timestamp=0)
    tasks.start_due(timestamp=0)
    assert waiting(merchant) == [segment.pk]
    segment.refresh_from_db()
    assert segment.due_at == at(2026, 3, 13, 20)
    services.archive(segment_id=segment.pk, actor=access.system(merchant.pk))
    time_machine.move_to(at(2026, 3, 14, 20, 5), tick=False)
    assert services.start_due(merchant_id=merchant.pk) == 0


def test_segments_from_before_there_were_schedules_start_and_get_a_time(merchant, segment):
    Segment.objects.update(due_at=None)
    assert services.start_due(merchant_id=merchant.pk) == 1
    segment.refresh_from_db()
    assert segment.due_at == at(2026, 3, 9, 20)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"every": "year"}, "every"), ({"every": "day", "at": "25:00"}, "at"), ({"every": "day", "at": ""}, "at"),
        ({"every": "week", "at": "04:00", "weekday": "7"}, "weekday"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(merchant, segment, values, field):
    with pytest.raises(Invalid) as refused:
        services.schedule(segment_id=segment.pk, actor=access.system(merchant.pk), **values)
    assert refused.value.field == field
    segment.refresh_from_db()
    assert (segment.every, segment.due_at) == ("day", at(2026, 3, 9, 20))


def test_a_store_schedules_its_own_segments_only(merchant, segment):
    actor = access.system(merchant.pk)
    store = merchant_services.add_node(parent=segment.node, kind="store", code="S", name="S", actor=actor)
    grants = dict.fromkeys(("segments.view", "segments.edit"), frozenset({store.pk}))
    manager = access.Actor(kind="user", id=1, name="m", merchant_id=merchant.pk, grants=grants)
    with pytest.raises(NotAllowed):
        services.schedule(segment_id=segment.pk, every="never", actor=manager)
