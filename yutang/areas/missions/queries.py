"""Reads of check-ins and tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.missions import rules
from yutang.areas.missions.models import CheckIn, Completion, DeedDone, Plan, StreakStep, Task
from yutang.core import clock, rewards
from yutang.core.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet

    from yutang.core.access import Actor
    from yutang.core.rewards import Reward

VIEW, EDIT = "points.view", "points.edit"
ORDER = ("-id",)
LEAST_CYCLE, MOST_CYCLE = 1, 31


def plan() -> Plan:
    """The merchant's, or one that is not active, not saved."""
    return Plan.objects.first() or Plan()


def steps() -> dict[int, list[Reward]]:
    """Day of the cycle → what is given on it besides."""
    return {step.day: rewards.read(step.rewards) for step in StreakStep.objects.order_by("day")}


@dataclass(frozen=True, slots=True)
class Spot:
    """A day of the cycle. `is_done`: of the running streak."""

    day: int
    rewards: Sequence[Reward]
    is_done: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody's check-in stands. `spots`: the days of the cycle that runs."""

    is_done_today: bool
    streak: int
    spots: Sequence[Spot]


def standing(customer_id: int, merchant_id: int) -> Standing | None:
    """None where there is no check-in; three queries."""
    found = plan()
    if not found.is_active:
        return None
    today = clock.today(merchants.current_merchant(merchant_id).timezone)
    last = CheckIn.objects.filter(customer_id=customer_id, day__lte=today).order_by("-day", "-streak").first()
    is_done = last is not None and last.day == today
    now = (
        last.streak if last is not None and is_done else rules.streak((last.day, last.streak) if last else None, today)
    )
    at = rules.cycle_day(now, found.cycle)
    given = steps()
    spots = [
        Spot(day, given.get(day, []), is_done=day < at or (day == at and is_done), is_today=day == at)
        for day in range(1, found.cycle + 1)
    ]
    return Standing(is_done, now if is_done else now - 1, spots)


@dataclass(frozen=True, slots=True)
class Progress:
    """A task and how far somebody is with it in the period that runs."""

    task: Task
    count: int
    is_done: bool

    @property
    def shown(self) -> int:
        return min(self.count, self.task.target)

    @property
    def rewards(self) -> list[str]:
        return rewards.describe(rewards.read(self.task.rewards))


def progress(customer_id: int, merchant_id: int) -> list[Progress]:
    """Every task that is offered, the undone first."""
    found = list(Task.objects.filter(is_active=True).order_by("id")[:50])
    if not found:
        return []
    today = clock.today(merchants.current_merchant(merchant_id).timezone)
    done = set(
        Completion.objects.filter(customer_id=customer_id, task__in=found).values_list("task_id", "period")
    )  # fmt: skip
    days: dict[str, list[date]] = {}
    for deed, day in DeedDone.objects.filter(
        customer_id=customer_id, deed__in={task.deed for task in found}
    ).values_list("deed", "day")[:5000]:
        days.setdefault(deed, []).append(day)
    rows = [
        Progress(
            task, _within(days.get(task.deed, []), rules.period_days(task.period, today)),
            (task.pk, rules.period_name(task.period, today)) in done,
        )
        for task in found
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.is_done, row.task.pk))


def profile_parts(customer_id: int) -> tuple[bool, bool]:
    """Whether the person has a phone, and an address."""
    return bool(customers.phones([customer_id])), bool(customers.addresses(customer_id))


def tasks(*, actor: Actor) -> QuerySet[Task]:
    """For staff, those no longer offered too."""
    require_everywhere(actor, VIEW)
    return Task.objects.order_by("-id")


def task_of(actor: Actor, task_id: int) -> Task:
    require_everywhere(actor, EDIT)
    found = Task.objects.filter(pk=task_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """People who checked in today, the longest streak among them, and how often each task was done."""

    today: int
    longest: int
    done: dict[int, int]


def figures(task_ids: Sequence[int], merchant_id: int) -> Figures:
    today = clock.today(merchants.current_merchant(merchant_id).timezone)
    streaks = list(CheckIn.objects.filter(day=today).order_by("-streak").values_list("streak", flat=True)[:1])
    counts = Completion.objects.filter(task__in=task_ids).values_list("task_id").annotate(count=Count("id")).order_by()
    done = dict(counts)
    return Figures(CheckIn.objects.filter(day=today).count(), streaks[0] if streaks else 0, done)


def require_everywhere(actor: Actor, permission: str) -> None:
    """Check-in and tasks belong to the whole merchant."""
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


def _within(days: Sequence[date], period: tuple[date, date] | None) -> int:
    return len(days) if period is None else sum(period[0] <= day <= period[1] for day in days)
