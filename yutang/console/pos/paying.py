"""A sale at the till: cash, a code on the screen, or both; then the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import segno
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.orders import queries_perks, queries_shop, queries_till
from yutang.areas.orders.errors import PriceChanged
from yutang.areas.orders.models import Order
from yutang.areas.orders.services import choosing, selling
from yutang.areas.orders.services.placing import PAYABLE
from yutang.areas.payments import providers
from yutang.areas.payments import queries as payments
from yutang.areas.payments import services as paid
from yutang.areas.payments.providers import sandbox
from yutang.areas.wallet import services as wallet
from yutang.areas.wallet.errors import TooManyTries
from yutang.console.access import page
from yutang.console.orders import labels
from yutang.console.pos import counter
from yutang.console.shell.listing import render_list
from yutang.console.staff.forms import id_of
from yutang.core import clock, money
from yutang.core.errors import DomainError, NotAllowed, NotFound
from yutang.ui.forms import refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest

PERMISSION = "pos.sell"
CODES = {"native": "WeChat Pay", "precreate": "Alipay"}  # methods whose code stands on our screen


@page(PERMISSION, methods=("POST",))
def pay(request: HttpRequest) -> HttpResponse:
    """Cash for all or a part of it, a code for all, or the balance of the buyer, by a payment code that is shown now or
    was shown for this basket. The same basket again leads to its sale."""
    typed = request.POST.get("given", "").strip()
    given = money.parsed(typed, request.merchant.currency) if typed else None
    seen = request.POST.get("total", "")
    if (typed and not given) or not seen.isdecimal() or len(seen) > 15:
        return counter.fragment(request, problem=gettext("This is not an amount."))
    expected, way = int(seen), request.POST.get("way", "cash")
    code = request.POST.get("pay_code", "").strip() if way == "balance" else ""
    if code and not wallet.codes.may_try(who=f"user:{request.actor.id}"):
        return counter.whole(request, problem=str(TooManyTries()), status=TooManyTries.status)
    try:
        with transaction.atomic():  # without the code it would show, there is no sale
            order = selling.sell(
                key=request.POST.get("key", ""), expected=expected, actor=request.actor,
                cash=(expected if given is None else given) if way == "cash" else None, pay_code=code,
                from_balance=way == "balance",
            )  # fmt: skip
            if way not in ("cash", "balance") and order.status == Order.Status.UNPAID:
                _show_code(request, order, way)
    except NotAllowed:
        raise
    except DomainError as error:
        if code and isinstance(error, PriceChanged):  # with who they are their coupons count: no second code for that
            choosing.meet(key=request.POST.get("key", ""), code=code, actor=request.actor)
        return counter.whole(request, problem=str(error), status=error.status)
    return redirect("console:pos_sale", order.pk)


@page(PERMISSION, methods=("GET",))
def sale(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """Waits for the money, or is the receipt."""
    order = queries_till.sale(request.actor, shop_order_id, PERMISSION)
    if order.status == Order.Status.UNPAID:
        return render(request, "console/pos/waiting.html", _waiting(request, order))
    return render(request, "console/pos/receipt.html", _receipt(request, order))


@page(PERMISSION, methods=("GET",))
def state(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """Asked every two seconds while the money is on its way."""
    order = queries_till.sale(request.actor, shop_order_id, PERMISSION)
    if order.status == Order.Status.UNPAID:
        return render(request, "console/pos/_money.html", _waiting(request, order))
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("console:pos_sale", args=[order.pk])})


@page(PERMISSION, methods=("POST",))
def code(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    order = queries_till.sale(request.actor, shop_order_id, PERMISSION)
    with refused_as_message(request):
        _show_code(request, order, request.POST.get("way", ""))
    return redirect("console:pos_sale", order.pk)


@page(PERMISSION, methods=("POST",))
def cash(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """Whatever is still due, or a part of it; what a code was to bring can then only come back. `due`: what the page
    asked for, so that a second tap takes nothing."""
    order = queries_till.sale(request.actor, shop_order_id, PERMISSION)
    typed = request.POST.get("given", "").strip()
    given = money.parsed(typed, request.merchant.currency) if typed else None
    if typed and not given:
        messages.error(request, gettext("This is not an amount."))
    else:
        with refused_as_message(request):
            selling.pay_cash(
                order_id=order.pk, given=given, due=id_of(request.POST.get("due", "")), actor=request.actor
            )  # fmt: skip
    return redirect("console:pos_sale", order.pk)


@page(PERMISSION, methods=("POST",))
def balance(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """The buyer shows a payment code: the balance pays what it can, the rest waits."""
    order = queries_till.sale(request.actor, shop_order_id, PERMISSION)
    with refused_as_message(request):
        if not wallet.codes.may_try(who=f"user:{request.actor.id}"):
            raise TooManyTries
        selling.pay_balance(order_id=order.pk, code=request.POST.get("pay_code", ""), actor=request.actor)
    return redirect("console:pos_sale", order.pk)


@page(PERMISSION, methods=("POST",))
def play(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """The buyer's app, where money is play money: says so in a notice that is signed like a real one."""
    order = queries_till.sale(request.actor, shop_order_id, PERMISSION)
    waiting = payments.waiting_of((PAYABLE, order.pk))
    tender = next((one for one in waiting if one.provider == "sandbox"), None)
    if tender is None:
        raise NotFound
    paid.receive(provider="sandbox", told=sandbox.read(*sandbox.notice(tender)), actor=request.actor)
    return redirect("console:pos_sale", order.pk)


