"""At the desk: who came, and who did not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.bookings import queries
from yutang.areas.bookings.errors import NotThen, UnknownCode, WrongState
from yutang.areas.bookings.models import Booking
from yutang.areas.bookings.services.booking import lock
from yutang.core import audit, clock

if TYPE_CHECKING:
    from yutang.core.access import Actor

State = Booking.State
EARLY = timedelta(hours=12)  # before it begins; a code of another day is shown by mistake


@transaction.atomic
def check_in(*, code: str, actor: Actor) -> Booking:
    """Whoever shows the code has come. Again: nothing. UnknownCode also for another store's; NotThen when it is of
    another day; WrongState."""
    found = queries.by_code(code, actor=actor)
    if found is None:
        raise UnknownCode(field="code")
    made = lock(found.pk)
    if made.state == State.CHECKED_IN:
        return made
    if made.state not in (State.BOOKED, State.NO_SHOW):
        raise WrongState(field="code", state=made.get_state_display())
    now = clock.now()
    if not made.session.starts_at - EARLY <= now <= made.session.ends_at + EARLY:
        raise NotThen(field="code")
    return _decide(made, State.CHECKED_IN, "bookings.check_in", actor)


@transaction.atomic
def miss(*, booking_id: int, actor: Actor) -> Booking:
    """The person did not come: counts against them. NotThen before it began; WrongState; again: nothing."""
    made = lock(queries.booking(booking_id, actor=actor, permission=queries.HANDLE).pk)
    if made.state == State.NO_SHOW:
        return made
    if made.state != State.BOOKED:
        raise WrongState(state=made.get_state_display())
    if clock.now() < made.session.starts_at:
        raise NotThen
    return _decide(made, State.NO_SHOW, "bookings.miss", actor)


@transaction.atomic
def unmiss(*, booking_id: int, actor: Actor) -> Booking:
    """It was a mistake: booked as before."""
    made = lock(queries.booking(booking_id, actor=actor, permission=queries.HANDLE).pk)
    if made.state == State.BOOKED:
        return made
    if made.state != State.NO_SHOW:
        raise WrongState(state=made.get_state_display())
    return _decide(made, State.BOOKED, "bookings.unmiss", actor)


def _decide(made: Booking, state: State, action: str, actor: Actor) -> Booking:
    made.state, made.decided_at = state, clock.now()
    made.save(update_fields=["state", "decided_at"])
    audit.record(action, actor=actor, object_type="booking", object_id=made.pk)
    return made
