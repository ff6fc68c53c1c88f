"""My balance: what is there, what moved it, recharging, and redeeming a gift card."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from yutang.areas.merchants import queries as merchants
from yutang.areas.wallet import queries, services
from yutang.areas.wallet.errors import RealNameNeeded
from yutang.core import limits, rewards
from yutang.core.errors import DomainError
from yutang.shop.codes import picture_of
from yutang.shop.door import address, page, shown, to
from yutang.shop.wallet.forms import NameForm, RechargeForm, RedeemForm
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.wallet.models import Plan

SIZE = 20


@page(login=True)
def balance(request: HttpRequest) -> HttpResponse:
    person, currency = request.shopper.customer_id, request.merchant.currency
    found = page_of(queries.statement(person, currency), request, order=queries.NEWEST, size=SIZE)
    found.rows = [(row, queries.label(row.entry)) for row in found.rows]
    if request.headers.get("HX-Request") and "cursor" in request.GET:
        return shown(request, "shop/wallet/_statement.html", {"page": found})
    terms = queries.terms()
    context = {
        "page": found, "has": queries.balance(person, currency), "terms": terms,
        "expiring": queries.next_expiry(person, currency),
    }  # fmt: skip
    return shown(request, "shop/wallet/balance.html", context)


@page(login=True, methods=("GET", "POST"))
def recharge(request: HttpRequest) -> HttpResponse:
    """By a plan or a free amount; then the pay page. The same tap again is the same recharge."""
    terms, plans = queries.terms(), queries.plans(is_offered=True)
    form = RechargeForm(
        request.POST or None, plans=plans, currency=request.merchant.currency, is_free=terms.takes_free_amounts,
        initial={"key": uuid.uuid4().hex},
    )  # fmt: skip
    needs_name = False
    if request.method == "POST" and form.is_valid():
        try:
            wanted = ":".join(f"{name[0]}{number}" for name, number in form.wanted.items())
            made = services.recharging.start(  # a page of a step back may be sent with another wish
                customer_id=request.shopper.customer_id, node_id=merchants.root_node().pk, actor=request.actor,
                key=f"{request.shopper.identity.pk}:{wanted}:{form.cleaned_data['key']}"[:64], **form.wanted,
            )  # fmt: skip
            return to(request, address(request, "pay", services.RECHARGE, made.pk))
        except DomainError as error:
            form.add_error("amount" if error.field == "amount" else None, str(error))
            needs_name = isinstance(error, RealNameNeeded)
    context: dict[str, Any] = {
        "form": form, "plans": [(plan, _besides(plan)) for plan in plans], "terms": terms, "needs_name": needs_name,
        "chosen": form.data.get("plan", str(plans[0].pk) if plans else ""),
        "has": queries.balance(request.shopper.customer_id, request.merchant.currency),
    }  # fmt: skip
    return shown(request, "shop/wallet/recharge.html", context, status=422 if form.errors else 200)


@page(login=True, methods=("GET", "POST"))
def code(request: HttpRequest) -> HttpResponse:
    """What the till scans. Asked for anew as long as the page is open: each is good for a minute and one payment."""
    if request.method == "GET":
        return shown(request, "shop/wallet/code.html", {"has": _has(request)})
    made = services.codes.make(identity=request.shopper.identity, actor=request.actor)
    context = {"has": _has(request), "code": made, "picture": picture_of(made.code)}
    template = "shop/wallet/_code.html" if request.headers.get("HX-Request") else "shop/wallet/code.html"
    return shown(request, template, context)


@page(login=True, methods=("GET", "POST"))
def redeem(request: HttpRequest) -> HttpResponse:
    form = RedeemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = request.shopper.customer_id
        with errors_of(form):
            place = limits.place_of(request.META.get("REMOTE_ADDR"))
            services.cards.refuse_eager(who=[f"person:{person}", f"place:{place}"])
            services.cards.redeem(code=form.cleaned_data["code"], customer_id=person, actor=request.actor)
            return to(request, address(request, "wallet"))
    return shown(request, "shop/wallet/redeem.html", {"form": form}, status=422 if form.errors else 200)


@page(login=True, methods=("GET", "POST"))
def name(request: HttpRequest) -> HttpResponse:
    """Who recharges much says by law who they are."""
    person = request.shopper.customer_id
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_of(form):
            services.naming.record(customer_id=person, actor=request.actor, **form.cleaned_data)
            return to(request, address(request, "recharge"))
    context = {"form": form, "known": queries.real_name(person), "terms": queries.terms()}
    return shown(request, "shop/wallet/name.html", context, status=422 if form.errors else 200)


def _has(request: HttpRequest) -> queries.Balance:
    return queries.balance(request.shopper.customer_id, request.merchant.currency)


def _besides(plan: Plan) -> list[str]:
    return rewards.describe(rewards.read(plan.rewards))
