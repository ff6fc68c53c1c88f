"""The customer list and the page of one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers import queries, services
from yutang.console.access import page
from yutang.console.customers import exporting, labels, listing, whole
from yutang.console.shell.listing import render_list
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("customers.view", methods=("GET",))
def customer_list(request: HttpRequest) -> HttpResponse:
    wanted = listing.filters(request)
    found = listing.page(request, wanted)
    for row in found.rows:
        row.customer.source_label = labels.source(row.customer.source)
    context = {
        "page": found,
        "filters": wanted,
        "bulk": any(request.actor.may(each) for each in ("customers.export", "tags.bulk", "relations.edit")),
        "sort": wanted["sort"],
    }
    context["export_limit"] = exporting.LIMIT
    if request.headers.get("HX-Target") != "results":
        context |= listing.choices(request)
        context["source_labels"] = [(code, labels.source(code)) for code in context["sources"]]
    return render_list(request, "console/customers/list.html", "console/customers/_rows.html", context)


@page("customers.view", methods=("GET",))
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    person = queries.customer(request.actor, customer_id)
    if person.pk != customer_id:
        messages.info(request, gettext("Customer #%(id)s is part of this person now.") % {"id": customer_id})
        return redirect("console:customer", person.pk)
    return render(request, "console/customers/customer.html", whole.context(request, person))


@page("orders.view", methods=("GET",))
def orders(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Further pages of a person's orders."""
    person = queries.customer(request.actor, customer_id)
    return render(request, "console/customers/_orders.html", {"person": person, "page": whole.orders(request, person)})


@page("customers.edit", methods=("POST",))
def add_note(request: HttpRequest, customer_id: int) -> HttpResponse:
    person = queries.customer(request.actor, customer_id, "customers.edit")
    services.add_note(customer=person, text=request.POST.get("text", ""), actor=request.actor)
    messages.success(request, gettext("Note saved."))
    return redirect("console:customer", person.pk)


@page("customers.unmask", methods=("POST",))
def reveal(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The full value in place of the masked one; every look is written down."""
    person = queries.customer(request.actor, customer_id, "customers.unmask")
    identity_id = None  # the address
    if (number := request.POST.get("identity")) is not None:
        if not (number.isdecimal() and len(number) < 19):
            raise NotFound
        identity_id = int(number)
    shown = services.reveal(customer=person, identity_id=identity_id, actor=request.actor)
    return render(request, "console/customers/_revealed.html", {"shown": shown})
