"""What people are told about bookings: one of tomorrow, a place that became free."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.factories import bookings as factory
from tests.factories.shop import actor as by
from yutang.areas.bookings import services
from yutang.areas.bookings.models import Booking
from yutang.areas.messaging import queries_notices as notices
from yutang.areas.messaging import services as messaging
from yutang.areas.messaging.models import Notice
from yutang.core import events
from yutang.core.models import Event, EventHandling

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)


@pytest.fixture
def clock(merchant):
    with time_machine.travel(NOON, tick=False) as traveller, timezone.override(factory.ZONE):
        yield lambda **by: traveller.shift(timedelta(**by))


def said() -> list[tuple[int, str, tuple]]:
    rows = [(row.customer_id, notices.told(row)) for row in Notice.objects.order_by("id")]
    return [(person, one.text, one.page) for person, one in rows]


def remind(actor) -> None:
    while messaging.remind_next(actor=actor):
        pass


def test_the_day_before(clock, actor):
    made = factory.make_experience(title="Tea")
    mine = factory.book(made, 1)
    gone = factory.book(made, 2)
    services.cancel(booking_id=gone.pk, actor=by())
    remind(actor)
    assert said() == []
    clock(days=1)
    remind(actor)
    store = made.node.name
    assert said() == [(mine.customer_id, f"Tea at {store} begins on 2026-03-07 10:00.", ("booking", mine.pk))]
    clock(hours=21)  # of the day itself, an hour before
    remind(actor)
    assert len(said()) == 1


def handled() -> None:
    """What the worker would do with events of free places."""
    for event in Event.objects.filter(name="bookings.place_offered").order_by("id"):
        handler = "reactions.notices.tell_of_free_place"
        events.handle(merchant_id=event.merchant_id, event_id=event.pk, handler=handler)


def test_a_place_that_became_free(clock, actor):
    made = factory.make_experience(title="Tea", capacity=1, price=1_000)
    first = factory.book(made, 1)
    factory.pay(first)
    waiting = factory.wait(made, 2)
    services.cancel(booking_id=first.pk, actor=by())
    assert said() == []
    handled()
    handled()
    text = "A place for Tea on 2026-03-07 10:00 is free. It is held for you until 2026-03-05 14:00."
    assert said() == [(waiting.customer_id, text, ("booking", waiting.pk))]
    assert EventHandling.objects.filter(handler="reactions.notices.tell_of_free_place").count() == 1


def test_who_did_not_wait_for_the_notice_is_told_nothing(clock, actor):
    made = factory.make_experience(title="Tea", capacity=1)
    first = factory.book(made, 1)
    waiting = factory.wait(made, 2)
    services.cancel(booking_id=first.pk, actor=by())
    services.take(booking_id=waiting.pk, actor=by())
    assert Booking.objects.get(pk=waiting.pk).state == "booked"
    handled()
    assert said() == []
