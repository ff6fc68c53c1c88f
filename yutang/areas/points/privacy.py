"""What points know of a person. Amounts and times stay in the ledger, which names nobody."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.customers.erasing import Person
from yutang.areas.points import queries, services
from yutang.areas.points.models import Change, Exchange
from yutang.areas.privacy import registry
from yutang.core.access import Actor


def register() -> None:
    registry.register(
        registry.Holder(area="points", tables=("points_change", "points_exchange"), copy=copy, erase=erase)
    )
    for table in ("points_daytally", "points_orderpoints"):
        registry.nothing_personal(table, "numbers of points by day and order; they name nobody")


def copy(person: Person) -> registry.Section:
    return {
        gettext_noop("Points"): [
            {
                "at": row.entry.at, "points": row.amount, "balance": row.balance_after,
                "what": queries.label(row.entry), "reason": queries.why(row.entry),
            }
            for row in queries.statement(person.customer_id).order_by("id")
        ],
        gettext_noop("Changes of points by hand"): [
            {"at": row.asked_at, "points": row.points, "reason": row.reason, "state": row.get_state_display()}
            for row in Change.objects.filter(customer_id=person.customer_id).order_by("id")
        ],
        gettext_noop("Exchanges of points"): [
            {"at": row.at, "points": row.points, "what": row.offer.title}
            for row in Exchange.objects.filter(customer_id=person.customer_id).select_related("offer").order_by("id")
        ],
    }  # fmt: skip


def erase(person: Person, actor: Actor) -> None:
    """Why staff changed something may say anything, so it goes; what is left of the points ends."""
    Change.objects.filter(customer_id=person.customer_id).update(reason="", note="")
    services.forfeit(customer_id=person.customer_id, actor=actor)
