"""A person's orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.aftersale import queries as aftersale
from yutang.areas.aftersale.queries_asking import what_can_be_asked
from yutang.areas.catalog import queries as catalog
from yutang.areas.customers.addresses import book
from yutang.areas.orders import queries_invoices, queries_mine, queries_shop, services
from yutang.areas.orders.models import ShopOrder
from yutang.core.errors import DomainError, NotFound
from yutang.shop.aftersale import labels
from yutang.shop.codes import picture_of
from yutang.shop.door import address, page, shown, to
from yutang.shop.orders.sums import sums
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 10


@page(login=True)
def order_list(request: HttpRequest) -> HttpResponse:
    tab = request.GET.get("tab", "")
    tab = tab if tab in queries_mine.TABS else ""
    found = page_of(
        queries_mine.orders(request.shopper.customer_id, tab), request, order=queries_mine.ORDER, size=SIZE
    )  # fmt: skip
    found.rows = queries_mine.with_items(found.rows)
    is_more = request.headers.get("HX-Request") and "cursor" in request.GET
    template = "shop/orders/_orders.html" if is_more else "shop/orders/orders.html"
    return shown(request, template, {"page": found, "tab": tab, "tabs": queries_mine.TABS})


@page(login=True)
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    found = queries_mine.order(request.shopper.customer_id, order_id)
    cases = aftersale.of_my_order(request.shopper.customer_id, found.pk)
    reviewable = queries_mine.to_review(found.pk)
    whole = queries_shop.whole(found)
    context = {
        "invoice": queries_invoices.whole(found), "can_invoice": queries_invoices.can_be_asked(found),
        "cases": [(case, labels.kind(case.kind), labels.state(case)) for case in cases],
        "can_ask": found.paid_at is not None and bool(what_can_be_asked(found).kinds()),
        "reviewable": reviewable, "reviewed": catalog.reviews_of_items(item.pk for item in reviewable),
        "order": found, "status": queries_shop.status_label(found, found.shop), "whole": whole,
        "sums": sums(whole),
        "recipient": queries_shop.recipient(found.shop),
        "code": picture_of(found.shop.pickup_code),
        "may_readdress": queries_mine.may_readdress(found, found.shop),
        "is_pickup": found.shop.fulfilment == ShopOrder.Fulfilment.PICKUP,
        "is_local": found.shop.fulfilment == ShopOrder.Fulfilment.LOCAL,
    }  # fmt: skip
    return shown(request, "shop/orders/order.html", context)


@page(login=True, methods=("POST",))
def close(request: HttpRequest, order_id: int) -> HttpResponse:
    found = queries_mine.order(request.shopper.customer_id, order_id)
    services.close(order_id=found.pk, because="by_buyer", actor=request.actor)
    return to(request, address(request, "order", found.pk))


@page(login=True, methods=("POST",))
def received(request: HttpRequest, order_id: int) -> HttpResponse:
    found = queries_mine.order(request.shopper.customer_id, order_id)
    services.complete(order_id=found.pk, actor=request.actor)
    return to(request, address(request, "order", found.pk))


@page(login=True, methods=("POST",))
def extend(request: HttpRequest, order_id: int) -> HttpResponse:
    found = queries_mine.order(request.shopper.customer_id, order_id)
    services.extend(order_id=found.pk, actor=request.actor)
    return to(request, address(request, "order", found.pk))


@page(login=True, methods=("GET", "POST"))
def change_address(request: HttpRequest, order_id: int) -> HttpResponse:
    """One of the person's address book, while nothing has left."""
    found = queries_mine.order(request.shopper.customer_id, order_id)
    entries = book.entries(request.shopper.customer_id)
    refusal = ""
    if request.method == "POST":
        chosen = next((one for one in entries if str(one.id) == request.POST.get("address")), None)
        try:
            if chosen is None:
                raise NotFound
            services.change_address(
                order_id=found.pk, recipient=chosen.recipient, is_by_buyer=True, actor=request.actor
            )
            return to(request, address(request, "order", found.pk))
        except DomainError as error:
            refusal = str(error)
    context = {"order": found, "entries": entries, "refusal": refusal}
    return shown(request, "shop/orders/address.html", context, status=409 if refusal else 200)
