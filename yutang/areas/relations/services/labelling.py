"""Roles: labels on a person, taken up, laid down and taken up again."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.customers.models import Customer
from yutang.areas.relations.models import PersonRole, Source
from yutang.areas.relations.services import saying
from yutang.core.access import Actor
from yutang.core.errors import Invalid


@transaction.atomic
def give_role(
    *, customer: Customer, role: int, reason: str = "", source: Source = Source.MANUAL, actor: Actor
) -> PersonRole:
    """The person has the role from now on; who has it keeps it as it is."""
    saying.settle(customer, actor)
    reason = saying.reason_of(reason)
    if role not in PersonRole.Role.values:
        raise Invalid(field="role", field_label=gettext("Role"), reason=gettext("Choose one of the list."))
    standing = PersonRole.objects.filter(customer=customer, role=role, ended_at__isnull=True)
    if (found := standing.order_by("since", "pk").first()) is not None:
        return found
    made = PersonRole.objects.create(
        merchant_id=actor.merchant_id, customer=customer, home_customer=customer, role=role, source=source,
        reason=reason, set_by=actor.name,
    )  # fmt: skip
    saying.tell("relations.give_role", customer_id=customer.pk, actor=actor, role=role)
    return made


@transaction.atomic
def take_role(*, customer: Customer, role: int, reason: str = "", actor: Actor) -> int:
    """The role ends, in whichever of the merged homes it was given; how many rows ended."""
    saying.settle(customer, actor)
    rows = PersonRole.objects.filter(customer=customer, role=role)
    ended = saying.end(rows, why=saying.reason_of(reason), by=actor.name)
    if ended:
        saying.tell("relations.take_role", customer_id=customer.pk, actor=actor, role=role)
    return ended
