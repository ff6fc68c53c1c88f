"""Level, growth and cards of one person."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext

from yutang.areas.customers import queries as customers
from yutang.areas.membership import queries, queries_cards
from yutang.areas.membership.services import carding, growing
from yutang.console.access import page
from yutang.console.membership import labels
from yutang.console.membership.forms import GrantForm, GrowthForm
from yutang.core import clock, money
from yutang.ui.forms import errors_of, refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer

SIZE = 5


@page(queries.VIEW, methods=("GET",))
def card(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A card, or nothing where there are neither levels nor cards."""
    person = customers.customer(request.actor, customer_id)
    way, cards = queries.way(person.pk), list(queries_cards.cards(person.pk).order_by("-id")[:10])
    if way is None and not cards and not queries_cards.on_sale():
        return render(request, "console/membership/_person.html", {"person": person, "is_empty": True})
    growth = page_of(queries.growth(person.pk), request, order=queries.GROWTH_ORDER, size=SIZE)
    now = clock.now()
    for one in cards:
        one.colour = labels.CARD[one.stage]
        one.unused = queries_cards.unused(one, now)
    context = {
        "person": person, "way": way, "growth": growth, "cards": cards, "currency": request.merchant.currency,
        "changes": queries.changes(person.pk).order_by("-id")[:5], "may_handle": request.actor.may(queries.HANDLE),
    }  # fmt: skip
    return render(request, "console/membership/_person.html", context)


@page(queries.HANDLE)
def adjust(request: HttpRequest, customer_id: int) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, queries.HANDLE)
    form = GrowthForm(request.POST or None, initial={"key": uuid.uuid4().hex})
    if form.is_valid():
        with errors_of(form):
            growing.adjust(customer_id=person.pk, **form.cleaned_data, actor=request.actor)
            messages.success(request, gettext("Saved."))
            return redirect("console:customer", person.pk)
    return _asked(request, person, form, gettext("Change growth"))


@page(queries.HANDLE)
def grant(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Days are added to the end of what the person has."""
    person = customers.customer(request.actor, customer_id, queries.HANDLE)
    form = GrantForm(request.POST or None, initial={"key": uuid.uuid4().hex})
    if form.is_valid():
        given = form.cleaned_data
        with errors_of(form):
            carding.grant(
                plan_id=given["plan"], customer_id=person.pk, days=given["days"], reason=given["reason"],
                key=given["key"], actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Saved."))
            return redirect("console:customer", person.pk)
    return _asked(request, person, form, gettext("Give or extend a card"))


@page(queries.HANDLE)
def refund(request: HttpRequest, card_id: int) -> HttpResponse:
    """What would go back is said first."""
    found = queries_cards.card(card_id)
    person = customers.customer(request.actor, found.customer_id, queries.HANDLE)
    if request.method == "POST":
        with refused_as_message(request):
            expected = request.POST.get("expected", "")
            amount = carding.refund(
                card_id=found.pk, key="staff", actor=request.actor,
                expected=int(expected) if expected.isascii() and expected.isdecimal() and len(expected) < 18 else None,
            )  # fmt: skip
            shown = money.formatted(amount, found.currency, get_language() or "en")
            messages.success(request, gettext("%(amount)s goes back.") % {"amount": shown})
        return redirect("console:customer", person.pk)
    context = {
        "person": person, "card": found, "amount": queries_cards.unused(found, clock.now()),
        "given": queries_cards.given_by(found.pk),
    }  # fmt: skip
    return render(request, "console/membership/refund.html", context)


def _asked(request: HttpRequest, person: Customer, form: Form, heading: str) -> HttpResponse:
    context = {"person": person, "form": form, "heading": heading}
    return render(request, "console/membership/asked.html", context, status=422 if form.is_bound else 200)
