"""Days are made ahead and on demand, and leave the pool only when the lake holds them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from tests.concurrency.threads import sessions_waiting
from tests.factories.interactions import event, record
from tests.factories.merchants import make_merchant
from tests.patience import PATIENCE, until
from yutang.areas.interactions import partitions
from yutang.areas.interactions.models import Interaction
from yutang.core import access, clock, tenancy
from yutang.lake import engine, rebuilding, writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]


@pytest.fixture(autouse=True)
def _leave_no_days():
    """Partitions outlive a test: what it makes must go with it."""
    before = set(partitions.existing())
    yield
    for day in set(partitions.existing()) - before:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {partitions.name(day)}")


def sell(merchant, at, key: str) -> None:
    with tenancy.scope(merchant.pk):
        record(event(id=key, occurred_at=at.isoformat()), actor=access.system(merchant.pk))


def in_lake(merchant) -> int:
    with tenancy.scope(merchant.pk):
        return engine.query("SELECT count(*) AS n FROM interactions.event").to_pylist()[0]["n"]


def test_a_week_is_ready():
    partitions.ensure_ahead()
    today = clock.now().date()
    assert {today + timedelta(days=n) for n in range(-1, 8)} <= set(partitions.existing())
    assert partitions.ensure_ahead() == []
    assert tenancy.unprotected_tables() == []


def test_who_waited_for_a_day_that_another_made_finds_it():
    shop, at = make_merchant(), clock.now() - timedelta(days=20)
    with connection.cursor() as cursor:  # another test may have left it
        cursor.execute(f"DROP TABLE IF EXISTS {partitions.name(at.date())}")

    def late() -> int:
        try:
            with tenancy.scope(shop.pk):
                return record(event(id="late", occurred_at=at.isoformat()), actor=access.system(shop.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with tenancy.scope(shop.pk):
            record(event(id="early", occurred_at=at.isoformat()), actor=access.system(shop.pk))
            second = pool.submit(late)
            until(lambda: sessions_waiting() > 0)
        assert second.result(timeout=PATIENCE) == 1


def test_without_the_setting_all_days_stay(settings):
    settings.HOT_DAYS = None
    partitions.ensure([clock.now().date() - timedelta(days=400)])
    assert partitions.drop_old() == []


def test_a_day_leaves_when_the_lake_has_every_merchants_rows(settings):
    settings.HOT_DAYS = 31
    one, other = make_merchant(), make_merchant()
    then = clock.now() - timedelta(days=20)
    sell(one, then, "a")
    writer.run()
    sell(other, then, "b")  # committed, and not in the lake yet
    with time_machine.travel(clock.now() + timedelta(days=20), tick=False):
        assert then.date() not in partitions.drop_old()
        writer.run()
        assert then.date() in partitions.drop_old()
        assert then.date() not in partitions.existing()
        for merchant in (one, other):
            with tenancy.scope(merchant.pk):
                assert not Interaction.objects.exists()
            assert in_lake(merchant) == 1
        rebuilding.rebuild()
        assert (in_lake(one), in_lake(other)) == (1, 1), "a rebuild leaves what is nowhere else"


def test_a_day_on_which_events_are_still_taken_stays(settings):
    settings.HOT_DAYS = 1
    shop = make_merchant()
    then = clock.now() - timedelta(days=30)
    sell(shop, then, "a")
    writer.run()
    assert then.date() not in partitions.drop_old()
    with tenancy.scope(shop.pk):
        assert Interaction.objects.count() == 1
