"""What is said of a person's relations: all of it is handed out, and all of it goes with an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_noop

from yutang.areas.privacy import registry
from yutang.areas.relations import services
from yutang.areas.relations.models import GuideAssignment, PersonRole, Referral

if TYPE_CHECKING:
    from yutang.areas.customers.erasing import Person
    from yutang.areas.relations.models import Statement
    from yutang.core.access import Actor


def register() -> None:
    registry.register(
        registry.Holder(
            area="relations",
            tables=("relations_personrole", "relations_referral", "relations_guideassignment"),
            copy=copy,
            erase=erase,
        )
    )


def copy(person: Person) -> registry.Section:
    """Whom the person brought is told by number: their names are theirs."""
    roles = PersonRole.objects.filter(_of(person)).order_by("pk")
    referrals = Referral.objects.filter(_of(person) | _by(person)).order_by("pk")
    guides = GuideAssignment.objects.filter(_of(person)).select_related("guide__user").order_by("pk")
    return {
        gettext_noop("Roles"): [{"role": row.get_role_display(), **_row(row)} for row in roles],
        gettext_noop("Who brought whom"): [
            {"customer": row.home_customer_id, "brought_by": row.home_bringer_id, **_row(row)} for row in referrals
        ],
        gettext_noop("Guides"): [{"guide": str(row.guide.user), **_row(row)} for row in guides],
    }


def erase(person: Person, actor: Actor) -> None:
    """Referrals in both directions; what else was said of those the person brought may stand again."""
    del actor
    PersonRole.objects.filter(_of(person)).delete()
    GuideAssignment.objects.filter(_of(person)).delete()
    gone = Referral.objects.filter(_of(person) | _by(person))
    others = {number for row in gone.values_list("customer_id", "bringer_id") for number in row}
    gone.delete()
    services.decide(others)


def _row(row: Statement) -> dict[str, Any]:
    return {
        "since": row.since, "by": row.set_by, "source": row.get_source_display(), "reason": row.reason,
        "ended": row.ended_at, "end_reason": row.end_reason,
    }  # fmt: skip


def _of(person: Person) -> Q:
    return Q(customer_id=person.customer_id) | Q(home_customer_id__in=person.homes)


def _by(person: Person) -> Q:
    return Q(bringer_id=person.customer_id) | Q(home_bringer_id__in=person.homes)
