"""The VIP hub, experiences and their times, and what a person has booked."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.bookings import queries, services
from yutang.areas.bookings.errors import FullyBooked
from yutang.areas.bookings.models import Booking, Experience
from yutang.areas.payments import queries as payments
from yutang.core import clock
from yutang.core.errors import DomainError, NotFound
from yutang.shop.codes import picture_of
from yutang.shop.door import address, page, shown, to
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 10
State = Booking.State


@page()
def experiences(request: HttpRequest) -> HttpResponse:
    """What this person may book; strangers see what is for everybody."""
    customer_id = request.shopper.customer_id
    hub = queries.hub()
    rows = [row for row in queries.offered(customer_id) if row.audience != Experience.Audience.VIP]
    is_member = queries.is_member(customer_id, hub)
    return shown(request, "shop/booking/experiences.html", {"rows": rows, "hub": hub if is_member else None})


@page(login=True)
def hub(request: HttpRequest) -> HttpResponse:
    """Who is not invited learns no more than that."""
    found, customer_id = queries.hub(), request.shopper.customer_id
    if found is None or not found.is_active:
        raise NotFound
    if not queries.is_member(customer_id, found):
        return shown(request, "shop/booking/closed.html", {}, status=403)
    rows = [row for row in queries.offered(customer_id) if row.audience == Experience.Audience.VIP]
    return shown(request, "shop/booking/hub.html", {"hub": found, "rows": rows})


@page()
def experience(request: HttpRequest, experience_id: int) -> HttpResponse:
    found = queries.for_shopper(experience_id, request.shopper.customer_id)
    return shown(request, "shop/booking/experience.html", _of_experience(request, found))


def _of_experience(request: HttpRequest, found: Experience, problem: str = "") -> dict[str, Any]:
    slots = queries.slots(
        found, timezone=request.merchant.timezone, now=clock.now(), days=queries.DAYS_SHOWN
    )  # fmt: skip
    days: dict[str, list[queries.Slot]] = {}
    for slot in slots:
        days.setdefault(timezone.localtime(slot.starts_at).strftime("%Y-%m-%d"), []).append(slot)
    return {
        "experience": found, "days": list(days.items()), "key": secrets.token_hex(16), "problem": problem,
        "parties": range(1, found.largest_party + 1), "picked": request.POST.get("starts_at", ""),
    }  # fmt: skip


@page(login=True, methods=("POST",))
def book(request: HttpRequest, experience_id: int) -> HttpResponse:
    """Books the chosen time, or gets in line for it where it is full."""
    found = queries.for_shopper(experience_id, request.shopper.customer_id)
    starts_at, party = _instant(request.POST.get("starts_at", "")), request.POST.get("party", "1")
    key = request.POST.get("key", "")
    if starts_at is None or not (party.isascii() and party.isdecimal() and len(party) < 5) or not 8 <= len(key) <= 40:
        context = _of_experience(request, found, gettext("Choose a time."))
        return shown(request, "shop/booking/experience.html", context, status=422)
    wish = {
        "experience_id": found.pk, "starts_at": starts_at, "identity": request.shopper.identity, "party": int(party),
        "key": key, "actor": request.actor,
    }  # fmt: skip
    is_waiting = request.POST.get("way") == "wait"
    try:
        made = services.wait(**wish) if is_waiting else services.book(**wish)
    except FullyBooked as error:
        context = _of_experience(request, found, str(error))
        return shown(request, "shop/booking/experience.html", context, status=409)
    except DomainError as error:
        context = _of_experience(request, found, str(error))
        return shown(request, "shop/booking/experience.html", context, status=error.status)
    if made.state == State.HELD:
        return to(request, address(request, "pay", services.PAYABLE, made.pk))
    return to(request, address(request, "booking", made.pk))


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None and found.year in clock.YEARS else None


@page(login=True)
def mine(request: HttpRequest) -> HttpResponse:
    found = page_of(
        queries.bookings_of(request.shopper.customer_id), request, order=queries.NEWEST, size=SIZE
    )  # fmt: skip
    is_more = request.headers.get("HX-Request") and "cursor" in request.GET
    return shown(request, f"shop/booking/{'_mine' if is_more else 'mine'}.html", {"page": found})


@page(login=True)
def booking(request: HttpRequest, booking_id: int) -> HttpResponse:
    found = queries.booking_of(request.shopper.customer_id, booking_id)
    now = clock.now()
    paid = payments.paid_amount((services.PAYABLE, found.pk)) if found.amount else 0
    back = queries.would_go_back(found, paid, now)
    context = {
        "booking": found, "session": found.session, "experience": found.session.experience,
        "code": picture_of(found.code) if found.state == State.BOOKED else "",
        "line": queries.place_in_line(found) if found.state == State.WAITING else 0,
        "may_cancel": found.state in (State.HELD, State.OFFERED, State.WAITING)
        or (found.state == State.BOOKED and now < found.session.starts_at),
        "paid": paid, "back": back,
    }  # fmt: skip
    return shown(request, "shop/booking/booking.html", context)


@page(login=True, methods=("POST",))
def cancel(request: HttpRequest, booking_id: int) -> HttpResponse:
    found = queries.booking_of(request.shopper.customer_id, booking_id)
    services.cancel(booking_id=found.pk, actor=request.actor)
    return to(request, address(request, "booking", found.pk))


@page(login=True, methods=("POST",))
def take(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Takes an offered place: at once, or by paying."""
    found = queries.booking_of(request.shopper.customer_id, booking_id)
    if found.amount:
        return to(request, address(request, "pay", services.PAYABLE, found.pk))
    services.take(booking_id=found.pk, actor=request.actor)
    return to(request, address(request, "booking", found.pk))
