"""The day's sessions, who came, and one booking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.bookings import queries, services
from yutang.areas.bookings.models import Booking
from yutang.areas.payments import queries as payments
from yutang.console.access import page
from yutang.console.shell.listing import render_list
from yutang.core import clock
from yutang.ui.forms import refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

State = Booking.State
COLOURS = {
    State.BOOKED: "green", State.CHECKED_IN: "blue", State.HELD: "orange", State.OFFERED: "orange",
    State.NO_SHOW: "red",
}  # fmt: skip


@page(queries.VIEW, methods=("GET",))
def day(request: HttpRequest) -> HttpResponse:
    """Sessions of a day by resource, then those without one."""
    zone = request.merchant.timezone
    on = _day(request.GET.get("on", "")) or clock.today(zone)
    rows = queries.day(on, timezone=zone, actor=request.actor)
    groups: dict[str, list[queries.Sitting]] = {name: [] for name in queries.resource_names(rows)}
    for row in rows:
        groups.setdefault(row.session.resource.name if row.session.resource else "", []).append(row)
    context = {
        "on": on, "groups": list(groups.items()), "before": on - timedelta(days=1), "after": on + timedelta(days=1),
        "persons": sum(row.booked for row in rows), "came": sum(row.came for row in rows),
    }  # fmt: skip
    return render(request, "console/bookings/day.html", context)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in clock.YEARS else None


@page(queries.HANDLE, methods=("POST",))
def check_in(request: HttpRequest) -> HttpResponse:
    with refused_as_message(request):
        code = request.POST.get("code", "").replace(" ", "")[:12]
        made = services.check_in(code=code, actor=request.actor)
        messages.success(request, gettext("Checked in: %(title)s.") % {"title": made.session.experience.title})
        return redirect("console:booking", made.pk)
    return redirect("console:bookings")


@page(queries.VIEW, methods=("GET",))
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    found = queries.session(session_id, actor=request.actor)
    rows = page_of(queries.of_session(found.pk), request, order=("id",))
    for row in rows.rows:
        row.colour = COLOURS.get(row.state, "secondary")
    context = {"page": rows, "session": found, "experience": found.experience}
    return render_list(request, "console/bookings/session.html", "console/bookings/_bookings.html", context)


@page(queries.VIEW, methods=("GET",))
def booking(request: HttpRequest, booking_id: int) -> HttpResponse:
    found = queries.booking(booking_id, actor=request.actor)
    begun = clock.now() >= found.session.starts_at
    context = {
        "booking": found, "session": found.session, "experience": found.session.experience,
        "colour": COLOURS.get(found.state, "secondary"),
        "paid": payments.paid_amount((services.PAYABLE, found.pk)) if found.amount else 0,
        "may_cancel": found.state in (State.HELD, State.OFFERED, State.WAITING, State.BOOKED),
        "may_miss": found.state == State.BOOKED and begun, "may_unmiss": found.state == State.NO_SHOW,
    }  # fmt: skip
    return render(request, "console/bookings/booking.html", context)


@page(queries.HANDLE, methods=("POST",))
def cancel(request: HttpRequest, booking_id: int) -> HttpResponse:
    """With all the money (`full`), or as the terms say."""
    is_full = bool(request.POST.get("full"))
    return _done(
        request, booking_id, lambda pk: services.cancel(booking_id=pk, is_full=is_full, actor=request.actor)
    )  # fmt: skip


@page(queries.HANDLE, methods=("POST",))
def miss(request: HttpRequest, booking_id: int) -> HttpResponse:
    return _done(request, booking_id, lambda pk: services.miss(booking_id=pk, actor=request.actor))


@page(queries.HANDLE, methods=("POST",))
def unmiss(request: HttpRequest, booking_id: int) -> HttpResponse:
    return _done(request, booking_id, lambda pk: services.unmiss(booking_id=pk, actor=request.actor))


def _done(request: HttpRequest, booking_id: int, act: Callable[[int], Booking]) -> HttpResponse:
    found = queries.booking(booking_id, actor=request.actor, permission=queries.HANDLE)
    with refused_as_message(request):
        made = act(found.pk)
        messages.success(request, gettext("Saved: %(state)s.") % {"state": made.get_state_display()})
    return redirect("console:booking", found.pk)
