"""What bookings know of a person. That somebody came, and what was paid, stays: it names nobody."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.bookings.models import Booking, Invitation
from yutang.areas.customers.erasing import Person
from yutang.areas.privacy import registry
from yutang.core import money
from yutang.core.access import Actor


def register() -> None:
    registry.register(
        registry.Holder(
            area="bookings", tables=("bookings_booking", "bookings_invitation"), copy=copy, erase=erase,
        )
    )  # fmt: skip


def copy(person: Person) -> registry.Section:
    rows = Booking.objects.filter(customer=person.customer_id).select_related("session__experience").order_by("pk")
    invited = Invitation.objects.filter(home_customer__in=person.homes).order_by("pk")
    return {
        gettext_noop("Bookings"): [
            {
                "title": row.session.experience.title, "at": row.session.starts_at, "party": row.party,
                "state": row.get_state_display(), "amount": str(money.to_decimal(row.amount, row.currency)),
                "currency": row.currency, "note": row.note, "booked_at": row.created_at,
            }
            for row in rows
        ],
        gettext_noop("Invitations"): [{"at": row.at, "until": row.ended_at, "reason": row.reason} for row in invited],
    }  # fmt: skip


def erase(person: Person, actor: Actor) -> None:
    del actor
    Booking.objects.filter(customer=person.customer_id).exclude(note="").update(note="")
    Invitation.objects.filter(home_customer__in=person.homes).delete()
