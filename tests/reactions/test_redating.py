"""After a change of the time zone every day is the new zone's: on people's pages, in segments and in figures."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from tests.factories.orders import make_order
from yutang.areas.customers.models import Identity
from yutang.areas.merchants.services import merchants
from yutang.areas.orders.models import CustomerStatistic
from yutang.areas.orders.services import statistics
from yutang.core import access, dispatch, tenancy
from yutang.lake import engine, writer
from yutang.reactions import redating

pytestmark = pytest.mark.django_db(transaction=True)


def change(merchant, timezone: str) -> None:
    with tenancy.scope(merchant.pk):
        merchants.change(
            name=merchant.name,
            timezone=timezone,
            second_factor=merchant.second_factor,
            actor=access.system(merchant.pk),
        )


def jobs(name: str, merchant) -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name=name, args__merchant_id=merchant.pk).order_by("id"))


def days(merchant) -> list[tuple[date, int]]:
    with tenancy.scope(merchant.pk):
        rows = engine.query("SELECT occurred_on, amount FROM orders.line ORDER BY amount").to_pylist()
    return [(row["occurred_on"], row["amount"]) for row in rows]


@pytest.fixture
def shops():
    """Two merchants, each with two people who bought before and after midnight in Shanghai: one day in London."""
    made = [make_merchant(), make_merchant()]
    for merchant in made:
        with tenancy.scope(merchant.pk):
            for number in range(2):
                person = make_customer()
                for hour in (15, 17):
                    at = datetime(2026, 3, 1, hour, tzinfo=UTC)
                    identity = Identity.objects.get(customer=person)
                    make_order(identity=identity, ordered_at=at, paid_at=at, amount=hour * 10 + number)
    writer.run()
    return made


def test_a_new_time_zone_gives_new_days(shops, monkeypatch):
    monkeypatch.setattr(statistics, "BATCH", 1)
    shop, other = shops
    before = days(shop)
    assert {day for day, _ in before} == {date(2026, 3, 1), date(2026, 3, 2)}
    change(shop, "Europe/London")
    (handling,) = jobs("core.handle_event", shop)
    dispatch.handle_event(**handling.args)
    dispatch.handle_event(**handling.args)  # a job that runs twice starts one
    (job,) = jobs("reactions.redate", shop)
    assert days(shop) == before
    redating.redate(**job.args)
    assert days(shop) == [(date(2026, 3, 1), amount) for _, amount in before]
    assert days(other) == before
    for merchant, count in ((shop, 1), (other, 2)):
        with tenancy.scope(merchant.pk):
            assert set(CustomerStatistic.objects.values_list("purchase_days", flat=True)) == {count}
            assert set(engine.query("SELECT purchase_days FROM customers.person").column(0).to_pylist()) == {count}
    assert not writer.run().busy  # the lock is free again


def test_nothing_is_done_where_the_time_zone_stays(shops):
    change(shops[0], shops[0].timezone)
    with tenancy.scope(shops[0].pk):
        merchants.change(
            name="New name", timezone=shops[0].timezone, second_factor="optional", actor=access.system(shops[0].pk)
        )
    assert jobs("core.handle_event", shops[0]) == []
