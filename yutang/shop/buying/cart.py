"""The cart: of the browser until somebody logs in, then of the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.orders import queries_cart
from yutang.areas.orders.errors import NotOnSale
from yutang.areas.orders.queries_cart import Holder
from yutang.areas.orders.services import carting
from yutang.shop import recording
from yutang.shop.door import address, page, shown, to
from yutang.shop.forms import LineForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def holder(request: HttpRequest) -> Holder:
    shopper = request.shopper
    return Holder(identity_id=shopper.identity.pk) if shopper.is_known else Holder(visitor=shopper.visitor)


@page()
def show(request: HttpRequest) -> HttpResponse:
    return _cart(request, "shop/buying/cart.html")


@page(methods=("POST",))
def put(request: HttpRequest) -> HttpResponse:
    """From the picker of a product page: into the cart, or on to the checkout with it alone."""
    form = LineForm(request.POST)
    if not form.is_valid():
        raise NotOnSale(title="?")
    sku_id, quantity, key = (form.cleaned_data[name] for name in ("sku", "quantity", "key"))
    offer = catalog.offers([sku_id]).get(sku_id) if quantity > 1 else None
    if offer is not None:
        queries_cart.refuse_too_many(offer, quantity)
    if request.POST.get("then") == "checkout":
        return to(request, f"{address(request, 'checkout')}?buy={sku_id}:{quantity}")
    carting.put(holder=holder(request), sku_id=sku_id, quantity=quantity, key=key, actor=request.actor)
    offer = offer or catalog.offers([sku_id])[sku_id]
    recording.note(
        request, "cart", item=offer.product_code, event_id=f"cart:{key}",
        properties={"action": "add", "quantity": quantity, "amount": offer.price * quantity},
    )  # fmt: skip
    if not request.headers.get("HX-Request"):
        return to(request, address(request, "cart"))
    context = {"count": queries_cart.size(holder(request)), "message": gettext("Added to your cart.")}
    return shown(request, "shop/buying/_added.html", context)


@page(methods=("POST",))
def change(request: HttpRequest) -> HttpResponse:
    """The number of pieces of a row, 0 takes it out; without a SKU only what is chosen changes."""
    form = LineForm(request.POST)
    if form.is_valid():
        carting.set(
            holder=holder(request), sku_id=form.cleaned_data["sku"], quantity=form.cleaned_data["quantity"],
            actor=request.actor,
        )  # fmt: skip
    if not request.headers.get("HX-Request"):
        return to(request, address(request, "cart"))
    return _cart(request, "shop/buying/_cart.html")


def _cart(request: HttpRequest, template: str) -> HttpResponse:
    """The screen sends what is ticked with every change; without that everything that can be ordered is."""
    sent = [int(text) for text in request.POST.getlist("chosen") if text.isdecimal() and len(text) < 19]
    cart = queries_cart.cart(holder(request), chosen=sent if "choosing" in request.POST else None)
    return shown(request, template, {"cart": cart, "tab": "cart"})
