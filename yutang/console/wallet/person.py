"""The balance of one person: a card on their page, and a page with everything that moved it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.payments import providers
from yutang.areas.wallet import queries, services
from yutang.console.access import page
from yutang.console.ledger.asking import sees_books
from yutang.console.wallet.forms import AdjustForm, TakeForm
from yutang.console.wallet.frame import ADJUST, HANDLE, VIEW
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer

SIZE = 5


@page(VIEW, methods=("GET",))
def card(request: HttpRequest, customer_id: int) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, VIEW)
    found = page_of(queries.statement(person.pk, request.merchant.currency), request, order=queries.NEWEST, size=SIZE)
    found.rows = [(row, queries.label(row.entry), queries.why(row.entry)) for row in found.rows]
    context = {"person": person, "page": found, "has": queries.balance(person.pk, request.merchant.currency)}
    return render(request, "console/wallet/_card.html", context)


@page(VIEW, methods=("GET",))
def balance(request: HttpRequest, customer_id: int) -> HttpResponse:
    return _shown(request, customers.customer(request.actor, customer_id, VIEW))


@page(HANDLE, methods=("POST",))
def take(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Staff take money for a recharge: cash, or play money where money is that."""
    person = customers.customer(request.actor, customer_id, HANDLE)
    form = _take_form(request)
    if form.is_valid():
        given = form.cleaned_data
        store = merchants.node(given["node"], actor=request.actor, permission=HANDLE)
        taking = services.recharging
        with errors_of(form):
            (taking.take_cash if given["way"] == "cash" else taking.take_play_money)(
                customer_id=person.pk, node_id=store.pk, key=f"staff:{given['key']}", plan_id=given["plan"],
                amount=given["amount"] or 0, actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Recharged."))
            return redirect("console:customer_balance", person.pk)
    return _shown(request, person, take=form)


@page(ADJUST, methods=("POST",))
def adjust(request: HttpRequest, customer_id: int) -> HttpResponse:
    person = customers.customer(request.actor, customer_id, ADJUST)
    form = _adjust_form(request)
    if form.is_valid():
        given = form.cleaned_data
        with errors_of(form):
            services.adjusting.adjust(
                customer_id=person.pk, kind=given["kind"], node_id=given["node"], reason=given["reason"],
                amount=given["amount"] if given["direction"] == "+" else -given["amount"], key=given["key"],
                actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Corrected."))
            return redirect("console:customer_balance", person.pk)
    return _shown(request, person, adjust=form)


def _shown(
    request: HttpRequest, person: Customer, *, take: TakeForm | None = None, adjust: AdjustForm | None = None
) -> HttpResponse:  # fmt: skip
    currency = request.merchant.currency
    found = page_of(queries.statement(person.pk, currency), request, order=queries.NEWEST, size=30)
    found.rows = [(row, queries.label(row.entry), queries.why(row.entry)) for row in found.rows]
    context: dict[str, Any] = {
        "person": person, "page": found, "has": queries.balance(person.pk, currency),
        "recharges": list(queries.recharges_of(person.pk)[:10]) if request.actor.nodes(VIEW) is None else [],
        "real_name": queries.real_name(person.pk), "sees_books": sees_books(request.actor),
        "take": take or (_take_form(request) if request.actor.may(HANDLE) else None),
        "adjust": adjust or (_adjust_form(request) if request.actor.may(ADJUST) else None),
    }  # fmt: skip
    wrong = any(form is not None and form.errors for form in (take, adjust))
    return render(request, "console/wallet/person.html", context, status=422 if wrong else 200)


def _take_form(request: HttpRequest) -> TakeForm:
    ways = [("cash", gettext("In cash, into my drawer"))]
    if providers.get("sandbox").offers(""):
        ways.append(("sandbox", gettext("Play money")))
    is_sent = request.method == "POST" and "way" in request.POST
    return TakeForm(
        request.POST if is_sent else None, plans=queries.plans(is_offered=True), ways=ways,
        nodes=merchants.nodes_for(HANDLE, actor=request.actor), currency=request.merchant.currency,
    )  # fmt: skip


def _adjust_form(request: HttpRequest) -> AdjustForm:
    is_sent = request.method == "POST" and "direction" in request.POST
    return AdjustForm(
        request.POST if is_sent else None, nodes=merchants.nodes_for(ADJUST, actor=request.actor),
        currency=request.merchant.currency,
    )  # fmt: skip
