"""What staff do with an order: ship it, close it, write on it, look at whom it goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.orders import holds, queries, queries_shop, services
from yutang.console.access import page
from yutang.console.orders.forms import SHIP_FORMS, ShipForm
from yutang.console.orders.views import shown
from yutang.ui.forms import errors_of, refused_as_message

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("orders.edit", methods=("POST",))
def ship(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """The chosen pieces with one tracking number; the rest may follow in another parcel."""
    order = queries_shop.shop_order(request.actor, shop_order_id, "orders.edit")
    items = [priced.item for priced in queries_shop.whole(order).items if priced.item.left]
    ship_form = SHIP_FORMS.get(order.shop.fulfilment, ShipForm)  # what is not sent the service refuses
    form = ship_form(request.POST, items=items, held=holds.with_gifts(items, holds.held(order.pk)))
    if form.is_valid():
        with errors_of(form):
            services.ship(
                order_id=order.pk, pieces=form.pieces(), **form.given(), key=f"{order.pk}:{form.cleaned_data['key']}",
                actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Shipped."))
            return redirect("console:order", order.pk)
    return render(request, "console/orders/order.html", shown(request, order, form), status=422)


@page("orders.edit", methods=("POST",))
def close(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    order = queries_shop.shop_order(request.actor, shop_order_id, "orders.edit")
    with refused_as_message(request):
        services.close(order_id=order.pk, because="by_staff", actor=request.actor)
        messages.success(request, gettext("Closed; its goods are for others again."))
    return redirect("console:order", order.pk)


@page("orders.edit", methods=("POST",))
def add_note(request: HttpRequest, order_id: int) -> HttpResponse:
    """On orders of any channel."""
    order = queries.order(request.actor, order_id, "orders.edit")
    services.add_note(order_id=order.pk, text=request.POST.get("text", ""), actor=request.actor)
    messages.success(request, gettext("Note saved."))
    return redirect("console:order", order.pk)


@page("customers.unmask", methods=("POST",))
def recipient(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """In full, in place of the masked one; every look is written down."""
    order = queries_shop.shop_order(request.actor, shop_order_id)
    order = queries_shop.shop_order(request.actor, order.pk, "customers.unmask")
    services.record_look(order_id=order.pk, actor=request.actor)
    return render(request, "console/orders/_recipient.html", {"recipient": queries_shop.recipient(order.shop)})
