"""Points of one person, on their page: a card, and a change by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.points import queries, services
from yutang.areas.points.models import Change
from yutang.console.access import page
from yutang.console.points.forms import ChangeForm
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 5


@page(queries.VIEW, methods=("GET",))
def card(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Empty where there are no points and none can be given."""
    person = customers.customer(request.actor, customer_id, queries.VIEW)
    found = page_of(queries.statement(person.pk), request, order=queries.ORDER, size=SIZE)
    found.rows = [(row, queries.label(row.entry), queries.why(row.entry)) for row in found.rows]
    expiring = queries.expiring(person.pk)[:1]
    context: dict[str, Any] = {
        "person": person, "page": found, "balance": queries.balance(person.pk), "short": queries.short(person.pk),
        "next": (queries.last_day(expiring[0][0], request.merchant.timezone), expiring[0][1]) if expiring else None,
        "waiting": list(queries.changes_of(person.pk).filter(state=Change.State.ASKED)[:SIZE]),
        "may_change": request.actor.may(queries.ADJUST),
    }  # fmt: skip
    return render(request, "console/points/_person.html", context)


@page(queries.ADJUST)
def change(request: HttpRequest, customer_id: int) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, queries.ADJUST)
    form = ChangeForm(request.POST or None)
    if form.is_valid():
        with errors_of(form):
            asked = services.ask(
                customer_id=person.pk, points=form.cleaned_data["points"], reason=form.cleaned_data["reason"],
                key=form.cleaned_data["key"], actor=request.actor,
            )  # fmt: skip
            waits = gettext("It waits for somebody to approve it.")
            messages.success(request, gettext("Changed.") if asked.state == Change.State.DONE else waits)
            return redirect("console:customer", person.pk)
    context = {
        "form": form, "person": person, "balance": queries.balance(person.pk),
        "approve_from": queries.terms().approve_from, "alone": queries.booked_alone(person.pk, request.actor),
    }  # fmt: skip
    return render(request, "console/points/change.html", context, status=422 if form.is_bound else 200)
