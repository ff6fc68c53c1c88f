"""Another price before it is paid, another address before it is shipped, another tracking number after."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers.addresses import Recipient, read_pasted
from yutang.areas.customers.errors import BadAddress
from yutang.areas.orders import queries_shop, services
from yutang.areas.orders.carriers import CARRIERS
from yutang.areas.orders.models import ShopOrder
from yutang.console.access import page
from yutang.console.orders.forms import PARCEL_FORMS, AddressForm, PriceForm
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.orders.models import Order

UNMASK = "customers.unmask"


@page("orders.price")
def price(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    order = queries_shop.shop_order(request.actor, shop_order_id, "orders.price")
    shop = order.shop
    initial = {"goods": shop.total - shop.freight, "freight": shop.freight, "expected": shop.total}
    form = PriceForm(request.POST or None, initial=initial, currency=shop.currency)
    if form.is_valid():
        given = form.cleaned_data
        with errors_of(form):
            services.change_price(
                order_id=order.pk, goods=given["goods"], freight=given["freight"] or 0, expected=given["expected"],
                reason=given["reason"], actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Price changed; the buyer pays this one from now on."))
            return redirect("console:order", order.pk)
    context = {"order": order, "shop": shop, "form": form, "items": queries_shop.items(order.pk)}
    return render(request, "console/orders/price.html", context, status=422 if form.is_bound else 200)


@page("orders.edit")
def address(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """What is there is shown to those only who may see it in full, and that look is written down too."""
    order = queries_shop.shop_order(request.actor, shop_order_id, "orders.edit")
    pasted = request.POST.get("pasted", "")
    if pasted:  # what was copied out of a chat fills the form; saving is the next click
        read = read_pasted(pasted[:300], phone_region=request.merchant.phone_region)
        form = AddressForm(initial=asdict(read))
    elif request.method == "POST":
        form = AddressForm(request.POST)
    else:
        form = AddressForm(initial=_known(request, order))
    if form.is_valid():
        with errors_of(form):
            try:
                services.change_address(order_id=order.pk, recipient=form.recipient(), actor=request.actor)
                messages.success(request, gettext("Address changed."))
                return redirect("console:order", order.pk)
            except BadAddress as error:
                for field, reason in error.params["errors"].items():
                    form.add_error(field, reason)
    context = {"order": order, "form": form}
    return render(request, "console/orders/address.html", context, status=422 if form.is_bound else 200)


@page("orders.edit")
def parcel(request: HttpRequest, shop_order_id: int, parcel_id: int) -> HttpResponse:
    order = queries_shop.shop_order(request.actor, shop_order_id, "orders.edit")
    found = queries_shop.parcel(order.pk, parcel_id)
    known = {
        "carrier": found.carrier, "tracking_no": found.tracking_no, "courier_phone": found.phone, "was": found.state,
        "is_uncarried": not found.label,
    }  # fmt: skip
    form = PARCEL_FORMS[order.shop.fulfilment](request.POST or None, initial=known)
    if form.is_valid():
        with errors_of(form):
            services.correct_parcel(
                order_id=order.pk, parcel_id=found.pk, **form.given(), was=form.cleaned_data["was"],
                actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Parcel corrected; the buyer sees it so from now on."))
            return redirect("console:order", order.pk)
    context = {
        "order": order, "parcel": found, "form": form, "carriers": list(CARRIERS),
        "is_local": order.shop.fulfilment == ShopOrder.Fulfilment.LOCAL,
    }  # fmt: skip
    return render(request, "console/orders/parcel.html", context, status=422 if form.is_bound else 200)


def _known(request: HttpRequest, order: Order) -> dict[str, str]:
    nodes = request.actor.nodes(UNMASK) if request.actor.may(UNMASK) else frozenset()
    if nodes is not None and order.node_id not in nodes:
        return {}
    services.record_look(order_id=order.pk, actor=request.actor)
    return asdict(queries_shop.recipient(order.shop) or Recipient())
