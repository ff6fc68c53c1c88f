"""Changes by hand: the list, and the second person's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.points import queries, services
from yutang.console.access import page
from yutang.console.points import tabs
from yutang.console.points.forms import DecideForm
from yutang.console.shell.listing import render_list
from yutang.ui.forms import refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

COLOURS = {"asked": "orange", "done": "green", "refused": "red"}


@page(queries.VIEW, methods=("GET",))
def change_list(request: HttpRequest) -> HttpResponse:
    is_waiting = request.GET.get("tab") == "waiting"
    found = page_of(queries.changes(actor=request.actor, is_waiting=is_waiting), request, order=queries.ORDER)
    ids = {row.customer_id for row in found.rows}
    names = customers.named(request.actor, ids) if request.actor.may("customers.view") else {}
    found.rows = [(row, names.get(row.customer_id, ""), COLOURS[row.state]) for row in found.rows]
    context = {
        "page": found, "is_waiting": is_waiting, "may_decide": request.actor.may(queries.APPROVE),
        **tabs.context(request, "points_changes"),
    }  # fmt: skip
    return render_list(request, "console/points/changes.html", "console/points/_changes.html", context)


@page(queries.APPROVE, methods=("POST",))
def decide(request: HttpRequest, change_id: int) -> HttpResponse:
    form = DecideForm(request.POST)
    if form.is_valid():
        is_approved = form.cleaned_data["answer"] == "yes"
        with refused_as_message(request):
            services.decide(
                change_id=change_id, is_approved=is_approved, note=form.cleaned_data["note"], actor=request.actor
            )
            messages.success(request, gettext("Approved.") if is_approved else gettext("Refused."))
    return redirect("console:points_changes")
