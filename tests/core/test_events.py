from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from yutang.core import events, jobs
from yutang.core.models import Event, EventHandling


@dataclass(frozen=True, kw_only=True)
class SomethingHappened(events.DomainEvent):
    name = "tests.something_happened"
    number: int


@pytest.fixture
def handled(monkeypatch):
    seen: list[int] = []
    monkeypatch.setitem(
        events.HANDLERS, SomethingHappened.name, {"tests.note": lambda event: seen.append(event.number)}
    )
    return seen


def waiting() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


def test_an_event_and_its_job_are_written_with_the_data(merchant, handled):
    events.publish(SomethingHappened(merchant_id=merchant.pk, number=5))
    event = Event.objects.get()
    assert event.payload == {"merchant_id": merchant.pk, "number": 5}
    assert [name for name, _ in waiting()] == ["core.handle_event"]


def test_a_rollback_takes_event_and_job_back(merchant, handled):
    with transaction.atomic():
        events.publish(SomethingHappened(merchant_id=merchant.pk, number=5))
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    assert waiting() == []


def test_a_handler_acts_once_however_often_its_job_runs(merchant, handled):
    events.publish(SomethingHappened(merchant_id=merchant.pk, number=5))
    call = {"merchant_id": merchant.pk, "event_id": Event.objects.get().pk, "handler": "tests.note"}
    assert events.handle(**call) is True
    assert events.handle(**call) is False
    assert handled == [5]


def test_a_handler_that_fails_is_not_marked_as_done(merchant, monkeypatch):
    def fail(_event) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(events.HANDLERS, SomethingHappened.name, {"tests.fail": fail})
    events.publish(SomethingHappened(merchant_id=merchant.pk, number=5))
    call = {"merchant_id": merchant.pk, "event_id": Event.objects.get().pk, "handler": "tests.fail"}
    with pytest.raises(ZeroDivisionError):
        events.handle(**call)
    assert not EventHandling.objects.exists()


def test_a_mistyped_task_fails_at_once(merchant):
    with pytest.raises(KeyError, match=r"imports\.rum"):
        jobs.defer("imports.rum")


def test_a_second_job_with_the_same_queueing_lock_is_dropped_and_the_transaction_goes_on(merchant):
    for _ in range(2):
        jobs.defer("imports.run", queueing_lock="only one", merchant_id=merchant.pk, run_id=1)
    assert len(waiting()) == 1


def test_a_tasks_own_queueing_lock_holds_here_too(merchant):
    for _ in range(2):
        jobs.defer("core.retry_stalled", timestamp=0)
    assert len(waiting()) == 1


def test_a_job_that_a_job_defers_belongs_to_its_transaction(merchant):
    call = {"merchant_id": merchant.pk, "run_id": 1}
    with app.replace_connector(InMemoryConnector()):  # as a worker does
        with suppress(ZeroDivisionError), transaction.atomic():
            jobs.defer("imports.run", **call)
            raise ZeroDivisionError
        assert waiting() == []
        jobs.defer("imports.run", **call)
    assert len(waiting()) == 1


def test_an_import_may_publish_more_than_one_statement_takes(merchant):
    """PostgreSQL takes 65,535 values with a statement of its own: four of each event."""
    events.publish_many([SomethingHappened(merchant_id=merchant.pk, number=n) for n in range(17_000)])
    assert Event.objects.filter(name=SomethingHappened.name).count() == 17_000
