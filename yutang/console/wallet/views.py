"""Figures, people with balances, recharges and their refunds."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.payments import queries as payments
from yutang.areas.wallet import queries, queries_liability, services
from yutang.console.access import page
from yutang.console.orders import labels
from yutang.console.shell.listing import render_list
from yutang.console.wallet.forms import QuietForm, RefundForm
from yutang.console.wallet.frame import HANDLE, VIEW, tabs
from yutang.core import clock
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of
from yutang.ui.templatetags.ui import money

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.wallet.models import Recharge


@page(VIEW, methods=("GET",))
def liability(request: HttpRequest) -> HttpResponse:
    found = queries_liability.liability(request.actor, request.merchant.currency, at=clock.now())
    ages = [gettext("up to %s days") % edge for edge in queries_liability.EDGES]
    ages.append(gettext("older than %s days") % queries_liability.EDGES[-1])
    shown = {
        name: money(getattr(found.total, name), request.merchant.currency)
        for name in ("owed", "principal", "gift", "cards")
    }  # fmt: skip
    context = {
        "found": found, "shown": shown, "ages": ages, "tabs": tabs(), "sees_all": request.actor.nodes(VIEW) is None,
        "given": -found.balances["wallet.gift_given"], "expired": found.balances["wallet.expired"],
    }  # fmt: skip
    return render(request, "console/wallet/liability.html", context)


@page(VIEW, methods=("GET",))
def people(request: HttpRequest) -> HttpResponse:
    """Who has a balance; with `quiet` those whose balance has not moved for so many days: to be reminded."""
    form = QuietForm(request.GET)
    days = form.cleaned_data["quiet"] if form.is_valid() else None
    since = clock.now() - timedelta(days=days) if days else None
    rows = queries.people(request.actor, request.merchant.currency, quiet_since=since)
    found = page_of(rows, request, order=queries.NEWEST)
    names = _names(request, [row.holder_id for row in found.rows])
    found.rows = [(row, names.get(row.holder_id, "")) for row in found.rows]
    context = {"page": found, "tabs": tabs(), "quiet": request.GET.get("quiet", ""), "is_filtered": bool(since)}
    return render_list(request, "console/wallet/people.html", "console/wallet/_people.html", context)


@page(VIEW, methods=("GET",))
def recharges(request: HttpRequest) -> HttpResponse:
    found = page_of(queries.recharges(request.actor), request, order=queries.NEWEST)
    names = _names(request, [row.customer_id for row in found.rows])
    found.rows = [(row, names.get(row.customer_id, "")) for row in found.rows]
    context = {"page": found, "tabs": tabs()}
    return render_list(request, "console/wallet/recharges.html", "console/wallet/_recharges.html", context)


@page(VIEW, methods=("GET",))
def recharge(request: HttpRequest, recharge_id: int) -> HttpResponse:
    return _shown(request, queries.recharge(request.actor, recharge_id))


@page(HANDLE, methods=("POST",))
def refund(request: HttpRequest, recharge_id: int) -> HttpResponse:
    """Exactly what the page showed, or nothing."""
    found = queries.recharge(request.actor, recharge_id, HANDLE)
    form = RefundForm(request.POST)
    if form.is_valid():
        with errors_of(form):
            made = services.refunding.refund(
                recharge_id=found.pk, key=form.cleaned_data["key"],
                confirmed=services.refunding.read(form.cleaned_data["figures"]),
                is_cash=form.cleaned_data["way"] == "cash", reason=form.cleaned_data["reason"], actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Refunded."))
            return redirect("console:wallet_recharge", made.recharge_id)
    return _shown(request, found, form, status=422)


def _shown(
    request: HttpRequest, found: Recharge, form: RefundForm | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    trial = queries.trial(found)
    figures = json.dumps(trial.as_json)
    if form is None:
        form = RefundForm(initial={"figures": figures})
    else:
        form.data = form.data.copy()
        form.data["figures"] = figures  # what is confirmed next is what is shown now
    since = found.paid_at
    days = queries.terms().refund_days
    tenders = payments.tenders_of((services.RECHARGE, found.pk))
    context: dict[str, Any] = {
        "recharge": found, "trial": trial, "name": _names(request, [found.customer_id]).get(found.customer_id, ""),
        "form": form, "refunds": queries.refunds_of(found),
        "tenders": [(labels.provider(one.provider), one) for one in tenders],
        "money_back": payments.refunds_of(tender.pk for tender in tenders), "days": days,
        "is_within": since is not None and clock.now() < since + timedelta(days=days),
        "may_refund": trial.principal_left > 0 and request.actor.may(HANDLE),
    }  # fmt: skip
    return render(request, "console/wallet/recharge.html", context, status=status)


def _names(request: HttpRequest, customer_ids: list[int]) -> dict[int, str]:
    """Of those whom the actor may see; others are numbers."""
    return customers.named(request.actor, customer_ids) if request.actor.may("customers.view") else {}
