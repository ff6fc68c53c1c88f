"""Who is told about a booking of tomorrow, and about a place that became free."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from yutang.areas.bookings.models import Booking
from yutang.areas.messaging import kinds
from yutang.areas.messaging.kinds import Figures, Find, Kind
from yutang.areas.messaging.services import News

OFFERED = "place-offered"
_COMING = """
SELECT b.customer_id, 'booking-coming:' || b.id AS key,
       jsonb_build_object('booking', b.id, 'title', e.title, 'store', n.name, 'at', s.starts_at) AS figures,
       s.starts_at AS position_at, b.id AS position_id
  FROM bookings_session s
  JOIN bookings_booking b ON b.merchant_id = %(merchant)s AND b.session_id = s.id AND b.state = 'booked'
  JOIN bookings_experience e ON e.id = s.experience_id
  JOIN merchants_orgnode n ON n.id = e.node_id
 WHERE s.merchant_id = %(merchant)s AND s.starts_at > %(now)s AND s.starts_at < %(until)s
   AND s.starts_at >= COALESCE(%(after_at)s::timestamptz, '-infinity')
   AND (s.starts_at, b.id) > (COALESCE(%(after_at)s::timestamptz, '-infinity'), %(after_id)s)
 ORDER BY s.starts_at, b.id LIMIT %(limit)s
"""


def register() -> None:
    kinds.register(
        Kind(
            "booking-coming", label=gettext_noop("Booking is near"),
            hint=gettext_noop("Whoever has booked something that begins within so many days; 1 is tomorrow."),
            icon="calendar", words=coming, page=_booking, find=Find(_COMING), days=1, most_days=14,
        )
    )  # fmt: skip
    kinds.register(
        Kind(
            OFFERED, label=gettext_noop("A place is free for who waits"),
            hint=gettext_noop("Whoever is next on the waiting list, at once."), icon="calendar", words=offered,
            page=_booking,
        )
    )  # fmt: skip


def offer(booking_id: int, hold: int) -> News | None:
    """Of a place that is held for somebody; None where it is not any more."""
    rows = Booking.objects.select_related("session__experience").filter(pk=booking_id, hold=hold)
    found = rows.filter(state=Booking.State.OFFERED, expires_at__isnull=False).first()
    if found is None or found.expires_at is None:
        return None
    figures = {
        "booking": found.pk, "title": found.session.experience.title, "at": found.session.starts_at.isoformat(),
        "until": found.expires_at.isoformat(),
    }  # fmt: skip
    return News(found.customer_id, f"{OFFERED}:{booking_id}:{hold}", figures)


def coming(figures: Figures) -> tuple[str, str]:
    text = gettext("%(title)s at %(store)s begins on %(at)s.")
    return gettext("Your booking is near"), text % {**figures, "at": _when(figures["at"])}


def offered(figures: Figures) -> tuple[str, str]:
    text = gettext("A place for %(title)s on %(at)s is free. It is held for you until %(until)s.")
    said = {**figures, "at": _when(figures["at"]), "until": _when(figures["until"])}
    return gettext("A place is free for you"), text % said


def _when(at: str) -> str:
    return timezone.localtime(datetime.fromisoformat(at)).strftime("%Y-%m-%d %H:%M")


def _booking(figures: Figures) -> tuple[str | int, ...]:
    return ("booking", int(figures["booking"]))
