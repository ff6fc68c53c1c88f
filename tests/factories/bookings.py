from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from tests.factories.shop import actor, buyer
from yutang.areas.bookings import services
from yutang.areas.bookings.models import Booking, Experience
from yutang.areas.bookings.rules import Begin
from yutang.areas.customers.models import Identity
from yutang.areas.merchants import queries as merchants
from yutang.areas.payments import services as payments
from yutang.areas.payments.models import Tender
from yutang.areas.payments.providers import sandbox
from yutang.core import clock

ZONE = "Asia/Shanghai"
TEN = 10 * 60
_numbers = itertools.count(1)


def make_experience(*, node_id: int | None = None, begins: list[int] | None = None, **values) -> Experience:
    """Every day at ten, an hour, two places, unless told otherwise."""
    given = {
        "node_id": node_id or merchants.root_node().pk, "title": "Club stay", "minutes": 60, "capacity": 2,
        "largest_party": 1, **values,
    }  # fmt: skip
    made = services.save_experience(draft=services.Draft(**given), actor=actor())
    week = [Begin(weekday, None, minute) for weekday in range(7) for minute in begins or [TEN]]
    services.save_hours(experience_id=made.pk, begins=week, actor=actor())
    return made


def at(days: int = 2, minutes: int = TEN) -> datetime:
    """A time so many days from today."""
    return clock.start_of_day(clock.today(ZONE) + timedelta(days=days), ZONE) + timedelta(minutes=minutes)


def person(number: int) -> Identity:
    return buyer(f"+86138001{number:05d}")


def book(made: Experience, number: int = 1, starts: datetime | None = None, **values) -> Booking:
    values.setdefault("key", f"booking-{next(_numbers)}")
    return services.book(
        experience_id=made.pk, starts_at=starts or at(), identity=person(number), actor=actor(), **values
    )


def wait(made: Experience, number: int, starts: datetime | None = None, **values) -> Booking:
    values.setdefault("key", f"waiting-{next(_numbers)}")
    return services.wait(
        experience_id=made.pk, starts_at=starts or at(), identity=person(number), actor=actor(), **values
    )


def pay(booking: Booking) -> Tender:
    tender = payments.open_tender(payable=("booking", booking.pk), provider="sandbox", actor=actor())
    payments.receive(provider="sandbox", told=sandbox.read(*sandbox.notice(tender)), actor=actor())
    tender.refresh_from_db()
    return tender
