"""The same events from many threads at once are recorded once; without the guard they would not be."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from yutang.areas.customers.models import Customer
from yutang.areas.interactions.models import Claim, Interaction, Visitor
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, EVENTS = 12, 40


def test_the_race_exists_without_the_unique_key():
    shop = make_merchant()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE unguarded (key text)")
    try:

        def look_then_write(_number: int, barrier) -> None:
            with tenancy.scope(shop.pk), connection.cursor() as cursor:
                cursor.execute("SELECT EXISTS (SELECT 1 FROM unguarded WHERE key = 'a')")
                is_there = cursor.fetchone()[0]
                barrier.wait()
                if not is_there:
                    cursor.execute("INSERT INTO unguarded VALUES ('a')")

        together(look_then_write, threads=THREADS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM unguarded")
            assert cursor.fetchone()[0] > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE unguarded")


def test_the_same_events_from_many_threads():
    shop = make_merchant()
    events = [event(id=str(n), visitor=f"visitor-{n % 7}") for n in range(EVENTS)]

    def send(number: int, barrier) -> int:
        barrier.wait()
        with tenancy.scope(shop.pk):
            # Each in an order of its own: none may wait for another in a circle.
            mine = events[number:] + events[:number]
            return record(*mine, actor=access.system(shop.pk))

    assert sum(together(send, threads=THREADS)) == EVENTS
    with tenancy.scope(shop.pk):
        assert Interaction.objects.count() == EVENTS
        assert Visitor.objects.count() == 7


def test_the_same_account_from_many_threads():
    shop = make_merchant()

    def send(number: int, barrier) -> int:
        named = event(visitor="browser-1", identity={"kind": "phone", "value": "13800138000"})
        barrier.wait()
        with tenancy.scope(shop.pk):
            return record(named, actor=access.system(shop.pk))

    assert sum(together(send, threads=THREADS)) == THREADS
    with tenancy.scope(shop.pk):
        assert (Visitor.objects.count(), Claim.objects.count()) == (1, 1)
        link()
        assert Customer.objects.count() == 1
        assert Visitor.objects.get().customer_id == Customer.objects.get().pk
