"""When a segment is counted anew. Pure.

Times are the merchant's local ones. Where clocks go forward, a time that the day lacks is as much later as they jump;
where they go back, the first of two equal times counts, so a day has one run and never two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Every(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    NEVER = "never"  # only by hand


@dataclass(frozen=True)
class Schedule:
    """`at` is the time of day; of an hourly one only its minutes count. `weekday` is 0 for Monday … 6."""

    every: Every
    at: time = time(4, 0)
    weekday: int = 0

    def next_after(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The first run after `now`, in UTC."""
        if self.every is Every.NEVER:
            return None
        local = now.astimezone(zone)
        if self.every is Every.HOUR:
            minutes = (self.at.minute - local.minute - 1) % 60 + 1
            return now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)
        for days in range(9):  # a week, one more for today's that is over, one more for a day skipped by law
            day = local.date() + timedelta(days=days)
            run = datetime.combine(day, self.at, zone).astimezone(UTC)
            if run > now and (self.every is Every.DAY or day.weekday() == self.weekday):
                return run
        raise AssertionError("every week has every weekday")
