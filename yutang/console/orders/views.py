"""The list of orders of all channels, and the page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse

from yutang.areas.aftersale import queries as aftersale
from yutang.areas.aftersale.models import Case
from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import (
    holds,
    queries,
    queries_invoices,
    queries_list,
    queries_mine,
    queries_packing,
    queries_shop,
)
from yutang.areas.orders.carriers import CARRIERS
from yutang.areas.orders.models import Order, ShopOrder
from yutang.areas.orders.services.correcting import SENT
from yutang.areas.payments import queries as payments
from yutang.console.access import page
from yutang.console.aftersale import labels as of_cases
from yutang.console.orders import labels, listing
from yutang.console.orders.forms import SHIP_FORMS, BringForm, ShipForm
from yutang.console.shell.listing import bounded, render_list

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PRINTED = ("", "to_ship", "to_pick_up")  # tabs with orders that goods are packed for


@page("orders.view", methods=("GET",))
def order_list(request: HttpRequest) -> HttpResponse:
    wanted = listing.filters(request)
    context: dict[str, Any] = {
        "page": listing.page(request, wanted), "wanted": wanted,
        "bulk": wanted["tab"] in PRINTED and queries_packing.may_pack(request.actor),
        "bulk_url": reverse("console:orders_print"),
        "is_filtered": any(name != "tab" and value for name, value in wanted.items()),
    }  # fmt: skip
    if request.headers.get("HX-Target") != "results":
        kept = request.GET.copy()
        kept.pop("cursor", None)
        waiting = queries_list.waiting(request.actor, dict.fromkeys(queries_list.WAITING, "orders.view"))

        def entry(tab: str, label: str) -> tuple[str, str]:
            kept["tab"] = tab
            count = waiting.get(tab)
            return f"{reverse('console:orders')}?{kept.urlencode()}", f"{label} {bounded(count)}" if count else label

        by_place = {tab: entry(tab, label) for tab, label in labels.to_ship().items()}
        tabs = {tab: entry(tab, label) for tab, label in labels.tabs().items()}
        context |= {
            "tabs": list(tabs.values()),
            "tab_address": tabs["to_ship" if wanted["tab"] in by_place else wanted["tab"]][0],
            "places": [(*by_place[tab], tab) for tab in by_place] if wanted["tab"] in by_place else [],
            "channels": [(row.pk, labels.channel_name(row)) for row in queries_list.sales_channels()],
            "nodes": merchants.nodes_for("orders.view", actor=request.actor),
            "payments": labels.payments().items(),
        }
    return render_list(request, "console/orders/list.html", "console/orders/_rows.html", context)


@page("orders.view", methods=("GET",))
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    found = queries.order(request.actor, order_id)
    return render(request, "console/orders/order.html", shown(request, found))


def shown(request: HttpRequest, found: Order, form: ShipForm | BringForm | None = None) -> dict[str, Any]:
    """Context of an order's page; `form`: a shipment that was refused."""
    actor = request.actor
    shop, whole = queries_shop.shop_half(found), queries_shop.whole(found)
    titles = labels.pieces(whole)
    names = {}
    if found.customer_id is not None and actor.may("customers.view"):
        names = customers.named(actor, [found.customer_id])
    left = [priced.item for priced in whole.items if priced.item.left]
    waits = shop is not None and found.status in queries_list.TO_HAND_OVER
    ship_form = SHIP_FORMS.get(shop.fulfilment) if shop is not None else None
    may_ship = ship_form is not None and waits
    if form is None and ship_form is not None and may_ship:
        form = ship_form(items=left, held=holds.with_gifts(left, holds.held(found.pk)))
    is_local = shop is not None and shop.fulfilment == ShopOrder.Fulfilment.LOCAL
    is_open = shop is not None and found.paid_at is not None
    cases = aftersale.of_order(actor, found.pk) if is_open and actor.may(aftersale.VIEW) else []
    invoice = queries_invoices.whole(found) if is_open and actor.may(queries_invoices.PERMISSION) else None
    return {
        "invoice": invoice, "invoice_colour": labels.INVOICE_COLOURS[invoice.invoice.state] if invoice else "",
        "order": found, "shop": shop, "whole": whole, "status": queries_shop.status_label(found, shop),
        "colour": labels.COLOURS[Order.Status(found.status)], "channel": labels.channel(found),
        "buyer": names.get(found.customer_id or 0, ""), "refunded": -found.refunded_amount,
        "recipient": queries_shop.recipient(shop, is_masked=True) if shop else None,
        "lines": [] if whole.items else queries.lines_of([found.pk]).get(found.pk, []),
        "ship": form if may_ship else None, "is_local": is_local, "carriers": list(CARRIERS),
        "may_print": waits and queries_packing.may_pack(actor),
        "may_correct": shop is not None and found.status in SENT,
        "may_readdress": shop is not None and queries_mine.may_readdress(found, shop),
        "cases": [(case, of_cases.COLOURS[Case.State(case.state)], of_cases.left(case.deadline_at)) for case in cases],
        "may_ask": is_open and actor.may(aftersale.HANDLE),
        "may_refund": is_open and any(p.item.amount > p.item.refunded for p in whole.items),
        "tenders": [
            (labels.provider(t.provider), t, [(one, payments.reason(one.reason)) for one in refunds])
            for t, refunds in whole.tenders
        ],
        "steps": [(*labels.step(row), labels.said(row, titles, request.merchant.currency), row) for row in whole.steps],
        "closed_because": labels.closed_because(shop.closed_because) if shop else "",
    }  # fmt: skip
