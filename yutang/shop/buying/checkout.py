"""The checkout: to whom, how, for how much; then the order."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.customers.addresses import Recipient, book
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_cart, queries_invoices, queries_shop
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import PriceChanged
from yutang.areas.orders.invoice_rules import InvoiceDetails
from yutang.areas.orders.models import Order
from yutang.areas.orders.services import Wish, carting
from yutang.core.errors import DomainError
from yutang.shop.buying import perks
from yutang.shop.buying.cart import holder
from yutang.shop.buying.forms import CheckoutForm
from yutang.shop.door import address, page, shown, to
from yutang.shop.orders.forms import InvoiceForm
from yutang.shop.orders.sums import added_up

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from yutang.areas.orders.pricing import Quote


@page(login=True)
def checkout(request: HttpRequest) -> HttpResponse:
    """`?buy=SKU:pieces` for one thing at once, `?chosen=SKU` for some of the cart, else all of it that can be had."""
    lines = _lines(request, request.GET.get("buy", ""), request.GET.getlist("chosen"))
    if not lines:
        return to(request, address(request, "cart"))
    form = CheckoutForm(request.GET, **_offered(request, lines, invoice=None))
    form.full_clean()  # what the address names is looked at, what it does not name has a default
    return _shown(request, form, lines)


@page(login=True, methods=("POST",))
def place(request: HttpRequest) -> HttpResponse:
    """A second tap leads to the same order. What somebody else has bought meanwhile is refused by its name."""
    lines = _lines(request, request.POST.get("buy", ""), request.POST.getlist("chosen"), leaves_out=False)
    form = CheckoutForm(request.POST, is_order=True, **_offered(request, lines, invoice=request.POST))
    if not form.is_valid():
        return _shown(request, form, lines, status=422)
    buyer = request.shopper.identity
    try:
        order = orders.place(
            wish=_wish(request, form, lines), identity=buyer, key=f"{buyer.pk}:{form.cleaned_data['key']}",
            expected=form.cleaned_data["total"], actor=request.actor,
        )  # fmt: skip
    except PriceChanged as error:
        form.add_error(None, str(error))
        return _shown(request, form, lines, status=409)
    wanted = form.invoice.details()
    if wanted.kind and order.status == Order.Status.UNPAID:  # a second tap may come when it is paid and issued
        orders.invoicing.request(order_id=order.pk, details=wanted, actor=request.actor)
    if not request.POST.get("buy") and queries_shop.has_exactly(order.pk, lines):  # else it is an earlier wish's order
        carting.clear(holder=holder(request), sku_ids=[sku_id for sku_id, _ in lines], actor=request.actor)
    if form.sends and (chosen := form.cleaned_data["address"]):
        book.use_address(identity=request.shopper.identity, address_id=chosen.id, actor=request.actor)
    return to(request, address(request, "pay", orders.PAYABLE, order.pk))


def _shown(
    request: HttpRequest, form: CheckoutForm, lines: list[tuple[int, int]], status: int = 200
) -> HttpResponse:  # fmt: skip
    quoted: Quote | None = None
    refusal = ""
    wish = _wish(request, form, lines)
    is_bought_at_once = bool(request.POST.get("buy", request.GET.get("buy")))
    try:
        for offer, quantity in form.goods if is_bought_at_once else ():  # the cart has looked at its own
            queries_cart.refuse_too_many(offer, quantity)
        quoted = orders.quote(wish=wish, customer_id=request.shopper.customer_id, currency=request.merchant.currency)
    except DomainError as error:  # not on sale, not sent there: said above the button, which stays closed
        refusal = str(error)
    context: dict[str, Any] = {
        "form": form, "quote": quoted, "refusal": refusal, "key": form.data.get("key") or uuid.uuid4().hex,
        "buy": request.POST.get("buy", request.GET.get("buy", "")), "chosen": [sku_id for sku_id, _ in lines],
        "title": gettext("Checkout"), "perks": perks.offered(request, wish, quoted),
        "off": added_up(one for one in quoted.reasons if one.line is not None) if quoted else [],
        "saved": quoted.list_total - quoted.goods if quoted else 0,
    }  # fmt: skip
    template = "shop/buying/_checkout.html" if request.headers.get("HX-Request") else "shop/buying/checkout.html"
    return shown(request, template, context, status=status)


def _offered(
    request: HttpRequest, lines: list[tuple[int, int]], *, invoice: QueryDict | None
) -> dict[str, Any]:  # fmt: skip
    """The goods, addresses of the person, stores where goods may be fetched, and what stood on the last invoice."""
    known = InvoiceDetails() if invoice else queries_invoices.last_details(request.shopper.customer_id)
    offers = catalog.offers(sku_id for sku_id, _ in lines)
    return {
        "goods": [(offers[sku_id], quantity) for sku_id, quantity in lines if sku_id in offers],
        "entries": book.entries(request.shopper.customer_id),
        "stores": [node for node in merchants.tree() if node.kind == node.Kind.STORE and node.is_active],
        "invoice": InvoiceForm(invoice, known=known, is_wanted=False),
    }


def _lines(request: HttpRequest, buy: str, chosen: list[str], leaves_out: bool = True) -> list[tuple[int, int]]:
    """(SKU id, pieces). `leaves_out` what was chosen of the cart and cannot be had."""
    if buy:
        sku_id, _, quantity = buy.partition(":")
        if sku_id.isdecimal() and quantity.isdecimal() and len(buy) < 24 and int(quantity) > 0:
            return [(int(sku_id), int(quantity))]
        return []
    wanted = [int(text) for text in chosen if text.isdecimal() and len(text) < 19]
    found = queries_cart.cart(holder(request), chosen=wanted or None)
    taken = found.chosen if leaves_out or not wanted else wanted
    return [(row.sku_id, row.quantity) for row in found.rows if row.sku_id in taken]


def _wish(request: HttpRequest, form: CheckoutForm, lines: list[tuple[int, int]]) -> Wish:
    given = form.cleaned_data
    entry = given.get("address") if form.sends else None
    store = form.chosen_store
    slot = given.get("slot") if store else None
    wish = Wish(
        lines=lines, fulfilment=form.chosen_fulfilment, recipient=entry.recipient if entry else Recipient(),
        node_id=store.pk if store else None, pickup_from=slot.starts if slot else None,
        pickup_until=slot.ends if slot else None, note=given.get("note", ""),
    )  # fmt: skip
    return replace(wish, choices=perks.choices(request, wish, form.data))
