"""What one person was told, on their page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from yutang.areas.customers import queries as customers
from yutang.areas.messaging import queries_notices as queries
from yutang.console.access import page
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 5


@page("customers.view", methods=("GET",))
def notices(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A card, or nothing where nothing was told."""
    person = customers.customer(request.actor, customer_id)
    found = page_of(queries.of_person(person.pk), request, order=queries.NEWEST, size=SIZE)
    found.rows = [queries.told(row) for row in found.rows]
    return render(request, "console/messaging/_person.html", {"person": person, "page": found})
