"""A person who came through WeChat adds a phone: the same code as at the log-in, and the two are one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.core import tenancy
from yutang.shop import shoppers
from yutang.shop.account import codes
from yutang.shop.account.entering import enter
from yutang.shop.door import address, page, shown, to
from yutang.shop.forms import PhoneForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TEMPLATE = "shop/account/phone.html"


@page(login=True, methods=("GET", "POST"), is_atomic=False)
def bind(request: HttpRequest) -> HttpResponse:
    before = request.shopper.identity
    with tenancy.scope(request.merchant.pk):
        has_one = bool(customers.phones([before.customer_id]))
    if has_one:
        return to(request, address(request, "me"))
    if request.method == "GET":
        return shown(request, TEMPLATE, {"form": PhoneForm()})
    form, proved = codes.checked(request, purpose="bind")
    if proved:
        found = enter(request, accounts={"phone": proved})
        if found["phone"].customer_id == found[before.kind].customer_id:
            return to(request, address(request, "me"))
        shoppers.log_in(request, before)  # two people, say the keys: a case asks the shop
        form.add_error("phone", gettext("This phone belongs to another account. The shop has been asked about it."))
    return shown(request, TEMPLATE, codes.again(request, form), status=422)


@page(login=True, methods=("POST",), is_atomic=False)
def send_code(request: HttpRequest) -> HttpResponse:
    return codes.send(request, purpose="bind", whole=TEMPLATE, context={})
