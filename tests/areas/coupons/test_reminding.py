"""Reminders of coupons that expire: each last day of a person once, with what ends on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import coupons, shop
from yutang.areas.coupons.models import Coupon
from yutang.areas.messaging import queries_notices as notices
from yutang.areas.messaging import services as messaging
from yutang.areas.messaging.models import Notice

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)


@pytest.fixture
def clock(merchant):
    with time_machine.travel(NOON, tick=False) as traveller:
        yield lambda **by: traveller.shift(timedelta(**by))


def told(actor, chunk: int = 2_000) -> list[tuple[int, str]]:
    while messaging.remind_next(actor=actor, chunk=chunk):
        pass
    rows = Notice.objects.filter(kind="coupons-expiring").order_by("customer_id", "key")
    return [(row.customer_id, notices.told(row).text) for row in rows]


def test_within_three_days_by_their_last_day(clock, actor):
    me = shop.buyer().customer_id
    for name, days in (("Tea", 3), ("Cake", 3), ("Late", 4)):
        coupons.with_coupon(me, name=name, valid_days=days)
    used = coupons.with_coupon(me, name="Gone", valid_days=1)
    Coupon.objects.filter(pk=used.pk).update(state="withdrawn")
    first = (me, "“Cake” and others, 2 coupons in all, can be used until 2026-03-08.")
    assert told(actor) == [first]
    clock(days=1)
    assert told(actor) == [first, (me, "“Late” can be used until 2026-03-09.")]
    clock(days=1)
    assert len(told(actor)) == 2


def test_no_chunk_ends_between_two_days_of_a_person(clock, actor):
    people = [shop.buyer(f"+8613900139{number:03d}").customer_id for number in range(3)]
    templates = [coupons.make_template(name=f"Day {days}", valid_days=days) for days in (1, 2)]
    for person in people:
        for template in templates:
            coupons.give(template, person)
    assert len(told(actor, chunk=1)) == 6
