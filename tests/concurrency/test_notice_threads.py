"""Nobody is told the same thing twice, however many tell it at once."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection

from tests.concurrency.threads import together
from tests.factories import points
from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from yutang.areas.messaging import services
from yutang.areas.messaging.models import Notice, ReminderRun
from yutang.areas.messaging.services import News
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8
PEOPLE = 5


@pytest.fixture
def world():
    """Who acts, and people with points that end in eleven days."""
    with time_machine.travel(datetime(2026, 12, 20, 4, tzinfo=UTC), tick=False):
        actor = access.system(make_merchant().pk, name="race")
        with tenancy.scope(actor.merchant_id):
            points.terms(expiry="year", expiry_years=0)
            people = [make_customer().pk for _ in range(PEOPLE)]
            for person in people:
                points.give(person, 10)
        yield actor, people


@contextmanager
def without_the_key():
    """What is stored twice is gone again at the end."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE messaging_notice DROP CONSTRAINT notice_told_once")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE messaging_notice")
            cursor.execute(
                "ALTER TABLE messaging_notice"
                " ADD CONSTRAINT notice_told_once UNIQUE (merchant_id, home_customer_id, key)"
            )


def tell(world):
    actor, people = world

    def one(_number, barrier):
        """All have looked who knows it already before the first one commits."""
        with tenancy.scope(actor.merchant_id):
            news = [News(person, "level-up:1", {"level": "Gold"}) for person in people]
            barrier.wait()
            return services.notify(kind="level-up", news=news, actor=actor)

    return one


def held(world):
    """Each has written before anybody commits: nobody can have seen what the others wrote."""
    actor, people = world

    def one(_number, barrier):
        with tenancy.scope(actor.merchant_id):
            news = [News(person, "level-up:1", {"level": "Gold"}) for person in people]
            written = services.notify(kind="level-up", news=news, actor=actor)
            barrier.wait()
        return written

    return one


def count(world) -> int:
    with tenancy.scope(world[0].merchant_id):
        return Notice.objects.count()


def test_the_race_exists_look_then_tell(world):
    with without_the_key():
        assert together(held(world), 4) == [PEOPLE] * 4
        assert count(world) == 4 * PEOPLE


def test_told_by_many_at_once_is_told_once(world):
    assert sum(together(tell(world), THREADS)) == PEOPLE
    assert count(world) == PEOPLE


def test_two_runs_of_a_day_at_once(world):
    actor, people = world

    def run(_number, barrier):
        barrier.wait()
        chunks = 0
        while services.remind_next(actor=actor, chunk=1):
            chunks += 1
        return chunks

    together(run, THREADS)
    with tenancy.scope(actor.merchant_id):
        found = Notice.objects.filter(kind="points-expiring").order_by("customer_id")
        assert list(found.values_list("customer_id", flat=True)) == people
        done = ReminderRun.objects.get(kind="points-expiring")
    assert (done.seen, done.told, done.finished_at is not None) == (PEOPLE, PEOPLE, True)
