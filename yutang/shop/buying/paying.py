"""Paying a bill: the ways there are, what the chosen one needs, and whether the money is here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from yutang.areas.payments import providers, services
from yutang.areas.payments import queries as payments
from yutang.areas.payments.models import Tender
from yutang.areas.payments.providers import Payer
from yutang.areas.payments.providers import sandbox as play
from yutang.areas.wallet import queries as balances
from yutang.areas.wallet import services as wallet
from yutang.core import tenancy
from yutang.core.errors import NotFound
from yutang.shop import shoppers
from yutang.shop.buying.bills import bill
from yutang.shop.buying.ways import paying_app, ways
from yutang.shop.codes import picture_of
from yutang.shop.devices import Device, device
from yutang.shop.door import address, page, shown, to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.shop.buying.bills import Bill


@page(login=True)
def pay(request: HttpRequest, payable: str, payable_id: int) -> HttpResponse:
    owed = bill(request, payable, payable_id)
    if not owed.is_open:
        return to(request, owed.done)
    if device(request) is Device.WECHAT and "wechat" not in request.GET and _must_ask_wechat(request):
        return _to_wechat(request, owed)
    paid = owed.paid
    has = _balance(request, owed)
    context = {
        "bill": owed, "ways": ways(request), "is_wechat": device(request) is Device.WECHAT, "paid": paid,
        "due": owed.total - paid, "balance": min(has, owed.total - paid), "has": has,
    }  # fmt: skip
    return shown(request, "shop/buying/pay.html", context)


@page(login=True, methods=("POST",), is_atomic=False)
def start(request: HttpRequest, payable: str, payable_id: int) -> HttpResponse:
    """Row first, then the network: nobody waits for a payment service with an order locked."""
    provider, _, method = request.POST.get("way", "").partition(":")
    with tenancy.scope(request.merchant.pk):
        owed = bill(request, payable, payable_id)
        back = request.build_absolute_uri(owed.done)
        if not owed.is_open:
            return to(request, owed.done)
        if provider == wallet.BALANCE:
            return _pay_by_balance(request, owed)
        is_jsapi = method == "jsapi"
        openid = shoppers.openid(request, paying_app()) if is_jsapi else ""
        if is_jsapi and not openid:
            return _to_wechat(request, owed)
        tender = services.open_tender(
            payable=owed.payable, provider=provider, method=method, expires_at=owed.expires_at, return_url=back,
            actor=request.actor,
        )  # fmt: skip
    if not providers.get(provider).is_local:
        payer = Payer(openid=openid, ip=request.META.get("REMOTE_ADDR", ""))
        tender = services.launch(tender_id=tender.pk, return_url=back, payer=payer, actor=request.actor)
    if tender.state == Tender.State.PAID:
        return to(request, owed.done)
    if tender.client.get("kind") == "sandbox":
        return to(request, address(request, "sandbox", tender.no))
    with tenancy.scope(request.merchant.pk):
        context = {"bill": owed, "tender": tender, "picture": picture_of(tender.client.get("text", ""))}
        response = shown(request, "shop/buying/paying.html", context)
    if tender.client.get("kind") == "redirect":
        # Not as an answer to the form: our policy lets forms lead nowhere else.
        response.headers["Refresh"] = f"0; url={tender.client['url']}"
        # WeChat's H5 pages want to see that the buyer comes from the merchant's domain; more than that nobody is told.
        response.headers["Referrer-Policy"] = "origin"
    return response


@page(login=True, methods=("POST",), is_atomic=False)
def ask(request: HttpRequest, payable: str, payable_id: int) -> HttpResponse:
    """The buyer, or the browser, says that it is paid: the payment service is asked, and only its word counts."""
    with tenancy.scope(request.merchant.pk):
        owed = bill(request, payable, payable_id)
    services.ask_about(payable=owed.payable, actor=request.actor)
    with tenancy.scope(request.merchant.pk):
        owed = bill(request, payable, payable_id)
        if not owed.is_open:
            return to(request, owed.done)
        template = "shop/buying/_waiting.html" if request.headers.get("HX-Request") else "shop/buying/waiting.html"
        return shown(request, template, {"bill": owed, "is_asked": True})


@page(login=True)
def state(request: HttpRequest, payable: str, payable_id: int) -> HttpResponse:
    """Asked every few seconds by the page that waits for the money."""
    owed = bill(request, payable, payable_id)
    if owed.is_open:
        return shown(request, "shop/buying/_waiting.html", {"bill": owed})
    return to(request, owed.done)


@page(login=True, methods=("GET", "POST"))
def sandbox(request: HttpRequest, no: str) -> HttpResponse:
    """Stands for the app of a payment service: asks, and says so in a notice that is signed like a real one."""
    tender = payments.tender_by_no(no)
    if tender is None or tender.provider != "sandbox":
        raise NotFound
    owed = bill(request, tender.payable_type, tender.payable_id)
    if request.method == "POST" and tender.state == Tender.State.STARTED:
        services.receive(provider="sandbox", told=play.read(*play.notice(tender)), actor=request.actor)
        return to(request, owed.done)
    if not owed.is_open:
        return to(request, owed.done)
    return shown(request, "shop/buying/sandbox.html", {"bill": owed, "tender": tender})


def _balance(request: HttpRequest, owed: Bill) -> int:
    """What the shopper has stored; 0 for what a balance does not pay."""
    return balances.balance(request.shopper.customer_id, owed.currency).total if owed.takes_balance else 0


def _pay_by_balance(request: HttpRequest, owed: Bill) -> HttpResponse:
    """As much as there is; the page asks for the rest."""
    amount = min(_balance(request, owed), owed.total - owed.paid)
    if amount:
        services.open_tender(payable=owed.payable, provider=wallet.BALANCE, amount=amount, actor=request.actor)
    is_paid = bool(amount) and owed.paid == owed.total
    return to(request, owed.done if is_paid else address(request, "pay", *owed.payable))


def _must_ask_wechat(request: HttpRequest) -> bool:
    """Inside WeChat people can pay with it once WeChat has told this browser's OpenID."""
    app = paying_app()
    return bool(app) and not shoppers.openid(request, app)


def _to_wechat(request: HttpRequest, owed: Bill) -> HttpResponse:
    """There and back, unnoticed; `wechat` in the address ends the round where it did not help."""
    back = f"{address(request, 'pay', *owed.payable)}?wechat=1"
    return to(request, f"{address(request, 'wechat')}?{urlencode({'next': back})}")
