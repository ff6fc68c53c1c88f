"""Streaks and periods: days of the merchant's calendar, and nothing but arguments."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def streak(last: tuple[date, int] | None, today: date) -> int:
    """Days in a row with today. `last`: the newest check-in before today and its streak."""
    return last[1] + 1 if last is not None and last[0] == today - timedelta(days=1) else 1


def cycle_day(streak: int, cycle: int) -> int:
    """Which day of the cycle a streak has come to, from 1."""
    return (streak - 1) % cycle + 1


def period_name(period: str, day: date) -> str:
    """Names the period that a day falls in."""
    if period == "day":
        return day.isoformat()
    if period == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return f"{day:%Y-%m}" if period == "month" else ""


def period_days(period: str, day: date) -> tuple[date, date] | None:
    """First and last day of the period that a day falls in; None: all days."""
    if period == "day":
        return day, day
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if period == "month":
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    return None
