"""Token buckets that all processes share."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.concurrency.threads import together
from tests.factories.merchants import make_merchant
from yutang.core import clock, limits, tenancy
from yutang.core.limits import Pace
from yutang.core.models import Allowance

PACE = Pace(at_once=3, a_minute=60)


def test_so_many_at_once_then_by_and_by(merchant):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        assert [limits.allows("x", "a", PACE) for _ in range(4)] == [True, True, True, False]
        traveller.shift(timedelta(seconds=1))
        assert not limits.allows("x", "a", PACE)  # who knocks too early waits a little longer
        traveller.shift(timedelta(seconds=2))
        assert [limits.allows("x", "a", PACE) for _ in range(2)] == [True, False]
        traveller.shift(timedelta(hours=1))
        assert [limits.allows("x", "a", PACE) for _ in range(4)] == [True, True, True, False]


def test_everybody_has_their_own(merchant):
    for _ in range(4):
        limits.allows("x", "a", PACE)
    assert limits.allows("x", "b", PACE)
    assert limits.allows("y", "a", PACE)
    other = make_merchant()
    with tenancy.scope(other.pk):
        assert limits.allows("x", "a", PACE)


def test_full_buckets_are_forgotten(merchant):
    limits.allows("x", "a", PACE)
    limits.forget_old()
    assert Allowance.objects.count() == 1
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        limits.forget_old()
    with tenancy.scope(merchant.pk):
        assert not Allowance.objects.exists()


@pytest.mark.parametrize(
    ("ip", "place"),
    [("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
     ("", "?"), (None, "?"), ("nonsense", "?")],
)  # fmt: skip
def test_places(ip, place):
    assert limits.place_of(ip) == place


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_three():
    merchant = make_merchant()

    def knock(number, barrier):
        barrier.wait()
        with tenancy.scope(merchant.pk):
            return limits.allows("x", "a", Pace(at_once=3, a_minute=0))

    assert sum(together(knock, 20)) == 3
