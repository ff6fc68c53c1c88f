"""What a merchant sets for check-in and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.missions import queries
from yutang.areas.missions.errors import BadNumber, NothingGiven
from yutang.areas.missions.models import Deed, Plan, StreakStep, Task
from yutang.core import audit, rewards
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yutang.core.access import Actor
    from yutang.core.rewards import Reward

MOST_TARGET = 1000


@transaction.atomic
def save_plan(*, is_active: bool, cycle: int, steps: Mapping[int, Sequence[Reward]], actor: Actor) -> Plan:
    """`steps`: day of the cycle → what is given on it. Streaks go on. BadNumber, what `rewards.check` raises."""
    queries.require_everywhere(actor, queries.EDIT)
    if not queries.LEAST_CYCLE <= cycle <= queries.MOST_CYCLE:
        raise BadNumber(field="cycle", least=queries.LEAST_CYCLE, most=queries.MOST_CYCLE)
    for day, given in steps.items():
        if not 1 <= day <= cycle:
            raise BadNumber(field="cycle", least=max(steps), most=queries.MOST_CYCLE)
        rewards.check(given)
    plan = queries.plan()
    plan.merchant_id, plan.is_active, plan.cycle = actor.merchant_id, is_active, cycle
    plan.save()
    StreakStep.objects.all().delete()
    StreakStep.objects.bulk_create(
        StreakStep(merchant_id=actor.merchant_id, day=day, rewards=[one.as_json for one in given])
        for day, given in sorted(steps.items())
        if given
    )
    audit.record(
        "missions.plan", actor=actor, object_type="missions_plan", object_id=plan.pk,
        detail={"active": is_active, "cycle": cycle},
    )  # fmt: skip
    return plan


@transaction.atomic
def save_task(
    *, task_id: int | None = None, deed: str, title: str, target: int, period: str, given: Sequence[Reward],
    is_active: bool = True, actor: Actor,
) -> Task:  # fmt: skip
    """Without `task_id` a new one. Who has done it keeps what it gave. BadNumber, NothingGiven, what `rewards.check`
    raises."""
    queries.require_everywhere(actor, queries.EDIT)
    if not 1 <= target <= MOST_TARGET:
        raise BadNumber(field="target", least=1, most=MOST_TARGET)
    if not given:
        raise NothingGiven(field="rewards")
    rewards.check(given)
    task = Task(merchant_id=actor.merchant_id)
    if task_id is not None:
        found = Task.objects.select_for_update().filter(pk=task_id).first()
        if found is None:
            raise NotFound
        task = found
    task.deed, task.period = Deed(deed), Task.Period(period)
    task.title, task.target, task.is_active = title.strip(), target, is_active
    task.rewards = [one.as_json for one in given]
    task.save()
    audit.record(
        "missions.task", actor=actor, object_type="missions_task", object_id=task.pk,
        detail={"deed": deed, "target": target, "active": is_active},
    )  # fmt: skip
    return task
