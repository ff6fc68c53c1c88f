"""After-sale of one person, below the fold of their page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from yutang.areas.aftersale import queries
from yutang.areas.customers import queries as customers
from yutang.console.access import page
from yutang.console.aftersale import listing
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 5


@page(queries.VIEW, methods=("GET",))
def cases(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A card, or nothing where there is no case."""
    person = customers.customer(request.actor, customer_id)
    found = page_of(queries.of_person(request.actor, person.pk), request, order=queries.NEWEST, size=SIZE)
    found.rows = listing.rows(request, found.rows)
    return render(request, "console/aftersale/_person.html", {"person": person, "page": found})
