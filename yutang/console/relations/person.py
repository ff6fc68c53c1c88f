"""What staff say of a person's relations, from the person's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.relations import queries, services
from yutang.console.access import page
from yutang.console.staff.forms import id_of
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer

EDIT = "relations.edit"


@page(EDIT, methods=("POST",))
def give_role(request: HttpRequest, customer_id: int) -> HttpResponse:
    return _do(request, customer_id, lambda person: _said(services.give_role, request, person, role=_role(request)))


@page(EDIT, methods=("POST",))
def take_role(request: HttpRequest, customer_id: int) -> HttpResponse:
    return _do(request, customer_id, lambda person: _said(services.take_role, request, person, role=_role(request)))


@page(EDIT, methods=("POST",))
def bring(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The bringer by number, as it stands on their page; they must be somebody the actor sees."""

    def do(person: Customer) -> None:
        number = id_of(request.POST.get("bringer", "").strip().removeprefix("#"))
        if number is None:
            reason = gettext("Write the customer number of who brought them.")
            raise Invalid(field="bringer", field_label=gettext("Brought by"), reason=reason)
        _said(services.bring, request, person, bringer=customers.customer(request.actor, number))

    return _do(request, customer_id, do)


@page(EDIT, methods=("POST",))
def forget_bringer(request: HttpRequest, customer_id: int) -> HttpResponse:
    return _do(request, customer_id, lambda person: _said(services.forget_bringer, request, person))


@page(EDIT)
def assign(request: HttpRequest, customer_id: int) -> HttpResponse:
    """GET: the form with the colleagues, for the card; a page of its own without scripts."""
    if request.method != "POST":
        person = customers.customer(request.actor, customer_id, EDIT)
        template = "_guide.html" if request.headers.get("HX-Request") else "guide.html"
        context = {"person": person, "offered_guides": queries.possible_guides(request.actor)}
        return render(request, f"console/relations/{template}", context)
    guide_id = id_of(request.POST.get("guide", "")) or 0
    return _do(request, customer_id, lambda person: _said(services.assign, request, person, guide_id=guide_id))


@page(EDIT, methods=("POST",))
def release(request: HttpRequest, customer_id: int) -> HttpResponse:
    return _do(request, customer_id, lambda person: _said(services.release, request, person))


def _do(request: HttpRequest, customer_id: int, act: Callable[[Customer], object]) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, EDIT)
    act(person)
    messages.success(request, gettext("Saved."))
    return redirect("console:customer", person.pk)


def _said(service: Callable[..., object], request: HttpRequest, person: Customer, **said: object) -> None:
    service(customer=person, reason=request.POST.get("reason", ""), actor=request.actor, **said)


def _role(request: HttpRequest) -> int:
    """0, which is no role, for what cannot be read."""
    return id_of(request.POST.get("role", "")) or 0
