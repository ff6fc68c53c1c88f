"""Logging in by a code sent to the phone, logging out, and the page of the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yutang.areas.aftersale import queries as aftersale
from yutang.areas.channels import queries as channels
from yutang.areas.customers import queries as customer_queries
from yutang.areas.customers import services as customers
from yutang.areas.messaging import queries_notices as notices
from yutang.areas.orders import queries_mine
from yutang.core import tenancy
from yutang.core.errors import DomainError
from yutang.shop import shoppers
from yutang.shop.account import agreeing, assets, codes
from yutang.shop.account.entering import enter
from yutang.shop.devices import Device, device
from yutang.shop.door import address, inside, page, shown, to
from yutang.shop.forms import CodeForm, PhoneForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TEMPLATE = "shop/account/login.html"


@page(methods=("GET", "POST"), is_atomic=False)
def login(request: HttpRequest) -> HttpResponse:
    wanted = _next(request)
    if request.method == "GET":
        if request.shopper.is_known:
            return to(request, wanted)
        return shown(request, TEMPLATE, _context(request) | {"form": PhoneForm()})
    try:  # before the code is looked at: a code works once
        agreed = agreeing.ticked(request)
    except DomainError as error:
        return unagreed(request, error)
    form, phone = codes.checked(request, purpose="login")
    if phone:
        enter(request, accounts={"phone": phone}, agreed=agreed)
        return to(request, wanted)
    return shown(request, TEMPLATE, _context(request) | codes.again(request, form), status=422)


def unagreed(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The log-in as it was filled in, and what is missing."""
    form = CodeForm(request.POST)
    is_sent = bool(request.POST.get("code") or request.POST.get("shown"))
    context = _context(request) | codes.again(request, form) | {
        "form": form if is_sent else PhoneForm(initial={"phone": request.POST.get("phone", "")[:30]}),
        "is_sent": is_sent, "typed": request.POST.get("code", "")[:10], "unagreed": str(error),
    }  # fmt: skip
    return shown(request, codes.TEMPLATE if request.headers.get("HX-Request") else TEMPLATE, context, status=422)


@page(methods=("POST",), is_atomic=False)
def send_code(request: HttpRequest) -> HttpResponse:
    return codes.send(request, purpose="login", whole=TEMPLATE, context=_context(request))


@page(methods=("POST",))
def logout(request: HttpRequest) -> HttpResponse:
    """`everywhere`: on every other phone and computer too."""
    if "everywhere" in request.POST and request.shopper.is_known:
        customers.end_logins(customer_id=request.shopper.customer_id, actor=request.actor)
    shoppers.log_out(request)
    return to(request, address(request, "home"))


@page(login=True)
def me(request: HttpRequest) -> HttpResponse:
    customer = request.shopper.identity.customer
    phone = customer_queries.phones([customer.pk]).get(customer.pk, "")
    context = {
        "customer": customer, "phone": phone, "counts": queries_mine.counts(customer.pk), "tab": "me",
        "open_cases": aftersale.waiting_for(customer.pk), "unread": notices.unread(customer.pk),
        "assets": assets.assets(request), "may_name": not customer.name and _has_wechat(request),
    }  # fmt: skip
    return shown(request, "shop/account/me.html", context)


def _context(request: HttpRequest) -> dict[str, Any]:
    with tenancy.scope(request.merchant.pk):
        return {"next": _next(request), "has_wechat": _has_wechat(request), **agreeing.context(request)}


def _has_wechat(request: HttpRequest) -> bool:
    """Whether WeChat may be asked who this is: inside WeChat, and the shop is connected."""
    return device(request) is Device.WECHAT and bool(channels.app_id())


def _next(request: HttpRequest) -> str:
    return inside(request, request.POST.get("next") or request.GET.get("next"), "me")
