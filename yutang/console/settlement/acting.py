"""Terms, closing a period, recording a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.settlement import queries, services
from yutang.areas.settlement.queries import Party
from yutang.console.access import page
from yutang.console.settlement.forms import PaymentForm, PeriodForm, SupplierForm, TermsForm
from yutang.console.settlement.views import shown
from yutang.ui.forms import errors_of, refused_as_message

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(queries.CLOSE)
def terms(request: HttpRequest, node_id: int) -> HttpResponse:
    queries.require_everything(request.actor)
    node = merchants.node(node_id, actor=request.actor, permission=queries.CLOSE)
    saved = queries.terms_of(node.pk)
    initial = {"share": 10_000, "serve_share": 0, "gift_share": 0}
    if saved:
        initial = {key: getattr(saved, key) for key in initial}
    form = TermsForm(request.POST or None, initial=initial)
    if form.is_valid():
        with errors_of(form):
            services.save_terms(node_id=node.pk, **form.cleaned_data, actor=request.actor)
            messages.success(request, gettext("The terms are saved."))
            return redirect("console:settlement_store", node.pk)
    context = {"form": form, "name": node.name, "back": reverse("console:settlement_store", args=[node.pk])}
    return render(request, "console/settlement/terms.html", context, status=422 if form.is_bound else 200)


@page(queries.CLOSE)
def suppliers(request: HttpRequest) -> HttpResponse:
    queries.require_everything(request.actor)
    form = SupplierForm(request.POST or None)
    if form.is_valid():
        with errors_of(form):
            values = form.cleaned_data | {"category_id": int(form.cleaned_data["category_id"])}
            services.save_supplier(**values, actor=request.actor)
            messages.success(request, gettext("The terms are saved."))
            return redirect("console:settlement")
    context = {"form": form, "name": gettext("New supplier"), "back": reverse("console:settlement")}
    return render(request, "console/settlement/terms.html", context, status=422 if form.is_bound else 200)


@page(queries.CLOSE, methods=("POST",))
def close_store(request: HttpRequest, node_id: int) -> HttpResponse:
    node = merchants.node(node_id, actor=request.actor, permission=queries.CLOSE)
    return _close(request, Party("node", node.pk), reverse("console:settlement_store", args=[node.pk]))


@page(queries.CLOSE, methods=("POST",))
def close_supplier(request: HttpRequest, supplier_id: int) -> HttpResponse:
    found = queries.supplier(supplier_id, actor=request.actor)
    return _close(request, Party("supplier", found.pk), reverse("console:settlement_supplier", args=[found.pk]))


def _close(request: HttpRequest, party: Party, back: str) -> HttpResponse:
    form = PeriodForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Choose the days of the period."))
        return redirect(back)
    with refused_as_message(request):
        made = services.close(party=party, **form.cleaned_data, actor=request.actor)
        messages.success(request, gettext("The period is closed."))
        return redirect("console:settlement_statement", made.pk)
    return redirect(back)


@page(queries.CLOSE, methods=("POST",))
def pay(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Towards what is owed, whichever way that is."""
    found = queries.statement(statement_id, actor=request.actor)
    form = PaymentForm(request.POST, currency=found.currency)
    if form.is_valid():
        amount, key = form.cleaned_data["amount"], f"{found.pk}:{form.cleaned_data['key']}"
        sign = 1 if found.due >= 0 else -1
        with errors_of(form):
            services.pay(
                statement_id=found.pk,
                amount=sign * amount,
                key=key,
                note=form.cleaned_data["note"],
                actor=request.actor,
            )
            messages.success(request, gettext("The payment is recorded."))
            return redirect("console:settlement_statement", found.pk)
    return shown(request, found.pk, form)
