"""Invoices that buyers ask for: what waits, to a file, and one written down or reversed."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.imports import invoices
from yutang.areas.orders import queries_invoices, queries_shop
from yutang.areas.orders.errors import BadInvoice
from yutang.areas.orders.models import Invoice
from yutang.areas.orders.services import invoicing
from yutang.console.access import page
from yutang.console.catalog.files import XLSX
from yutang.console.orders import labels
from yutang.console.orders.forms import DocumentForm
from yutang.console.shell.listing import render_list
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

State = Invoice.State


@page(queries_invoices.PERMISSION, methods=("GET",))
def invoice_list(request: HttpRequest) -> HttpResponse:
    """Masked, as lists are; the page of one says for whom it is."""
    tab = request.GET.get("tab", State.WAITING.value)
    tab = tab if tab in queries_invoices.TABS else State.WAITING.value
    text = request.GET.get("q", "").strip()[:100]
    address = reverse("console:invoices")
    found = page_of(
        queries_invoices.invoices(request.actor, tab=tab, text=text), request, order=queries_invoices.ORDER, size=30
    )
    found.rows = [
        {
            "pk": whole.order.pk, "whole": whole, "order": whole.order,
            "details": whole.details.masked(), "colour": labels.INVOICE_COLOURS[State(whole.invoice.state)],
        }
        for whole in queries_invoices.wholes(found.rows)
    ]  # fmt: skip
    context: dict[str, Any] = {
        "page": found, "tab": tab, "is_filtered": bool(text), "bulk": tab == State.WAITING,
        "bulk_url": reverse("console:invoices_export"), "tab_address": f"{address}?tab={tab}",
        "tabs": [(f"{address}?tab={each}", label) for each, label in labels.invoice_tabs().items()],
    }  # fmt: skip
    return render_list(request, "console/orders/invoices.html", "console/orders/_invoice_rows.html", context)


@page(queries_invoices.PERMISSION, methods=("POST",))
def export(request: HttpRequest) -> HttpResponseBase:
    """Those that were ticked, else all that wait."""
    is_csv = request.POST.get("format") == "csv"
    ticked = [int(text) for text in request.POST.getlist("ids") if text.isdecimal() and len(text) < 19]
    target = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    invoices.export(order_ids=ticked or None, target=target, is_csv=is_csv, actor=request.actor)
    target.seek(0)
    name = timezone.localtime().strftime("to-invoice-%Y%m%d-%H%M") + (".csv" if is_csv else ".xlsx")
    kind = "text/csv; charset=utf-8" if is_csv else XLSX
    return FileResponse(target, as_attachment=True, filename=name, content_type=kind)


@page(queries_invoices.PERMISSION)
def invoice(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """For whom and over what, in full: every look is written down. A POST writes down what was issued or reversed."""
    whole = queries_invoices.of_order(request.actor, shop_order_id)
    form = DocumentForm(request.POST or None, initial={"issued_on": timezone.localdate()})
    if form.is_valid():
        with errors_of(form):
            try:
                invoicing.write(
                    order_id=whole.order.pk, document=form.document(), revision=form.cleaned_data["revision"],
                    amount=form.cleaned_data["amount"], actor=request.actor,
                )  # fmt: skip
                messages.success(request, gettext("Written down; the buyer sees it on the order."))
                return redirect("console:order_invoice", whole.order.pk)
            except BadInvoice as error:
                for field, reason in error.params["errors"].items():
                    form.add_error(field, reason)
    invoicing.record_look(order_id=whole.order.pk, actor=request.actor)
    if form.is_bound:  # refused: with what is there now, and sending it again says that this was seen
        whole = queries_invoices.of_order(request.actor, shop_order_id)
    items = queries_shop.items(whole.order.pk)
    context = {
        "whole": whole, "order": whole.order, "shop": whole.order.shop, "details": whole.details, "form": form,
        "colour": labels.INVOICE_COLOURS[State(whole.invoice.state)], "is_reversal": whole.due < 0,
        "size": abs(whole.due),
        "may_write": whole.order.paid_at is not None and whole.due != 0,
        "lines": queries_invoices.lines(whole.order, items) if whole.order.paid_at else [],
    }  # fmt: skip
    return render(request, "console/orders/invoice.html", context, status=422 if form.is_bound else 200)
