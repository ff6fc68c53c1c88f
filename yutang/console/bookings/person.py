"""Bookings of one person, below the fold of their page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from yutang.areas.bookings import queries
from yutang.areas.customers import queries as customers
from yutang.console.access import page
from yutang.console.bookings.desk import COLOURS
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 5


@page(queries.VIEW, methods=("GET",))
def bookings(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A card, or nothing where nothing is booked."""
    person = customers.customer(request.actor, customer_id)
    rows = queries.bookings(request.actor).filter(customer=person.pk)
    found = page_of(rows, request, order=queries.NEWEST, size=SIZE)
    for row in found.rows:
        row.colour = COLOURS.get(row.state, "secondary")
    return render(request, "console/bookings/_person.html", {"person": person, "page": found})
