"""What segments say of a person: that they belong to them. Snapshots hold numbers only and stay."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.customers.erasing import Person
from yutang.areas.privacy import registry
from yutang.areas.segments import queries
from yutang.areas.segments.models import Segment


def register() -> None:
    registry.register(registry.Holder(area="segments", copy=copy))


def copy(person: Person) -> registry.Section:
    """Segments whose last snapshot holds the person."""
    segments = Segment.objects.filter(archived_at__isnull=True).order_by("pk")
    held = ((segment, queries.members_at_last_refresh(segment)) for segment in segments)
    return {
        gettext_noop("Segments"): [
            {"segment": segment.name} for segment, members in held if members and person.customer_id in members
        ]
    }
