"""Somebody books a time, waits for one, takes an offered place, or pays.

Order of locks: the person, the resource, the booking, the pool. A pool decides who gets the last place."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from yutang.areas.bookings import queries, rules
from yutang.areas.bookings.errors import (
    Blocked,
    FullyBooked,
    NotFull,
    NotInvited,
    NotThen,
    PartyTooLarge,
    QuotaReached,
    ResourceBusy,
    WrongState,
)
from yutang.areas.bookings.models import Booking, Experience, Resource, Session
from yutang.areas.merchants import queries as merchants
from yutang.areas.payments.payables import Due
from yutang.core import audit, clock, locks
from yutang.core.errors import NotFound
from yutang.core.reservations import queries as pools
from yutang.core.reservations import services as reservations
from yutang.core.reservations.errors import SoldOut

if TYPE_CHECKING:
    from yutang.areas.customers.models import Identity
    from yutang.core.access import Actor

State = Booking.State
PAYABLE, POOL = "booking", "booking"


@transaction.atomic
def book(
    *, experience_id: int, starts_at: datetime, identity: Identity, party: int = 1, key: str, is_desk: bool = False,
    actor: Actor,
) -> Booking:  # fmt: skip
    """Takes `party` places. Free of charge it is booked at once; else it is held until it is paid. The same `key` again
    is the same booking. `is_desk`: by staff, who may book for whoever they like, also late.

    FullyBooked, NotThen, ResourceBusy, NotInvited, QuotaReached, PartyTooLarge, Blocked; then nothing is written."""
    earlier, experience, session = _begin(experience_id, starts_at, identity, party, key, is_desk, actor)
    if earlier is not None:
        return earlier
    made = _write(experience, session, identity, party, key, State.HELD, actor)
    hold_places(made, actor)
    if made.amount == 0:
        _confirm(made, actor)
    else:
        made.expires_at = clock.now() + timedelta(minutes=queries.terms().hold_minutes)
        made.save(update_fields=["expires_at"])
    if is_desk:
        audit.record("bookings.book", actor=actor, object_type="booking", object_id=made.pk)
    return made


@transaction.atomic
def wait(
    *, experience_id: int, starts_at: datetime, identity: Identity, party: int = 1, key: str, actor: Actor
) -> Booking:
    """Gets in line for a time that is full. NotFull while there are places; what `book` raises."""
    earlier, experience, session = _begin(experience_id, starts_at, identity, party, key, False, actor)
    if earlier is not None:
        return earlier
    reservations.lock(pool_ids=[session.pool_id], actor=actor)  # whoever frees a place now finds this one in line
    if pools.available([session.pool_id])[session.pool_id] >= party:
        raise NotFull
    return _write(experience, session, identity, party, key, State.WAITING, actor)


@transaction.atomic
def take(*, booking_id: int, actor: Actor) -> Booking:
    """Takes an offered place that costs nothing; one that costs is taken by paying. Again: nothing. WrongState."""
    made = lock(booking_id)
    if made.state == State.BOOKED:
        return made
    if made.state != State.OFFERED or made.amount:
        raise WrongState(state=made.get_state_display())
    _confirm(made, actor)
    return made


def due(booking_id: int) -> Due:
    """What `payments` asks (payables.Payable.lock)."""
    made = lock(booking_id)
    return Due(
        amount=made.amount, currency=made.currency, is_open=made.state in (State.HELD, State.OFFERED),
        is_settled=made.paid_at is not None, subject=made.session.experience.title, customer_id=made.customer_id,
        node_id=made.session.experience.node_id,
    )  # fmt: skip


def settle(booking_id: int, actor: Actor) -> None:
    """The money is complete (payables.Payable.settle)."""
    made = lock(booking_id)
    if made.state not in (State.HELD, State.OFFERED):
        raise RuntimeError(f"booking {booking_id} cannot be settled as {made.state}")
    made.paid_at = clock.now()
    _confirm(made, actor)


def lock(booking_id: int) -> Booking:
    """The booking, locked until the transaction ends. Every change begins here. NotFound."""
    rows = Booking.objects.select_related("session__experience").select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=booking_id).first()
    if found is None:
        raise NotFound
    return found


def holding(made: Booking) -> str:
    """The key of what holds its places now."""
    return f"booking:{made.pk}:{made.hold}"


def hold_places(made: Booking, actor: Actor) -> None:
    """FullyBooked."""
    made.hold += 1
    try:
        held = reservations.reserve(
            items=[(made.session.pool_id, made.party)], holder_key=f"booking:{made.pk}", key=holding(made),
            expires_at=None, actor=actor,
        )  # fmt: skip
    except SoldOut as error:
        raise FullyBooked(field="party", available=error.params["available"], wanted=made.party) from error
    made.reservation_id = held[0].id
    made.save(update_fields=["hold", "reservation_id"])


# -- parts -------------------------------------------------------------------------------------------------------------


def _begin(
    experience_id: int, starts_at: datetime, identity: Identity, party: int, key: str, is_desk: bool, actor: Actor
) -> tuple[Booking | None, Experience, Session]:
    """The earlier booking of the key, or everything checked and the resource locked."""
    locks.until_commit(locks.Lock.BOOKER, f"{actor.merchant_id}:{identity.customer_id}")
    experience = Experience.objects.filter(pk=experience_id, is_active=True).first()
    if experience is None:
        raise NotFound
    if (earlier := Booking.objects.filter(key=key).select_related("session__experience").first()) is not None:
        if earlier.customer_id != identity.customer_id:
            raise NotFound
        return earlier, experience, earlier.session
    now = clock.now()
    if not 1 <= party <= experience.largest_party:
        raise PartyTooLarge(field="party", most=experience.largest_party)
    if not is_desk:
        if not queries.may_book(experience, identity.customer_id):
            raise NotInvited
        _must_not_be_blocked(identity.customer_id, now)
        _must_be_within_quota(experience, identity.customer_id, starts_at)
    _must_begin_then(experience, starts_at, now, is_desk, actor)
    return None, experience, _session(experience, starts_at, actor)


def _must_not_be_blocked(customer_id: int, now: datetime) -> None:
    until = queries.blocked_until(customer_id, now)
    if until is not None:
        raise Blocked(until=timezone.localtime(until).strftime("%Y-%m-%d"))


def _must_be_within_quota(experience: Experience, customer_id: int, starts_at: datetime) -> None:
    """No `quota_days` around this time may hold more than the quota: counted on both sides of it."""
    if not experience.quota:
        return
    span = timedelta(days=experience.quota_days)
    near = Booking.objects.filter(
        customer=customer_id, session__experience=experience, state__in=queries.COUNTED,
        session__starts_at__gt=starts_at - span, session__starts_at__lt=starts_at + span,
    )  # fmt: skip
    if near.count() >= experience.quota:
        raise QuotaReached(quota=experience.quota, days=experience.quota_days)


def _must_begin_then(experience: Experience, starts_at: datetime, now: datetime, is_desk: bool, actor: Actor) -> None:
    zone = merchants.current_merchant(actor.merchant_id).timezone
    day = timezone.localtime(starts_at, ZoneInfo(zone)).date()
    closes = timedelta() if is_desk else timedelta(hours=experience.closes_hours)
    is_open = starts_at - closes > now or (is_desk and starts_at + timedelta(minutes=experience.minutes) > now)
    is_near = (day - clock.today(zone)).days <= experience.days_ahead
    if not (is_open and is_near and starts_at in rules.starts(queries.begins(experience.pk), [day], zone)):
        raise NotThen(field="starts_at")


def _session(experience: Experience, starts_at: datetime, actor: Actor) -> Session:
    """The session of that time; its resource, if there is one, is locked and free. ResourceBusy."""
    ends_at = starts_at + timedelta(minutes=experience.minutes)
    session = Session.objects.filter(experience=experience, starts_at=starts_at).first()
    resource_id = session.resource_id if session else experience.resource_id
    until = session.ends_at if session else ends_at
    if resource_id is not None:
        resource = Resource.objects.select_for_update(no_key=True).get(pk=resource_id)
        if queries.taken(resource_id, starts_at, until).exclude(experience=experience).exists():
            raise ResourceBusy(field="starts_at", resource=resource.name)
    if session is None:
        pool = reservations.open_pool(
            kind=POOL, key=f"{experience.pk}@{starts_at.isoformat()}", capacity=experience.capacity, actor=actor
        )
        session, _ = Session.objects.get_or_create(
            merchant_id=actor.merchant_id, experience=experience, starts_at=starts_at,
            defaults={"ends_at": ends_at, "resource_id": resource_id, "pool_id": pool.pk},
        )  # fmt: skip
    return session


def _write(
    experience: Experience, session: Session, identity: Identity, party: int, key: str, state: State, actor: Actor
) -> Booking:
    made = Booking.objects.create(
        merchant_id=actor.merchant_id, session=session, identity=identity, customer_id=identity.customer_id, key=key,
        state=state, party=party, amount=experience.price * party,
        currency=merchants.current_merchant(actor.merchant_id).currency, code=_new_code(),
        free_until=session.starts_at - timedelta(hours=experience.free_until_hours),
        late_refund_percent=experience.late_refund_percent, decided_at=clock.now(),
    )  # fmt: skip
    made.session.experience = experience
    return made


def _new_code() -> str:
    """Eight digits that no booking of the merchant has."""
    while True:
        code = f"{secrets.randbelow(10**8):08d}"
        if not Booking.objects.filter(code=code).exists():
            return code


def _confirm(made: Booking, actor: Actor) -> None:
    reservations.confirm(key=holding(made), actor=actor)
    made.state, made.expires_at, made.decided_at = State.BOOKED, None, clock.now()
    made.save(update_fields=["state", "expires_at", "decided_at", "paid_at"])
