"""A person asks for the invoice of an order, changes it, takes it back, and finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.orders import queries_invoices, queries_mine
from yutang.areas.orders.services import invoicing
from yutang.core.errors import DomainError
from yutang.shop.door import address, page, shown, to
from yutang.shop.orders.forms import InvoiceForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(login=True, methods=("GET", "POST"))
def invoice(request: HttpRequest, order_id: int) -> HttpResponse:
    found = queries_mine.order(request.shopper.customer_id, order_id)
    whole = queries_invoices.whole(found)
    known = whole.details if whole else queries_invoices.last_details(request.shopper.customer_id)
    form = InvoiceForm(request.POST if request.method == "POST" else None, known=known)
    refusal = ""
    if request.method == "POST":
        try:
            form.full_clean()
            invoicing.request(order_id=found.pk, details=form.details(), actor=request.actor)
            return to(request, address(request, "order_invoice", found.pk))
        except DomainError as error:
            refusal = str(error)
    context = {"order": found, "whole": whole, "form": form, "refusal": refusal}
    return shown(request, "shop/orders/invoice.html", context, status=422 if refusal else 200)


@page(login=True, methods=("POST",))
def withdraw(request: HttpRequest, order_id: int) -> HttpResponse:
    found = queries_mine.order(request.shopper.customer_id, order_id)
    invoicing.withdraw(order_id=found.pk, actor=request.actor)
    return to(request, address(request, "order", found.pk))
