"""What a merchant sets: resources, experiences and their hours, terms, the hub and who is invited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.bookings import queries
from yutang.areas.bookings.models import Experience, Hours, Hub, Invitation, Resource, Session, Terms
from yutang.areas.merchants import queries as merchants
from yutang.core import audit, clock
from yutang.core.errors import NotFound
from yutang.core.reservations import services as reservations
from yutang.core.reservations.errors import CapacityInUse

if TYPE_CHECKING:
    from yutang.areas.bookings.rules import Begin
    from yutang.core.access import Actor

EDIT = queries.EDIT


@dataclass(frozen=True)
class Draft:
    """An experience as it shall be; fields as in the model."""

    node_id: int
    title: str
    minutes: int
    capacity: int
    resource_id: int | None = None
    text: str = ""
    picture: str = ""
    price: int = 0
    largest_party: int = 1
    audience: str = Experience.Audience.EVERYBODY
    segment_id: int | None = None
    quota: int = 0
    quota_days: int = 30
    days_ahead: int = 30
    closes_hours: int = 1
    free_until_hours: int = 24
    late_refund_percent: int = 0
    is_active: bool = True


@transaction.atomic
def save_resource(
    *, resource_id: int | None = None, node_id: int, kind: str, name: str, is_active: bool = True, actor: Actor
) -> Resource:
    merchants.node(node_id, actor=actor, permission=EDIT)
    values = {"node_id": node_id, "kind": kind, "name": name, "is_active": is_active}
    if resource_id is None:
        saved = Resource.objects.create(merchant_id=actor.merchant_id, **values)
    else:
        found = queries.resources(actor, EDIT).filter(pk=resource_id).first()
        if found is None:
            raise NotFound
        for name_, value in values.items():
            setattr(found, name_, value)
        found.save()
        saved = found
    audit.record("bookings.resource", actor=actor, object_type="booking_resource", object_id=saved.pk)
    return saved


@transaction.atomic
def save_experience(*, experience_id: int | None = None, draft: Draft, actor: Actor) -> Experience:
    """Sessions to come get the new number of places, but never fewer than are taken. Bookings keep their terms."""
    merchants.node(draft.node_id, actor=actor, permission=EDIT)
    if draft.resource_id is not None and not (
        queries.resources(actor, EDIT).filter(pk=draft.resource_id, node=draft.node_id).exists()
    ):
        raise NotFound
    if experience_id is None:
        saved = Experience(merchant_id=actor.merchant_id)
    else:
        queries.experience(experience_id, actor=actor, permission=EDIT)
        saved = Experience.objects.select_for_update().get(pk=experience_id)
    was = saved.capacity
    for name, value in asdict(draft).items():
        setattr(saved, name, value)
    saved.save()
    if experience_id is not None and was != saved.capacity:
        _resize(saved, actor)
    audit.record("bookings.experience", actor=actor, object_type="experience", object_id=saved.pk)
    return saved


def _resize(experience: Experience, actor: Actor) -> None:
    coming = Session.objects.filter(experience=experience, starts_at__gt=clock.now()).order_by("pool_id")
    pool_ids = list(coming.values_list("pool_id", flat=True))
    reservations.lock(pool_ids=pool_ids, actor=actor)
    for pool_id in pool_ids:
        try:
            reservations.set_capacity(pool_id=pool_id, capacity=experience.capacity, actor=actor)
        except CapacityInUse as error:
            reservations.set_capacity(pool_id=pool_id, capacity=error.params["in_use"], actor=actor)


@transaction.atomic
def save_hours(*, experience_id: int, begins: Sequence[Begin], actor: Actor) -> None:
    """Replaces them. What is booked stays booked."""
    found = queries.experience(experience_id, actor=actor, permission=EDIT)
    Hours.objects.filter(experience=found).delete()
    Hours.objects.bulk_create(
        Hours(
            merchant_id=actor.merchant_id, experience=found, weekday=row.weekday, day=row.day, begins=row.begins
        )
        for row in begins
    )  # fmt: skip
    audit.record("bookings.hours", actor=actor, object_type="experience", object_id=found.pk)


@transaction.atomic
def save_terms(
    *, hold_minutes: int, offer_minutes: int, strikes: int, strike_days: int, block_days: int, actor: Actor
) -> Terms:
    queries.require_everything(actor, EDIT)
    values = {
        "hold_minutes": hold_minutes, "offer_minutes": offer_minutes, "strikes": strikes, "strike_days": strike_days,
        "block_days": block_days,
    }  # fmt: skip
    saved, _ = Terms.objects.update_or_create(merchant_id=actor.merchant_id, defaults=values)
    audit.record("bookings.terms", actor=actor, object_type="booking_terms", object_id=saved.pk, detail=values)
    return saved


@transaction.atomic
def save_hub(
    *, is_active: bool, title: str, text: str, segment_id: int | None, contact_name: str, contact_phone: str,
    contact_wechat: str, actor: Actor,
) -> Hub:  # fmt: skip
    queries.require_everything(actor, EDIT)
    values = {
        "is_active": is_active, "title": title, "text": text, "segment_id": segment_id, "contact_name": contact_name,
        "contact_phone": contact_phone, "contact_wechat": contact_wechat,
    }  # fmt: skip
    saved, _ = Hub.objects.update_or_create(merchant_id=actor.merchant_id, defaults=values)
    audit.record("bookings.hub", actor=actor, object_type="hub", object_id=saved.pk)
    return saved


@transaction.atomic
def invite(*, customer_id: int, reason: str, actor: Actor) -> Invitation:
    """The invitation that stands, if there is one. The caller has fetched the person through the checked door."""
    queries.require_everything(actor, EDIT)
    made, is_new = Invitation.objects.get_or_create(
        merchant_id=actor.merchant_id, home_customer_id=customer_id, ended_at=None,
        defaults={"customer_id": customer_id, "reason": reason, "by": actor.name},
    )  # fmt: skip
    if is_new:
        audit.record("bookings.invite", actor=actor, object_type="customer", object_id=customer_id)
    return made


@transaction.atomic
def end_invitation(*, invitation_id: int, actor: Actor) -> None:
    """Again: nothing. NotFound."""
    queries.require_everything(actor, EDIT)
    found = Invitation.objects.select_for_update().filter(pk=invitation_id).first()
    if found is None:
        raise NotFound
    if found.ended_at is None:
        found.ended_at = clock.now()
        found.save(update_fields=["ended_at"])
        audit.record("bookings.end_invitation", actor=actor, object_type="customer", object_id=found.customer_id)
