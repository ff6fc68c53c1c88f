"""Time as the product sees it: UTC inside, the merchant's own time zone where days begin and end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

YEARS = range(2000, 2200)  # that people may name: at the ends of the calendar no time zone can be applied

_back: ContextVar[timedelta] = ContextVar("yutang_clock_back", default=timedelta())


def now() -> datetime:
    return datetime.now(UTC) - _back.get()


@contextmanager
def ago(span: timedelta) -> Iterator[None]:
    """Inside, it is so much earlier: the demo brand tells of its last days through the services of today."""
    token = _back.set(span)
    try:
        yield
    finally:
        _back.reset(token)


def today(timezone: str) -> date:
    return now().astimezone(ZoneInfo(timezone)).date()


def day_of(at: datetime, timezone: str) -> date:
    """The local day of an instant."""
    return at.astimezone(ZoneInfo(timezone)).date()


def start_of_day(day: date, timezone: str) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def end_of_day(day: date, timezone: str) -> datetime:
    """The first instant after a local day, in UTC."""
    return start_of_day(day + timedelta(days=1), timezone)
