"""Same-city delivery: which stores bring goods, where and for how much; and that they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers.addresses import regions
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_local, queries_shop, queries_terms, services
from yutang.console.access import page
from yutang.console.orders.local_form import LocalForm
from yutang.ui.forms import errors_of, refused_as_message

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(queries_terms.SETUP, methods=("GET",))
def stores(request: HttpRequest) -> HttpResponse:
    nodes = merchants.nodes_for(queries_terms.SETUP, actor=request.actor)
    found = [node for node in nodes if node.kind == node.Kind.STORE and node.is_active]
    districts = queries_local.districts(node.pk for node in found)
    rows = [(node, districts.get(node.pk, 0)) for node in found]
    return render(request, "console/orders/local.html", {"rows": rows})


@page(queries_terms.SETUP)
def store(request: HttpRequest, node_id: int) -> HttpResponse:
    """Every district of the store's own city has a row; one with a fee is reached."""
    node = merchants.node(node_id, actor=request.actor, permission=queries_terms.SETUP)
    place = regions.place_of(node.province, node.city)
    form = None
    if place is not None:
        form = LocalForm(
            request.POST or None, place=place, districts=regions.tree()[place[0]][place[1]],
            fees=queries_local.fees(node.pk), currency=request.merchant.currency,
            initial={"delivers": node.delivers, "lead_minutes": queries_local.terms(node.pk).lead_minutes},
        )  # fmt: skip
        if form.is_valid():
            with errors_of(form):
                services.save_local(
                    node_id=node.pk, delivers=form.cleaned_data["delivers"],
                    lead_minutes=form.cleaned_data["lead_minutes"], districts=form.chosen(), actor=request.actor,
                )  # fmt: skip
                messages.success(request, gettext("Saved."))
                return redirect("console:local_delivery")
    context = {"node": node, "form": form, "place": place}
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "console/orders/local_store.html", context, status=status)


@page("orders.edit", methods=("POST",))
def delivered(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    order = queries_shop.shop_order(request.actor, shop_order_id, "orders.edit")
    with refused_as_message(request):
        services.deliver(order_id=order.pk, actor=request.actor)
        messages.success(request, gettext("Delivered; the order is completed."))
    return redirect("console:order", order.pk)
