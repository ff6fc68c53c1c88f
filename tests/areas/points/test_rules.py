"""Whole numbers of points: caps, days of expiry, shares that sum exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yutang.areas.points import rules

ZONE = "Asia/Shanghai"
numbers = st.integers(0, 10**9)


@given(numbers, st.lists(st.tuples(st.none() | numbers, numbers), max_size=4))
def test_no_cap_is_ever_passed(wanted, caps):
    allowed = rules.within_caps(wanted, caps)
    assert 0 <= allowed <= wanted
    assert all(cap is None or given + allowed <= max(cap, given) for cap, given in caps)
    if all(cap is None or given + wanted <= cap for cap, given in caps):
        assert allowed == wanted


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 3650))
def test_days_end_with_a_day_of_the_merchant(day, days):
    at = rules.expires_at(day, expiry="days", days=days, years=0, timezone=ZONE)
    assert rules.last_day(at, ZONE) == day + timedelta(days=days)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 10))
def test_years_end_with_their_last_day(day, years):
    at = rules.expires_at(day, expiry="year", days=1, years=years, timezone=ZONE)
    assert rules.last_day(at, ZONE) == date(day.year + years, 12, 31)


def test_the_last_instant_of_a_year_in_shanghai():
    at = rules.expires_at(date(2026, 5, 1), expiry="year", days=1, years=0, timezone=ZONE)
    assert at == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert rules.expires_at(date(2026, 5, 1), expiry="never", days=1, years=0, timezone=ZONE) is None


@given(numbers, st.integers(1, 10**9), st.lists(numbers, max_size=6))
def test_refunds_take_everything_for_everything_and_never_more(earned, paid, refunds):
    taken, refunded = 0, 0
    for refund in [*refunds, paid]:
        refunded = min(refunded + refund, paid)
        target = rules.to_take(earned, refunded=refunded, paid=paid)
        assert taken <= target <= earned
        taken = target
    assert taken == earned
    assert rules.to_take(earned, refunded=0, paid=paid) == 0


@given(numbers, st.integers(1, 50), st.data())
def test_the_points_of_a_line_come_back_exactly(points, quantity, data):
    steps = data.draw(st.lists(st.integers(0, quantity), max_size=6))
    at, sum_back = 0, 0
    for after in sorted({*steps, quantity}):
        sum_back += rules.back(points, before=at, after=after, quantity=quantity)
        at = after
    assert sum_back == points


@given(numbers, numbers, numbers, st.integers(1, 1000), st.integers(0, 100), numbers)
def test_a_checkout_takes_no_more_than_it_may(wanted, balance, goods, rate, percent, least):
    used = rules.usable(wanted, balance=balance, goods=goods, rate=rate, ceiling_percent=percent, least=least)
    assert used % rate == 0
    assert used <= min(wanted, balance)
    assert used // rate <= goods * percent // 100
    assert used == 0 or used >= least


def test_purchases_are_rounded_down_once():
    assert rules.for_purchase(1999, points=1, per_amount=100) == 19
    assert rules.for_purchase(1999, points=1, per_amount=100, percent=150) == 29
    assert rules.for_purchase(99, points=1, per_amount=100) == 0
