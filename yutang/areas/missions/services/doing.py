"""Somebody did something: it is counted once, and what it completes is rewarded once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_noop

from yutang.areas.customers import balances
from yutang.areas.merchants import queries as merchants
from yutang.areas.missions import queries, rules
from yutang.areas.missions.errors import NoCheckIn, NotComplete
from yutang.areas.missions.models import CheckIn, Completion, Deed, DeedDone, Task
from yutang.areas.points import services as points
from yutang.areas.points.models import Kind
from yutang.core import clock, locks, rewards
from yutang.core.locks import Lock
from yutang.core.rewards import Occasion

if TYPE_CHECKING:
    from datetime import date, datetime

    from yutang.core.access import Actor

# Deeds for which the rules of points give something by themselves, besides what tasks give.
_POINTS = {Deed.REVIEW: Kind.REVIEW, Deed.SHARE: Kind.SHARE, Deed.PROFILE: Kind.PROFILE, Deed.CHECK_IN: Kind.CHECK_IN}


@transaction.atomic
def check_in(*, customer_id: int, actor: Actor) -> CheckIn:
    """Today's check-in of the person, the first one of the day or the one there is: a second tap changes nothing.

    Gives what the rule of points gives, and what stands for this day of the streak. NoCheckIn."""
    plan = queries.plan()
    if not plan.is_active:
        raise NoCheckIn
    person = _hold(customer_id, actor)
    now = clock.now()
    today = _day(now, actor)
    last = CheckIn.objects.filter(customer_id=person, day__lte=today).order_by("-day", "-streak").first()
    if last is not None and last.day == today:
        return last
    streak = rules.streak((last.day, last.streak) if last is not None else None, today)
    done = CheckIn.objects.create(
        merchant_id=actor.merchant_id, customer_id=person, home_customer_id=person, day=today, streak=streak, at=now
    )
    given = queries.steps().get(rules.cycle_day(streak, plan.cycle), [])
    occasion = Occasion(f"check_in:{done.pk}", ("check_in", done.pk), gettext_noop("Check-in"))
    rewards.give(given, customer_id=person, occasion=occasion, actor=actor)
    _count(Deed.CHECK_IN, person, f"check_in:{done.pk}", now, actor)
    return done


@transaction.atomic
def happened(
    *, deed: str, customer_id: int, key: str, at: datetime | None = None, actor: Actor
) -> list[Task]:  # fmt: skip
    """Counts a deed and rewards what it completes; the tasks that are done by it. The same `key` again: nothing."""
    return _count(Deed(deed), _hold(customer_id, actor), f"{deed}:{key}", at or clock.now(), actor)


@transaction.atomic
def share(*, customer_id: int, actor: Actor) -> list[Task]:
    """The person shares the shop; counts once a day."""
    person, day = _hold(customer_id, actor), _day(clock.now(), actor)
    if DeedDone.objects.filter(customer_id=person, deed=Deed.SHARE, day=day).exists():
        return []  # perhaps as somebody who was merged since
    return happened(deed=Deed.SHARE, customer_id=person, key=f"{person}:{day}", actor=actor)


@transaction.atomic
def complete_profile(*, customer_id: int, actor: Actor) -> list[Task]:
    """The person says that the profile is complete; counts once for ever. NotComplete."""
    if not all(queries.profile_parts(customer_id)):
        raise NotComplete
    person = _hold(customer_id, actor)
    if DeedDone.objects.filter(customer_id=person, deed=Deed.PROFILE).exists():
        return []
    return happened(deed=Deed.PROFILE, customer_id=person, key=str(person), actor=actor)


def undone(*, deed: str, key: str) -> bool:
    """It does not count any more, as an order that was refunded whole; what it had completed by then stays given."""
    return bool(DeedDone.objects.filter(deed=deed, key=f"{deed}:{key}").delete()[0])


# -- parts -------------------------------------------------------------------------------------------------------


def _hold(customer_id: int, actor: Actor) -> int:
    """The person of today; one deed of theirs after the other, or two halves of a task would not see each other."""
    person = balances.owner(customer_id)
    locks.until_commit(Lock.MISSIONS, f"{actor.merchant_id}:{person}")
    return person


def _count(deed: Deed, person: int, key: str, at: datetime, actor: Actor) -> list[Task]:
    day = _day(at, actor)
    done, is_new = DeedDone.objects.get_or_create(
        merchant_id=actor.merchant_id, key=key,
        defaults={"customer_id": person, "home_customer_id": person, "deed": deed, "day": day, "at": at},
    )  # fmt: skip
    if not is_new:
        return []
    if kind := _POINTS.get(deed):
        points.earn(kind=kind, customer_id=person, key=f"deed:{done.pk}", source=("deed", done.pk), at=at, actor=actor)
    tasks = list(Task.objects.filter(is_active=True, deed=deed).order_by("id"))
    return [task for task in tasks if _completes(task, person, day, actor)]


def _completes(task: Task, person: int, day: date, actor: Actor) -> bool:
    period = rules.period_name(task.period, day)
    if Completion.objects.filter(task=task, customer_id=person, period=period).exists():
        return False
    counted = DeedDone.objects.filter(customer_id=person, deed=task.deed)
    if (days := rules.period_days(task.period, day)) is not None:
        counted = counted.filter(day__range=days)
    if counted.count() < task.target:
        return False
    done = Completion.objects.create(
        merchant_id=actor.merchant_id, task=task, customer_id=person, home_customer_id=person, period=period
    )
    occasion = Occasion(f"task:{done.pk}", ("task", task.pk), task.title)
    rewards.give(rewards.read(task.rewards), customer_id=person, occasion=occasion, actor=actor)
    return True


def _day(at: datetime, actor: Actor) -> date:
    return at.astimezone(ZoneInfo(merchants.current_merchant(actor.merchant_id).timezone)).date()
