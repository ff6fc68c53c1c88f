"""What is typed or scanned at the till: a product, the payment code of the buyer, a coupon on paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import get_language, gettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.coupons import services as coupons
from yutang.areas.orders import queries_till
from yutang.areas.orders.services import baskets, choosing
from yutang.areas.wallet import services as wallet
from yutang.areas.wallet.errors import TooManyTries
from yutang.console.access import page
from yutang.console.pos import counter
from yutang.console.staff.forms import id_of
from yutang.core import money
from yutang.core.errors import DomainError, NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.catalog.queries import Offer
    from yutang.areas.coupons.models import Coupon
    from yutang.areas.orders.models import TillBasket

PERMISSION = "pos.sell"
MOST_PRODUCTS = 12
_TIMES = re.compile(r"(\d{1,3})\s*[*x×]\s*(\S.*)")  # "3*6901234567892": three of them


@dataclass(frozen=True)
class Found:
    offer: Offer
    available: int


@page(PERMISSION, methods=("GET",))
def find(request: HttpRequest) -> HttpResponse:
    """What is meant by what is being typed."""
    store = counter.store_of(request)
    times, text = _asked(request.GET.get("q", ""))
    found = _found(text, store.pk) if store else []
    is_code = not found and (wallet.codes.is_code(text) or coupons.is_code(text))  # Enter says what it is
    context = {"found": found, "asked": "" if is_code else text, "times": times}
    return render(request, "console/pos/_found.html", context | {"key": request.GET.get("key", "")})


@page(PERMISSION, methods=("POST",))
def scan(request: HttpRequest) -> HttpResponse:
    """A code or barcode goes onto the counter at once, a payment code says who buys, a coupon is redeemed; of anything
    else the products it may mean are shown."""
    key = request.POST.get("key", "")
    times, text = _asked(request.POST.get("q", ""))
    sku_id = id_of(request.POST.get("sku", ""))
    exact = [sku_id] if sku_id else catalog.skus_by_number(text)
    if len(exact) == 1:
        with_it = counter.changed(
            request, lambda: baskets.add(key=key, sku_id=exact[0], pieces=times, actor=request.actor)
        )
        return _done(with_it)
    if wallet.codes.is_code(text):
        return meet(request, key, text)
    basket = baskets.locked(key, request.actor)
    found = _found(text, basket.node_id)
    if not found and coupons.is_code(text):
        return _redeem(request, key, text)
    context = {"found": found, "asked": text, "times": times, "key": key, "is_scan": True}
    response = render(request, "console/pos/_found.html", context)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#found", "innerHTML"
    return response


def meet(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """Whoever shows the payment code buys, and points and balance may pay."""
    if not wallet.codes.may_try(who=f"user:{request.actor.id}"):
        return counter.fragment(request, problem=str(TooManyTries()))
    try:
        basket = choosing.meet(key=key, code=code, actor=request.actor)
    except NotAllowed:
        raise
    except DomainError as error:
        return counter.fragment(request, problem=str(error))
    return _done(counter.fragment(request, basket))


def _redeem(request: HttpRequest, key: str, text: str) -> HttpResponse:
    try:
        basket, coupon = choosing.redeem(key=key, text=text, actor=request.actor)
    except NotAllowed:
        raise
    except DomainError as error:  # the code stays in its field: Enter tries again once there is a buyer
        return counter.fragment(request, problem=str(error))
    return _done(counter.fragment(request, basket, notice=_said(request, basket, coupon)))


def _said(request: HttpRequest, basket: TillBasket, coupon: Coupon) -> str:
    """What the coupon does now."""
    currency = request.merchant.currency
    offered = queries_till.counter(basket, currency=currency).coupons
    name = {"name": coupon.template.name}
    row = next((one for one in offered.rows if one.told.held.id == coupon.pk), None) if offered else None
    if row is None or not (row.told.is_used or row.why):
        return gettext("“%(name)s” belongs to the buyer now.") % name
    if row.told.is_used:
        amount = money.formatted(row.takes, currency, get_language() or "en")
        return gettext("“%(name)s” takes off %(amount)s.") % {**name, "amount": amount}
    return gettext("“%(name)s” belongs to the buyer now, but does not count: %(why)s.") % {**name, "why": row.why}


def _done(response: HttpResponse) -> HttpResponse:
    """The field is free for the next scan."""
    response.headers["HX-Trigger"] = "pos-added"
    return response


def _asked(text: str) -> tuple[int, str]:
    """Pieces and what of."""
    text = " ".join(text.split())[:60]
    if found := _TIMES.fullmatch(text):
        return max(int(found[1]), 1), found[2]
    return 1, text


def _found(text: str, node_id: int) -> list[Found]:
    """SKUs on sale of the products that fit best."""
    if not text:
        return []
    wanted = catalog.Search(text=text, states=("on_sale",))
    products = list(catalog.search(wanted).order_by(*catalog.in_order(wanted))[:MOST_PRODUCTS])
    skus = catalog.skus_of(product.pk for product in products)
    ids = [sku.pk for product in products for sku in skus[product.pk]][: 4 * MOST_PRODUCTS]
    offers, there = catalog.offers(ids), queries_till.on_hand(ids, node_id)
    return [Found(offers[pk], there.get(pk, 0)) for pk in ids if pk in offers and offers[pk].is_on_sale]
