"""When there are sessions, what cancelling costs, and who has to wait. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from yutang.core import money


@dataclass(frozen=True)
class Begin:
    """`weekday` or `day`; `begins` in minutes of the local day, None: closed on that day."""

    weekday: int | None
    day: date | None
    begins: int | None


def begins_on(rows: Iterable[Begin], day: date) -> list[int]:
    """Minutes of the day at which sessions begin: a day's own rows replace its weekday's."""
    found = list(rows)
    own = [row for row in found if row.day == day]
    chosen = own or [row for row in found if row.weekday == day.weekday()]
    return sorted({row.begins for row in chosen if row.begins is not None})


def starts(rows: Iterable[Begin], days: Iterable[date], timezone: str) -> Iterator[datetime]:
    """The instants at which sessions begin. A local time that a change of clocks leaves out gives none."""
    known, zone = list(rows), ZoneInfo(timezone)
    for day in days:
        for minutes in begins_on(known, day):
            local = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
            instant = local.astimezone(UTC)
            if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                yield instant


def refund_of(amount: int, *, free_until: datetime, late_percent: int, now: datetime) -> int:
    """What goes back of a paid amount when it is cancelled now."""
    return amount if now < free_until else money.part(amount, late_percent, 100)


def blocked_until(
    missed: Sequence[datetime], *, strikes: int, strike_days: int, block_days: int, now: datetime
) -> datetime | None:
    """Until when somebody who did not come at these times may not book; None: may book now.

    Blocked by `strikes` of them within `strike_days`, for `block_days` from the one that made it so many."""
    if not strikes:
        return None
    times = sorted(missed)
    until = None
    for last in range(strikes - 1, len(times)):
        if times[last] - times[last - strikes + 1] <= timedelta(days=strike_days):
            until = times[last] + timedelta(days=block_days)
    return until if until is not None and until > now else None
