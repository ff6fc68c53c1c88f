"""How many points, how long, how much they pay: whole numbers, and nothing but their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from yutang.core import clock, money


def for_purchase(amount: int, *, points: int, per_amount: int, percent: int = 100) -> int:
    """`points` for every `per_amount` of the amount, times `percent` of the member's level; rounded down once."""
    return max(amount, 0) * points * percent // (per_amount * 100)


def within_caps(wanted: int, caps: Sequence[tuple[int | None, int]]) -> int:
    """What of `wanted` fits every (cap, given so far); None is no cap."""
    return max(min([wanted, *(cap - given for cap, given in caps if cap is not None)]), 0)


def expires_at(day: date, *, expiry: str, days: int, years: int, timezone: str) -> datetime | None:
    """The first instant at which points given on a local day can no longer be spent; None: they stay."""
    if expiry == "days":
        return clock.end_of_day(day + timedelta(days=days), timezone)
    if expiry == "year":
        return clock.end_of_day(date(day.year + years, 12, 31), timezone)
    return None


def to_take(earned: int, *, refunded: int, paid: int) -> int:
    """How many of the points that an order gave its refunds take: in proportion, everything for everything."""
    if paid <= 0 or refunded >= paid:
        return earned if refunded >= paid else 0
    return money.part(earned, max(refunded, 0), paid)


def usable(wanted: int, *, balance: int, goods: int, rate: int, ceiling_percent: int, least: int) -> int:
    """Points that a checkout takes of those wanted: whole minor units, no more than there are, no more than the
    ceiling of the goods, and none below the least."""
    off = min(wanted // rate, balance // rate, goods * ceiling_percent // 100)
    points = max(off, 0) * rate
    return points if points >= max(least, 1) else 0


def back(points: int, *, before: int, after: int, quantity: int) -> int:
    """Of the points used for a line, what comes back when `after` of its pieces are back instead of `before`: the parts
    of all pieces sum to the points."""
    return max(money.part(points, after, quantity) - money.part(points, before, quantity), 0)


def last_day(expires_at: datetime, timezone: str) -> date:
    """The last local day on which something can be spent that expires then."""
    return just_before(expires_at).astimezone(ZoneInfo(timezone)).date()


def just_before(at: datetime) -> datetime:
    return at - timedelta(microseconds=1)


def just_after(at: datetime) -> datetime:
    return at + timedelta(microseconds=1)
