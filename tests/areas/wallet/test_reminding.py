"""Reminders of stored value: gift that expires, a balance that lies unused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import shop
from tests.factories import wallet as factory
from tests.factories.messaging import reminded
from yutang.areas.messaging import services as messaging
from yutang.areas.messaging.models import Notice

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)


@pytest.fixture
def clock(merchant):
    """`clock(days=3)` later; it stands still."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield lambda **by: traveller.shift(timedelta(**by))


def test_gift_that_expires_in_fifteen_days(clock, actor):
    one, two = shop.buyer(), shop.buyer("+8613900139000")
    factory.with_balance(100_000, 20_000, one, gift_days=20)
    factory.with_balance(100_000, 20_000, two)  # for ever
    clock(days=4)
    assert reminded(actor, "gift-expiring") == []
    clock(days=1)
    said = [(one.customer_id, "CN¥200.00 of gift balance can be used until 2026-03-25.")]
    assert reminded(actor, "gift-expiring") == said
    clock(days=1)
    assert reminded(actor, "gift-expiring") == said


def test_gift_that_was_spent_is_nothing_to_tell(clock, actor):
    one = shop.buyer()
    factory.with_balance(1_000, 1_000, one, gift_days=5)
    factory.bought(2_000, one)
    assert reminded(actor, "gift-expiring") == []


def test_a_balance_untouched_for_ninety_days_is_told_once_a_pause(clock, actor):
    one, two = shop.buyer(), shop.buyer("+8613900139000")
    for person in (one, two):
        factory.with_balance(100_000, 20_000, person)
    clock(days=60)
    factory.bought(30_000, two)
    clock(days=30)
    assert reminded(actor, "balance-untouched") == []
    clock(days=1)
    first = (one.customer_id, "There are CN¥1,200.00 on your balance. You last used it on 2026-03-05.")
    assert reminded(actor, "balance-untouched") == [first]
    clock(days=1)
    assert reminded(actor, "balance-untouched") == [first]
    factory.bought(20_000, one)
    clock(days=91)
    later = reminded(actor, "balance-untouched")[1:]
    assert sorted(later) == sorted(
        [
            (one.customer_id, "There are CN¥1,000.00 on your balance. You last used it on 2026-06-05."),
            (two.customer_id, "There are CN¥900.00 on your balance. You last used it on 2026-05-04."),
        ]
    )


def test_who_was_looked_at_and_needs_nothing_lets_the_chunk_go_on(clock, actor):
    people = [shop.buyer(f"+8613900139{number:03d}") for number in range(4)]
    for person in people[:3]:
        factory.with_balance(1_000, 0, person)
    clock(days=91)
    for person in people[:2]:
        factory.bought(100, person)
    factory.with_balance(1_000, 0, people[3])
    while messaging.remind_next(actor=actor, chunk=1):
        pass
    found = Notice.objects.filter(kind="balance-untouched").values_list("customer_id", flat=True)
    assert list(found) == [people[2].customer_id]
