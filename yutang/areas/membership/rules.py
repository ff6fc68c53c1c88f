"""Who stands where, and what the unused part of a card is worth. Pure: no database, no clock."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from yutang.core import money


@dataclass(frozen=True, slots=True)
class Rung:
    """A level of the ladder; a ladder is a sequence of them, the lowest threshold first."""

    id: int
    threshold: int
    keep: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """`level`: a rung's id. See models.Member."""

    level: int | None = None
    counted_from: date | None = None
    falls_on: date | None = None
    fell_from: int | None = None


@dataclass(frozen=True, slots=True)
class Earned:
    """Growth in all, and of the months that count for keeping a level."""

    total: int
    recent: int


def months_after(day: date, months: int) -> date:
    """The same day so many months later (or earlier), the last of its month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def reached(ladder: Sequence[Rung], total: int) -> int:
    """The highest rung whose threshold is reached; -1 below all of them."""
    return max((n for n, rung in enumerate(ladder) if rung.threshold <= total), default=-1)


def judge(
    standing: Standing, earned: Earned, ladder: Sequence[Rung], *, today: date, keep_months: int, grace_days: int,
    falls_at_once: bool = False,
) -> Standing:  # fmt: skip
    """Where somebody stands from today on.

    Up at once, as high as growth reaches; whoever has fallen from a level comes back to it only with the growth that
    keeps it. Down one level at a time, `grace_days` after the day on which it was seen that the level is not kept:
    because of its keep rule, or because the ladder was changed. `falls_at_once`: growth was taken back, and what was
    never earned does not hold."""
    now = next((n for n, rung in enumerate(ladder) if rung.id == standing.level), None)
    if now is None:
        # Of somebody whose level is not on the ladder any more nothing was taken: they begin where they stand.
        place = _highest(ladder, earned, standing.fell_from)
        return _at(ladder, place, standing, today, earned) if place >= 0 else _none(standing)
    top = _highest(ladder, earned, standing.fell_from)
    if top > now:
        return _at(ladder, top, standing, today, earned)
    rung, due = ladder[now], reached(ladder, earned.total)
    if due < now and falls_at_once:
        return _at(ladder, due, standing, today, earned) if due >= 0 else _none(standing)
    must_fall = due < now
    if not must_fall and rung.keep is not None:
        counted_from = standing.counted_from or today
        if today >= months_after(counted_from, keep_months):
            if earned.recent >= rung.keep:
                return replace(standing, counted_from=today, falls_on=None)
            must_fall = True
    if not must_fall:
        return replace(standing, counted_from=standing.counted_from or today, falls_on=None)
    falls_on = standing.falls_on or today + timedelta(days=grace_days)
    if today < falls_on:
        return replace(standing, falls_on=falls_on)
    fallen = replace(standing, fell_from=rung.threshold)
    return _at(ladder, now - 1, fallen, today, earned) if now else _none(fallen)


def united(standings: Sequence[Standing], ladder: Sequence[Rung]) -> Standing:
    """Of people who are one: the best that one of them had, the latest dates."""
    place = {rung.id: n for n, rung in enumerate(ladder)}
    known = [one for one in standings if one.level in place]
    if not known:
        return Standing()
    return max(known, key=lambda one: (place[one.level or 0], one.counted_from or date.min, one.falls_on is None))


def _highest(ladder: Sequence[Rung], earned: Earned, fell_from: int | None) -> int:
    """As `reached`, but levels one fell from must be kept already."""
    return max(
        (
            n for n, rung in enumerate(ladder)
            if rung.threshold <= earned.total
            and (fell_from is None or rung.threshold < fell_from or rung.keep is None or earned.recent >= rung.keep)
        ),
        default=-1,
    )  # fmt: skip


def _at(ladder: Sequence[Rung], place: int, before: Standing, today: date, earned: Earned) -> Standing:
    """A fall is forgotten by whoever is back where their growth reaches."""
    is_back = (
        before.fell_from is not None
        and ladder[place].threshold >= before.fell_from
        and place == reached(ladder, earned.total)
    )
    return Standing(ladder[place].id, today, None, None if is_back else before.fell_from)


def _none(before: Standing) -> Standing:
    return Standing(None, None, None, before.fell_from)


def growth_of(amount: int, spend_per_growth: int) -> int:
    """What a purchase of so much gives, rounded down."""
    return amount // spend_per_growth if spend_per_growth and amount > 0 else 0


def taken_back(given: int, total: int, refunded: int) -> int:
    """How much of the growth `given` for `total` is gone when `refunded` of it went back: never more than was given,
    all of it when everything went back."""
    if total <= 0 or given <= 0:
        return 0
    return min(given, money.part(given, min(refunded, total), total))


def term_end(starts_at: datetime, months: int) -> datetime:
    """The caller gives the merchant's local time."""
    day = months_after(starts_at.date(), months)
    return starts_at.replace(year=day.year, month=day.month, day=day.day)


def unused(amount: int, starts_at: datetime, ends_at: datetime, now: datetime) -> int:
    """Of what a card cost, what the days that are left are worth: the whole before it begins; the day that runs counts
    as used."""
    whole = max(-(-(ends_at - starts_at) // timedelta(days=1)), 1)
    if now < starts_at:
        return amount
    used = min((now - starts_at) // timedelta(days=1) + 1, whole)
    return amount - money.part(amount, used, whole)
