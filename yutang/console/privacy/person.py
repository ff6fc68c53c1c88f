"""One person's consent, and what can be done with their data: copy, hold, erase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.privacy import consents, queries, services
from yutang.console.access import page
from yutang.console.privacy.forms import ConsentForm, EraseForm
from yutang.console.privacy.views import COLOURS
from yutang.console.shell.views import safe_next
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer
    from yutang.areas.privacy.models import Request

SHOWN, LAST = 50, 5


def card(request: HttpRequest, person: Customer) -> dict[str, Any] | None:
    """Context of `console/privacy/_card.html`; None for who may not see this person's statements."""
    actor = request.actor
    nodes = actor.nodes("privacy.view") if actor.may("privacy.view") else frozenset()
    if nodes is not None and person.home_node_id not in nodes:
        return None
    said = list(consents.history(person))
    return {
        "states": consents.states(person, said=said), "history": said[:LAST], "form": ConsentForm(),
        "requests": _coloured(queries.requests_of(person)),
    }  # fmt: skip


@page("privacy.view", methods=("GET",))
def overview(request: HttpRequest, customer_id: int) -> HttpResponse:
    return _show(request, customer_id, ConsentForm(), EraseForm())


@page("privacy.manage", methods=("POST",))
def consent(request: HttpRequest, customer_id: int) -> HttpResponse:
    form = ConsentForm(request.POST)
    if form.is_valid():
        with errors_of(form):
            consents.record(customer_id=customer_id, **form.cleaned_data, actor=request.actor)
            messages.success(request, gettext("Statement recorded."))
            here = reverse("console:customer_privacy", args=[customer_id])
            return redirect(safe_next(request, request.POST.get("next"), here))
    return _show(request, customer_id, form, EraseForm())


@page("privacy.export", methods=("POST",))
def copy(request: HttpRequest, customer_id: int) -> HttpResponse:
    made = services.request_copy(customer_id=customer_id, actor=request.actor)
    return redirect("console:privacy_request", made.pk)


@page("privacy.erase", methods=("POST",))
def hold(request: HttpRequest, customer_id: int) -> HttpResponse:
    services.place_hold(customer_id=customer_id, reason=request.POST.get("reason", ""), actor=request.actor)
    messages.success(request, gettext("Legal hold placed."))
    return redirect("console:customer_privacy", customer_id)


@page("privacy.erase", methods=("POST",))
def release(request: HttpRequest, hold_id: int) -> HttpResponse:
    released = services.release_hold(hold_id=hold_id, actor=request.actor)
    messages.success(request, gettext("Legal hold released."))
    return redirect("console:customer_privacy", released.customer_id)


@page("privacy.erase", methods=("POST",))
def erase(request: HttpRequest, customer_id: int) -> HttpResponse:
    form = EraseForm(request.POST)
    if form.is_valid():
        with errors_of(form):
            made = services.request_erasure(customer_id=customer_id, **form.cleaned_data, actor=request.actor)
            return redirect("console:privacy_request", made.pk)
    return _show(request, customer_id, ConsentForm(), form)


def _show(request: HttpRequest, customer_id: int, consent_form: ConsentForm, erase_form: EraseForm) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, "privacy.view")
    if person.pk != customer_id:
        return redirect("console:customer_privacy", person.pk)
    obstacles, objections = queries.reasons_to_wait(person)
    requests = _coloured(queries.requests_of(person))
    context = {
        "person": person, "states": consents.states(person), "history": consents.history(person)[:SHOWN],
        "requests": requests, "holds": queries.holds_of(person), "consent_form": consent_form,
        "erase_form": erase_form, "obstacles": obstacles, "objections": objections,
    }  # fmt: skip
    is_refused = consent_form.is_bound or erase_form.is_bound
    return render(request, "console/privacy/person.html", context, status=422 if is_refused else 200)


def _coloured(requests: list[Request]) -> list[Request]:
    for row in requests:
        row.colour = COLOURS[row.state]
    return requests
