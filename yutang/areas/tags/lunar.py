"""Days that come round every year, by the solar or the Chinese lunar calendar. Pure.

A day that its month lacks this year (the 30th of a short lunar month, 29 February) falls on the month's last day. A day
of a leap month is kept in that leap month where the year has it, else in the ordinary month of the same number; a day
of an ordinary month never in the leap one.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from borax.calendars.lunardate import LCalendars, LunarDate

SOLAR, LUNAR = "solar", "lunar"
FIRST_YEAR, LAST_YEAR = 1900, 2099  # what the lunar tables know


@dataclass(frozen=True)
class YearlyDay:
    """`year` is None where only the day is known."""

    calendar: str
    year: int | None
    month: int
    day: int
    is_leap: bool = False


@dataclass(frozen=True)
class Month:
    """A month as it lies in time: `offset` days after today it begins."""

    calendar: str
    month: int
    is_leap: bool
    takes_leap: bool  # days of the leap month of this number are kept here
    offset: int
    length: int


def problem(on: YearlyDay) -> str:
    """Why there is no such day: a code, or nothing."""
    if on.year is not None and not FIRST_YEAR <= on.year <= LAST_YEAR:
        return "year"
    if not 1 <= on.month <= 12:
        return "month"
    if on.calendar == SOLAR:
        longest = monthrange(on.year or 2000, on.month)[1]  # 2000 has a 29 February
        return "leap" if on.is_leap else "" if 1 <= on.day <= longest else "day"
    if on.year is None:
        return "" if 1 <= on.day <= 30 else "day"
    if on.is_leap and LCalendars.leap_month(on.year) != on.month:
        return "leap"
    return "" if 1 <= on.day <= LCalendars.ndays(on.year, on.month, int(on.is_leap)) else "day"


def solar(on: YearlyDay) -> date | None:
    """The day itself in the solar calendar; None without its year."""
    if on.year is None:
        return None
    if on.calendar == SOLAR:
        return date(on.year, on.month, on.day)
    found: date = LunarDate(on.year, on.month, on.day, int(on.is_leap)).to_solar_date()
    return found


def months_ahead(today: date, days: int = 800) -> Iterator[Month]:
    """The months of both calendars from the one that holds `today` on, as far as a day of either can be away."""
    end = today + timedelta(days=days)
    first = today.replace(day=1)
    while first <= end:
        length = monthrange(first.year, first.month)[1]
        yield Month(SOLAR, first.month, False, True, (first - today).days, length)
        first += timedelta(days=length)
    now = LunarDate.from_solar(today)
    first = today - timedelta(days=now.day - 1)
    while first <= end:
        at = LunarDate.from_solar(first)
        length = LCalendars.ndays(at.year, at.month, at.leap)
        is_leap = bool(at.leap)
        takes_leap = is_leap or LCalendars.leap_month(at.year) != at.month
        yield Month(LUNAR, at.month, is_leap, takes_leap, (first - today).days, length)
        first += timedelta(days=length)


def days_until(on: YearlyDay, today: date) -> int:
    """Days until the day comes round next; 0 is today."""
    return next(
        away
        for month in months_ahead(today)
        if month.calendar == on.calendar and month.month == on.month
        and (month.takes_leap if on.is_leap else not month.is_leap)
        and (away := month.offset + min(on.day, month.length) - 1) >= 0
    )  # fmt: skip


def days_until_sql(today: date) -> str:
    """The same for columns `calendar`, `month`, `day`, `is_leap`: the first branch that fits is the next time."""
    branches = []
    for month in months_ahead(today):
        away = f"{month.offset - 1} + LEAST(day, {month.length})"
        fits = f"calendar = '{month.calendar}' AND month = {month.month} AND {away} >= 0"
        if month.is_leap:
            fits += " AND is_leap"
        elif not month.takes_leap:
            fits += " AND NOT is_leap"
        branches.append(f"WHEN {fits} THEN {away}")
    return f"CASE {' '.join(branches)} END"
