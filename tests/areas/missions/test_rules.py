from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yutang.areas.missions import rules

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(st.lists(st.booleans(), max_size=40), days)
def test_a_streak_counts_the_days_since_the_last_gap(came, start):
    last, expected = None, 0
    for number, is_here in enumerate(came):
        expected = expected + 1 if is_here else 0
        if is_here:
            today = start + timedelta(days=number)
            last = today, rules.streak(last, today)
            assert last[1] == expected


@given(st.integers(1, 10_000), st.integers(1, 31))
def test_a_cycle_begins_again(streak, cycle):
    assert 1 <= rules.cycle_day(streak, cycle) <= cycle
    assert rules.cycle_day(streak + cycle, cycle) == rules.cycle_day(streak, cycle)


@given(st.sampled_from(["day", "week", "month"]), days)
def test_the_days_of_a_period_are_those_of_its_name(period, day):
    first, last = rules.period_days(period, day)
    assert first <= day <= last
    name = rules.period_name(period, day)
    assert {rules.period_name(period, one) for one in (first, last)} == {name}
    assert name not in (
        rules.period_name(period, first - timedelta(days=1)), rules.period_name(period, last + timedelta(days=1)),
    )  # fmt: skip


def test_once_has_no_days():
    assert (rules.period_days("once", date(2026, 1, 1)), rules.period_name("once", date(2026, 1, 1))) == (None, "")
