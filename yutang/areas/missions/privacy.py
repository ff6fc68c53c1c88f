"""What check-ins and tasks know of a person: days on which they were here, and what they did."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.customers.erasing import Person
from yutang.areas.missions.models import CheckIn, Completion, DeedDone
from yutang.areas.privacy import registry
from yutang.core.access import Actor


def register() -> None:
    registry.register(
        registry.Holder(
            area="missions", tables=("missions_checkin", "missions_deeddone", "missions_completion"), copy=copy,
            erase=erase,
        )
    )  # fmt: skip


def copy(person: Person) -> registry.Section:
    mine = {"customer_id": person.customer_id}
    return {
        gettext_noop("Check-ins"): [
            {"day": row.day, "days in a row": row.streak} for row in CheckIn.objects.filter(**mine).order_by("day")
        ],
        gettext_noop("Tasks done"): [
            {"at": row.at, "task": row.task.title}
            for row in Completion.objects.filter(**mine).select_related("task").order_by("id")
        ],
    }


def erase(person: Person, actor: Actor) -> None:
    del actor
    for model in (Completion, DeedDone, CheckIn):
        model.objects.filter(customer_id=person.customer_id).delete()
