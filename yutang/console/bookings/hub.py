"""The VIP hub: what it says, whom it lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.bookings import queries, services
from yutang.areas.customers import queries as customers
from yutang.console.access import page
from yutang.console.bookings.forms import HubForm, InviteForm
from yutang.console.shell.listing import render_list
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_FIELDS = ("is_active", "title", "text", "segment_id", "contact_name", "contact_phone", "contact_wechat")


@page(queries.VIEW)
def hub(request: HttpRequest) -> HttpResponse:
    queries.require_everything(request.actor)
    found = queries.hub()
    initial = {name: getattr(found, name) for name in _FIELDS} if found else {}
    form = HubForm(request.POST or None, initial=initial, actor=request.actor)
    if request.method == "POST":
        request.actor.require(queries.EDIT)
        if form.is_valid():
            with errors_of(form):
                services.save_hub(**form.values(), actor=request.actor)
                messages.success(request, gettext("The VIP hub is saved."))
                return redirect("console:vip")
    status = 422 if form.is_bound else 200
    return render(request, "console/bookings/hub.html", {"form": form, "hub": found}, status=status)


@page(queries.VIEW)
def invitations(request: HttpRequest) -> HttpResponse:
    queries.require_everything(request.actor)
    form = InviteForm(request.POST or None)
    if request.method == "POST":
        request.actor.require(queries.EDIT)
        if form.is_valid():
            with errors_of(form):
                person = customers.customer(request.actor, form.cleaned_data["customer"])
                services.invite(customer_id=person.pk, reason=form.cleaned_data["reason"], actor=request.actor)
                messages.success(request, gettext("Invited."))
                return redirect("console:vip_invitations")
    found = page_of(queries.invitations(), request, order=queries.NEWEST)
    context = {"page": found, "form": form}
    response = render_list(request, "console/bookings/invitations.html", "console/bookings/_invitations.html", context)
    response.status_code = 422 if form.is_bound else 200
    return response


@page(queries.EDIT, methods=("POST",))
def end(request: HttpRequest, invitation_id: int) -> HttpResponse:
    services.end_invitation(invitation_id=invitation_id, actor=request.actor)
    messages.success(request, gettext("The invitation has ended."))
    return redirect("console:vip_invitations")
