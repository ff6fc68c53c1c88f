"""Bookings of the demo's members, and who was invited to the VIP hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.bookings import queries as bookings_of
from yutang.areas.bookings import services as bookings
from yutang.areas.bookings.models import Booking
from yutang.cli.demo_paying import known, pay
from yutang.simulators.brand import membership as steps
from yutang.simulators.brand import programme

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from yutang.core.access import Actor
    from yutang.simulators.brand.membership import Told


def booked(told: Told, step: steps.Booked, buyer: Actor, shop: Actor) -> None:
    given = next(one for one in programme.EXPERIENCES if one.key == step.experience)
    experience = bookings_of.experiences(shop).get(title=given.title)
    book = bookings.wait if step.waits else bookings.book
    made = book(
        experience_id=experience.pk, starts_at=told.begins, identity=known(told.person, buyer), party=step.party,
        key=told.key, actor=buyer,
    )  # fmt: skip
    if made.amount and not step.waits:
        pay((bookings.PAYABLE, made.pk), buyer)


def came(told: Told, step: steps.Came, buyer: Actor, shop: Actor) -> None:
    del step, buyer
    bookings.check_in(code=_of(told).code, actor=shop)


def missed(told: Told, step: steps.Missed, buyer: Actor, shop: Actor) -> None:
    del step, buyer
    bookings.miss(booking_id=_of(told).pk, actor=shop)


def cancelled(told: Told, step: steps.Cancelled, buyer: Actor, shop: Actor) -> None:
    del step, shop
    bookings.cancel(booking_id=_of(told).pk, actor=buyer)


def invited(told: Told, step: steps.Invited, buyer: Actor, shop: Actor) -> None:
    bookings.invite(customer_id=known(told.person, buyer).customer_id, reason=step.reason, actor=shop)


def _of(told: Told) -> Booking:
    return Booking.objects.get(key=told.of)


TELLERS: dict[type[steps.Step], Callable[[Told, Any, Actor, Actor], None]] = {
    steps.Booked: booked,
    steps.Came: came,
    steps.Missed: missed,
    steps.Cancelled: cancelled,
    steps.Invited: invited,
}
