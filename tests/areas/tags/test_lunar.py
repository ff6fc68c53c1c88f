"""Lunar days against the almanac (Hong Kong Observatory's tables), and against a search day by day."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest
from borax.calendars.lunardate import LCalendars, LunarDate
from hypothesis import given, settings
from hypothesis import strategies as st

from yutang.areas.tags.lunar import YearlyDay, days_until, days_until_sql, problem, solar

DAYS = st.dates(date(2020, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (YearlyDay("lunar", 2026, 1, 1), date(2026, 2, 17)),  # Spring Festival
        (YearlyDay("lunar", 2024, 1, 1), date(2024, 2, 10)),
        (YearlyDay("lunar", 2026, 8, 15), date(2026, 9, 25)),  # Mid-Autumn
        (YearlyDay("lunar", 2025, 5, 5), date(2025, 5, 31)),  # Dragon Boat
        (YearlyDay("lunar", 2023, 2, 1, is_leap=True), date(2023, 3, 22)),
        (YearlyDay("lunar", 2025, 6, 1, is_leap=True), date(2025, 7, 25)),
        (YearlyDay("lunar", 2033, 11, 1, is_leap=True), date(2033, 12, 22)),
        (YearlyDay("lunar", 1990, 5, 23), date(1990, 6, 15)),
        (YearlyDay("solar", 2020, 2, 29), date(2020, 2, 29)),
        (YearlyDay("lunar", None, 8, 15), None),
    ],
)
def test_known_days(on, found):
    assert problem(on) == ""
    assert solar(on) == found


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (YearlyDay("lunar", 2024, 2, 1, is_leap=True), "leap"), (YearlyDay("lunar", 2026, 13, 1), "month"),
        (YearlyDay("solar", 2023, 2, 29), "day"), (YearlyDay("solar", None, 2, 29), ""),
        (YearlyDay("lunar", 2023, 2, 30, is_leap=True), "day"), (YearlyDay("lunar", None, 1, 31), "day"),
        (YearlyDay("lunar", 1800, 1, 1), "year"), (YearlyDay("solar", 2020, 1, 1, is_leap=True), "leap"),
    ],
)  # fmt: skip
def test_days_that_cannot_be(on, code):
    assert problem(on) == code


@pytest.mark.parametrize(
    ("on", "today", "days"),
    [
        (YearlyDay("lunar", None, 8, 15), date(2026, 9, 25), 0),
        (YearlyDay("lunar", None, 8, 15), date(2026, 9, 26), (date(2027, 9, 15) - date(2026, 9, 26)).days),
        # Born in a leap sixth month: kept there in 2025, in the ordinary sixth month in 2026.
        (YearlyDay("lunar", None, 6, 1, is_leap=True), date(2025, 6, 25), 30),
        (YearlyDay("lunar", None, 6, 1, is_leap=True), date(2026, 7, 1), 13),
        (YearlyDay("lunar", None, 6, 1), date(2025, 6, 25), 0),
        # The twelfth month of the year that ends on 16 February 2026 has 29 days.
        (YearlyDay("lunar", None, 12, 30), date(2026, 2, 16), 0),
        (YearlyDay("solar", None, 2, 29), date(2026, 2, 27), 1),
        (YearlyDay("solar", None, 2, 29), date(2028, 2, 28), 1),
        (YearlyDay("solar", None, 1, 1), date(2026, 12, 31), 1),
    ],
)
def test_days_until(on, today, days):
    assert days_until(on, today) == days


def searched(on: YearlyDay, today: date) -> int:
    """Day by day, as somebody with an almanac would."""
    for away in range(900):
        day = today + timedelta(days=away)
        if on.calendar == "solar":
            last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            if day.month == on.month and day.day == min(on.day, last.day):
                return away
            continue
        at = LunarDate.from_solar(day)
        kept = bool(at.leap) == (on.is_leap and LCalendars.leap_month(at.year) == on.month)
        if at.month == on.month and kept and at.day == min(on.day, LCalendars.ndays(at.year, at.month, at.leap)):
            return away
    raise AssertionError(on)


ON = st.builds(
    YearlyDay, calendar=st.just("lunar"), year=st.none(), month=st.integers(1, 12), day=st.integers(1, 30),
    is_leap=st.booleans(),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(on=ON, today=DAYS)
def test_any_lunar_day_is_found_as_by_hand(on, today):
    assert days_until(on, today) == searched(on, today)


@settings(max_examples=60, deadline=None)
@given(month=st.integers(1, 12), day=st.integers(1, 28), today=DAYS)
def test_any_solar_day_is_found_as_by_hand(month, day, today):
    on = YearlyDay("solar", None, month, day)
    assert days_until(on, today) == searched(on, today)


@settings(max_examples=15, deadline=None)
@given(today=DAYS)
def test_the_lake_says_the_same(today):
    every = [YearlyDay("lunar", None, m, d, leap) for m in range(1, 13) for d in (1, 15, 29, 30) for leap in (0, 1)]
    every += [YearlyDay("solar", None, m, d) for m in range(1, 13) for d in (1, 28)] + [YearlyDay("solar", None, 2, 29)]
    rows = ", ".join(f"('{on.calendar}', {on.month}, {on.day}, {bool(on.is_leap)}, {n})" for n, on in enumerate(every))
    found = duckdb.sql(
        f"SELECT {days_until_sql(today)} FROM (VALUES {rows}) v (calendar, month, day, is_leap, n) ORDER BY n"
    ).fetchall()
    assert [row[0] for row in found] == [days_until(on, today) for on in every]
