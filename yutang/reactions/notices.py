"""What people are told when it happens. What follows from a day of the calendar, the areas register themselves
(`reminding.py` of each)."""

from __future__ import annotations

from yutang.areas.bookings import reminding
from yutang.areas.bookings.events import PlaceOffered
from yutang.areas.messaging import services as messaging
from yutang.core import access, events


@events.on(PlaceOffered)
def tell_of_free_place(event: PlaceOffered) -> None:
    """Nothing for who has taken it or given it up meanwhile."""
    news = reminding.offer(event.booking_id, event.hold)
    if news is not None:
        messaging.notify(
            kind=reminding.OFFERED, news=[news], actor=access.system(event.merchant_id, "bookings.place_offered")
        )
