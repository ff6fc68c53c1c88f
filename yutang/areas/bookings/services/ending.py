"""A booking ends: cancelled by the person or the store, or lapsed because nobody paid or took the place. Freed places
are offered to those who wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.bookings import queries
from yutang.areas.bookings.errors import WrongState
from yutang.areas.bookings.events import PlaceOffered
from yutang.areas.bookings.models import Booking, Session
from yutang.areas.bookings.services.booking import PAYABLE, hold_places, holding, lock
from yutang.areas.payments import queries as payments_of
from yutang.areas.payments import services as payments
from yutang.core import audit, clock, events, jobs, tenancy
from yutang.core.reservations import queries as pools
from yutang.core.reservations import services as reservations

if TYPE_CHECKING:
    from yutang.core.access import Actor

State = Booking.State
UNPAID = (State.HELD, State.OFFERED)


@transaction.atomic
def cancel(*, booking_id: int, is_full: bool = False, actor: Actor) -> Booking:
    """Gives the places back, and the money as the terms say (all of it with `is_full`: the store cancels). Again:
    nothing. WrongState once the person came or did not come, and for the person from when it has begun."""
    made = lock(booking_id)
    if made.state == State.CANCELLED:
        return made
    if made.state not in (*UNPAID, State.WAITING, State.BOOKED):
        raise WrongState(state=made.get_state_display())
    now = clock.now()
    if made.state == State.BOOKED and not is_full and made.session.starts_at <= now:
        raise WrongState(state=made.get_state_display())
    paid = payments_of.paid_amount((PAYABLE, made.pk))
    back = paid if is_full else queries.would_go_back(made, paid, now)
    _end(made, State.CANCELLED, back, now, actor)
    if actor.kind == "user":
        audit.record(
            "bookings.cancel", actor=actor, object_type="booking", object_id=made.pk, detail={"refunded": back}
        )
    return made


def expire_due(*, now: datetime, limit: int = 200, actor: Actor) -> int:
    """Ends bookings that nobody paid or took in time, each in a transaction of its own; how many. Repeat until 0."""
    with tenancy.scope(actor.merchant_id):
        overdue = list(
            Booking.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("pk", flat=True)[:limit]
        )
    for booking_id in overdue:
        with tenancy.scope(actor.merchant_id):
            made = lock(booking_id)
            if made.state in UNPAID and made.expires_at is not None and made.expires_at <= now:
                _end(made, State.EXPIRED, payments_of.paid_amount((PAYABLE, made.pk)), now, actor)
    return len(overdue)


def offer(session: Session, now: datetime, actor: Actor) -> None:
    """Free places go to who waits, in their order; a party that does not fit lets smaller ones pass. Nobody is offered
    anything after the session began."""
    if session.starts_at <= now:
        return
    reservations.lock(pool_ids=[session.pool_id], actor=actor)
    until = min(now + timedelta(minutes=queries.terms().offer_minutes), session.starts_at)
    # Who leaves the line at this moment has that row locked: passed over, they want nothing any more.
    line = Booking.objects.select_for_update(skip_locked=True, no_key=True).filter(session=session, state=State.WAITING)
    left = pools.available([session.pool_id])[session.pool_id]
    for waiting in line.order_by("pk")[:200] if left else ():
        if waiting.party > left:
            continue
        left -= waiting.party
        waiting.session = session
        hold_places(waiting, actor)
        waiting.state, waiting.expires_at, waiting.decided_at = State.OFFERED, until, now
        waiting.save(update_fields=["state", "expires_at", "decided_at"])
        events.publish(PlaceOffered(merchant_id=waiting.merchant_id, booking_id=waiting.pk, hold=waiting.hold))
        if not left:
            return


# -- parts -------------------------------------------------------------------------------------------------------------


def _end(made: Booking, state: State, back: int, now: datetime, actor: Actor) -> None:
    was = made.state
    if was in UNPAID:
        reservations.release(key=holding(made), actor=actor)
    elif was == State.BOOKED and made.reservation_id is not None:
        reservations.return_confirmed(
            reservation_id=made.reservation_id, quantity=made.party, key=f"{holding(made)}:back", actor=actor
        )
    made.state, made.expires_at, made.decided_at, made.refunded = state, None, now, back
    made.save(update_fields=["state", "expires_at", "decided_at", "refunded"])
    if back:
        payments.refund_payable(
            payable=(PAYABLE, made.pk), amount=back, key=f"booking:{made.pk}", reason="cancelled", actor=actor
        )
    if was in UNPAID and made.amount:
        jobs.defer(
            "payments.close_tenders", merchant_id=actor.merchant_id, payable_type=PAYABLE, payable_id=made.pk
        )  # fmt: skip
    if was != State.WAITING:
        offer(made.session, now, actor)
