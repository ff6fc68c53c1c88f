"""The list of after-sale cases, and the page of one with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponseNotFound
from django.shortcuts import render
from django.urls import reverse

from yutang.areas.aftersale import queries
from yutang.areas.aftersale.models import Case
from yutang.areas.aftersale.services import Side
from yutang.areas.catalog import queries as catalog
from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_shop
from yutang.console.access import page
from yutang.console.aftersale import labels, listing
from yutang.console.aftersale.forms import AnswerForm, EvidenceForm, ReasonForm, ResendForm
from yutang.console.orders import labels as of_orders
from yutang.console.shell.listing import render_list

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse, HttpResponseBase


@page(queries.VIEW, methods=("GET",))
def case_list(request: HttpRequest) -> HttpResponse:
    wanted = listing.filters(request)
    address = reverse("console:aftersale")
    context: dict[str, Any] = {
        "page": listing.page(request, wanted), "wanted": wanted,
        "is_filtered": any(name != "tab" and value for name, value in wanted.items()),
    }  # fmt: skip
    if request.headers.get("HX-Target") != "results":
        kept, waiting = request.GET.copy(), queries.waiting(request.actor)
        kept.pop("cursor", None)
        tabs = []
        for tab, label in labels.tabs().items():
            kept["tab"] = tab
            count = waiting.get(tab)
            tabs.append((f"{address}?{kept.urlencode()}", f"{label} {count}" if count else label, tab))
        context |= {
            "tabs": [(each, label) for each, label, _tab in tabs],
            "tab_address": next(each for each, _label, tab in tabs if tab == wanted["tab"]),
            "kinds": Case.Kind.choices, "reasons": labels.reasons(), "behind": labels.behind().items(),
            "nodes": merchants.nodes_for(queries.VIEW, actor=request.actor),
        }  # fmt: skip
    return render_list(request, "console/aftersale/list.html", "console/aftersale/_rows.html", context)


@page(queries.VIEW, methods=("GET",))
def case(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    found = queries.case(request.actor, aftersale_id)
    return render(request, "console/aftersale/case.html", shown(request, found))


def shown(request: HttpRequest, found: Case, wrong: tuple[str, Form] | None = None) -> dict[str, Any]:
    """Context of a case's page; `wrong`: a form that was refused, by the name of its action."""
    actor, whole = request.actor, queries.whole(found)
    currency = found.order.shop.currency
    reach = actor.nodes(queries.HANDLE) if actor.may(queries.HANDLE) else frozenset()
    may_handle = reach is None or found.node_id in reach
    possible = queries.may(found, Side.MERCHANT) if may_handle else frozenset()
    is_money = found.kind != Case.Kind.EXCHANGE
    forms: dict[str, Form] = {
        name: AnswerForm(currency=currency, has_offer=is_money) for name in ("refuse", "reject") if name in possible
    }
    if "escalate" in possible:
        forms["escalate"] = ReasonForm()
    if "resend" in possible:
        forms["resend"] = ResendForm()
    if may_handle and found.is_open:
        forms["evidence"] = EvidenceForm()
    if wrong:
        forms[wrong[0]] = wrong[1]
    names = {}
    customer_id = found.order.customer_id
    if customer_id is not None and actor.may("customers.view"):
        names = customers.named(actor, [customer_id])
    wanted = catalog.offers([found.sku_id]).get(found.sku_id) if found.sku_id else None
    return {
        "case": found, "whole": whole, "order": found.order, "shop": found.order.shop, "currency": currency,
        "colour": labels.COLOURS[Case.State(found.state)], "reason": labels.reason(found.reason),
        "buyer": names.get(customer_id or 0, ""), "left": labels.left(found.deadline_at),
        "then": labels.then(found, whole.dispute), "because": labels.closed_because(found.closed_because),
        "steps": [(*labels.step(row), labels.said(row), labels.side(row.side), row) for row in whole.steps],
        "pictures": [(labels.side(row.side), row) for row in whole.pictures], "possible": possible, "forms": forms,
        "open": wrong[0] if wrong else "", "may_handle": may_handle, "wanted": wanted,
        "order_status": queries_shop.status_label(found.order, found.order.shop),
        "tenders": [
            (of_orders.provider(tender.provider), tender, refunds)
            for tender, refunds in queries_shop.tenders(found.order_id)
        ],
    }  # fmt: skip


@page(queries.VIEW, methods=("GET",))
def picture(request: HttpRequest, evidence_id: int, width: int) -> HttpResponseBase:
    """Evidence, for whoever may see its case; no browser and no proxy keeps it for others."""
    found = queries.picture(request.actor, evidence_id)
    path = queries.file_of(found, width)
    if path is None:
        return HttpResponseNotFound()
    response = FileResponse(path.open("rb"), content_type="image/webp")
    response.headers["Cache-Control"] = "private, no-store"
    return response
