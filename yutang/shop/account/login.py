"""Logging in by a code sent to the phone, and the page of the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse

from yutang.areas.aftersale import queries as aftersale
from yutang.areas.customers import queries as customer_queries
from yutang.areas.customers import services as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.messaging import services as messaging
from yutang.areas.orders import queries_mine
from yutang.areas.orders.services import carting
from yutang.core import tenancy
from yutang.core.errors import DomainError
from yutang.shop import recording, shoppers
from yutang.shop.door import address, inside, page, shown, to
from yutang.shop.forms import CodeForm, PhoneForm

if TYPE_CHECKING:
    from django.http import HttpRequest

PURPOSE = "login"


@page(methods=("GET", "POST"), is_atomic=False)
def login(request: HttpRequest) -> HttpResponse:
    """The code is checked in a transaction of its own: a wrong one counts although nothing else happens."""
    wanted = _next(request)
    if request.method == "GET":
        if request.shopper.is_known:
            return to(request, wanted)
        return shown(request, "shop/account/login.html", {"form": PhoneForm(), "next": wanted})
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            phone = messaging.check_code(
                phone=form.cleaned_data["phone"], purpose=PURPOSE, code=form.cleaned_data["code"].strip(),
                actor=request.actor,
            )  # fmt: skip
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else "code", str(error))
        else:
            _enter(request, phone)
            return to(request, wanted)
    return shown(request, "shop/account/login.html", {"form": form, "next": wanted, "is_sent": True}, status=422)


@page(methods=("POST",), is_atomic=False)
def send_code(request: HttpRequest) -> HttpResponse:
    form = PhoneForm(request.POST)
    sent = None
    if form.is_valid():
        try:
            sent = messaging.send_code(
                phone=form.cleaned_data["phone"], purpose=PURPOSE, ip=request.META.get("REMOTE_ADDR", ""),
                actor=request.actor,
            )  # fmt: skip
        except DomainError as error:
            form.add_error("phone", str(error))
    context = {"form": form, "sent": sent, "is_sent": sent is not None, "next": _next(request)}
    template = "shop/account/_login.html" if request.headers.get("HX-Request") else "shop/account/login.html"
    return shown(request, template, context, status=200 if sent else 422)


@page(methods=("POST",))
def logout(request: HttpRequest) -> HttpResponse:
    shoppers.log_out(request)
    return to(request, address(request, "home"))


@page(login=True)
def me(request: HttpRequest) -> HttpResponse:
    customer = request.shopper.identity.customer
    phone = customer_queries.phones([customer.pk]).get(customer.pk, "")
    context = {
        "customer": customer, "phone": phone, "counts": queries_mine.counts(customer.pk), "tab": "me",
        "open_cases": aftersale.waiting_for(customer.pk),
    }  # fmt: skip
    return shown(request, "shop/account/me.html", context)


def _enter(request: HttpRequest, phone: str) -> None:
    """The person of this phone, new or known; what the browser did and put into its cart becomes theirs."""
    with tenancy.scope(request.merchant.pk):
        identity = customers.identify(
            kind="phone", value=phone, node_id=merchants.root_node().pk, source="shop", actor=request.actor
        )
        carting.merge(visitor=request.shopper.visitor, identity_id=identity.pk, actor=request.actor)
        recording.note(request, "identify", phone=phone)
        shoppers.log_in(request, identity)


def _next(request: HttpRequest) -> str:
    return inside(request, request.POST.get("next") or request.GET.get("next"), "me")