@page(PERMISSION, methods=("POST",))
def call_off(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    order = queries_till.sale(request.actor, shop_order_id, PERMISSION)
    with refused_as_message(request):
        selling.call_off(order_id=order.pk, actor=request.actor)
        messages.success(request, gettext("Called off; the goods lie on the counter again."))
        return redirect(f"{reverse('console:pos')}?store={order.node_id}")
    return redirect("console:pos_sale", order.pk)


@page(PERMISSION, methods=("GET",))
def sales(request: HttpRequest) -> HttpResponse:
    """Of today, at one store."""
    stores = counter.stores_of(request)
    store = counter.store_of(request, stores)
    zone = request.merchant.timezone
    since = clock.start_of_day(clock.today(zone), zone)
    found = queries_till.sales(store.pk if store else 0, since=since)
    context = {
        "page": page_of(found, request, order=queries_till.SALES_ORDER), "stores": stores, "store": store,
    }  # fmt: skip
    return render_list(request, "console/pos/sales.html", "console/pos/_sales.html", context)


# -- parts -----------------------------------------------------------------------------------------------------------


def _ways() -> list[tuple[str, str]]:
    """(value, label) of the codes that this merchant can show."""
    ways = [(f"{provider}:{method}", gettext(CODES[method])) for provider, method in payments.ways() if method in CODES]
    if providers.get("sandbox").offers(""):
        ways.append(("sandbox:", gettext(providers.get("sandbox").label)))
    return ways


def _show_code(request: HttpRequest, order: Order, way: str) -> None:
    """A code for whatever is due: the first way where none is named."""
    known = [value for value, _ in _ways()]
    provider, _, method = (way if way in known else next(iter(known), way)).partition(":")
    tender = paid.open_tender(
        payable=(PAYABLE, order.pk), provider=provider, method=method, expires_at=order.shop.expires_at,
        actor=request.actor,
    )  # fmt: skip
    if not providers.get(provider).is_local and not tender.client:
        paid.launch_soon(tender_id=tender.pk, actor=request.actor)


def _waiting(request: HttpRequest, order: Order) -> dict[str, Any]:
    came = payments.tenders_of((PAYABLE, order.pk))
    waiting = payments.waiting_of((PAYABLE, order.pk))
    shown = next(iter(waiting), None)
    shift = payments.open_shift(request.actor)
    return {
        "order": order, "left": order.shop.total - sum(one.amount - one.refunded_amount for one in came),
        "came": [(labels.provider(one.provider), one) for one in came], "ways": _ways(), "tender": shown,
        "way": labels.provider(shown.provider) if shown else "",
        "picture": picture_of(shown.client.get("text", "") or shown.client.get("no", "")) if shown else "",
        "has_drawer": shift is not None and shift.node_id == order.node_id,
    }  # fmt: skip


def _receipt(request: HttpRequest, order: Order) -> dict[str, Any]:
    whole = queries_shop.whole(order)
    tenders = [tender for tender, _ in whole.tenders]
    given = payments.given(one.pk for one in tenders)
    rate = queries_till.rules().tax_rate
    total = order.shop.total
    untaxed = (total * 20_000 + 10_000 + rate) // (2 * (10_000 + rate)) if rate else None  # half a cent goes up
    link = request.build_absolute_uri(reverse("shop:order", args=[request.merchant.slug, order.pk]))
    return {
        "order": order, "used": queries_perks.used(reason for priced in whole.items for reason in priced.reasons),
        "rows": [(one.item, [why for why in one.reasons if not queries_perks.is_perk(why)]) for one in whole.items],
        "seller": next((step.by for step in whole.steps if step.what == "placed"), ""),
        "tenders": [(labels.provider(one.provider), one, given.get(one.pk)) for one in tenders],
        "change": sum(given[one.pk] - one.amount for one in tenders if one.pk in given), "untaxed": untaxed,
        "picture": picture_of(link) if order.customer_id else "", "pieces": sum(p.item.quantity for p in whole.items),
        "is_done": order.status == Order.Status.COMPLETED,
        "may_refund": order.net_amount > 0, "status": order.get_status_display(),
    }  # fmt: skip


def picture_of(text: str) -> str:
    """SVG as a data address: it is printed with the page; "" for nothing."""
    uri: str = segno.make(text, error="m").svg_data_uri(scale=4, border=2) if text else ""
    return uri
