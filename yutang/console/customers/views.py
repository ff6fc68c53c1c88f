"""The customer list and the page of one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers import queries, services
from yutang.areas.orders import queries as order_queries
from yutang.console.access import page
from yutang.console.customers import exporting, interactions, labels, listing, portrait, timeline
from yutang.console.grades import explained
from yutang.console.shell.listing import render_list
from yutang.core.errors import NotFound
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer
    from yutang.ui.paging import Page

ORDERS_PER_PAGE = 10


@page("customers.view", methods=("GET",))
def customer_list(request: HttpRequest) -> HttpResponse:
    wanted = listing.filters(request)
    found = listing.page(request, wanted)
    for row in found.rows:
        row.customer.source_label = labels.source(row.customer.source)
    context = {"page": found, "filters": wanted, "bulk": request.actor.may("customers.export"), "sort": wanted["sort"]}
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
    accounts = labels.explain(queries.evidence(person))
    merges = labels.reasons(queries.merges_of(request.actor, person))
    statistic = order_queries.statistics(request.actor, [person.pk])[person.pk]
    notes = list(queries.notes(person).order_by("-id")[:50])
    page_of_orders, sees_orders = _orders(request, person), request.actor.may("orders.view")
    did = interactions.context(request, person)
    context = {
        **did, "person": person, "accounts": accounts, "merges": merges, "statistic": statistic, "notes": notes,
        "page": page_of_orders, "source_label": labels.source(person.source), "has_address": person.address is not None,
        "portrait": portrait.statements(
            person, accounts, statistic, order_queries.favourites(request.actor, person.pk) if sees_orders else [],
            order_queries.channels_of(request.actor, person.pk) if sees_orders else [],
        ),
        "grades": explained.card(person.pk, currency=request.merchant.currency, actor=request.actor),
        "moments": timeline.moments(
            page_of_orders.rows if page_of_orders else [], notes, merges, accounts, did["interactions"]
        ),
    }  # fmt: skip
    return render(request, "console/customers/customer.html", context)


@page("orders.view", methods=("GET",))
def orders(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Further pages of a person's orders."""
    person = queries.customer(request.actor, customer_id)
    return render(request, "console/customers/_orders.html", {"person": person, "page": _orders(request, person)})


def _orders(request: HttpRequest, person: Customer) -> Page | None:
    if not request.actor.may("orders.view"):
        return None
    found = page_of(
        order_queries.orders_of(request.actor, person.pk), request, order=("-ordered_at", "-id"), size=ORDERS_PER_PAGE
    )
    lines = order_queries.lines_of(order.pk for order in found.rows)
    for order in found.rows:
        order.lines = lines.get(order.pk, [])
        order.source_label = labels.source(order.channel.source)
    return found


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
