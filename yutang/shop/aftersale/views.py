"""A buyer's cases: the list, the page of one, and evidence behind its checked door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse

from yutang.areas.aftersale import queries
from yutang.areas.aftersale.models import Case, Dispute
from yutang.areas.aftersale.services import Side
from yutang.areas.catalog import queries as catalog
from yutang.core.errors import NotFound
from yutang.shop.aftersale import labels
from yutang.shop.aftersale.forms import EvidenceForm, ParcelForm, WhyForm
from yutang.shop.door import page, shown
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

SIZE = 10
FORMS: dict[str, type[Form]] = {"send_back": ParcelForm, "escalate": WhyForm}


@page(login=True)
def case_list(request: HttpRequest) -> HttpResponse:
    found = page_of(queries.cases_of(request.shopper.customer_id), request, order=queries.NEWEST, size=SIZE)
    found.rows = [
        (case, labels.state(case), labels.kind(case.kind), lines) for case, lines in queries.with_goods(found.rows)
    ]
    is_more = request.headers.get("HX-Request") and "cursor" in request.GET
    return shown(request, f"shop/aftersale/{'_cases' if is_more else 'cases'}.html", {"page": found})


@page(login=True)
def case(request: HttpRequest, aftersale_id: int) -> HttpResponse:
    found = queries.case_of(request.shopper.customer_id, aftersale_id)
    return shown(request, "shop/aftersale/case.html", of_case(found))


def of_case(found: Case, wrong: tuple[str, Form] | None = None) -> dict[str, Any]:
    """Context of a case's page; `wrong`: a form that was refused, by the name of its action."""
    whole = queries.whole(found, for_buyer=True)
    possible = queries.may(found, Side.BUYER)
    shown_forms: dict[str, Form] = {name: form() for name, form in FORMS.items() if name in possible}
    is_heard = whole.dispute is not None and whole.dispute.state != Dispute.State.EVIDENCE
    if found.is_open and not (found.state == Case.State.DISPUTED and is_heard):
        shown_forms["evidence"] = EvidenceForm()
    if wrong:
        shown_forms[wrong[0]] = wrong[1]
    refused = next((row for row in whole.steps if row.what in ("refuse", "reject")), None)
    wanted = catalog.offers([found.sku_id]).get(found.sku_id) if found.sku_id else None
    return {
        "case": found, "order": found.order, "currency": found.order.shop.currency, "whole": whole,
        "kind": labels.kind(found.kind), "reason": labels.reason(found.reason), "wanted": wanted,
        "state": labels.state(found, whole.dispute), "then": labels.then(found, whole.dispute),
        "left": labels.left(found.deadline_at), "because": labels.closed_because(found.closed_because),
        "log": [labels.entry(row) for row in whole.steps], "possible": possible, "forms": shown_forms,
        "wrong": wrong[0] if wrong else "", "refusal": refused.detail.get("text", "") if refused else "",
        "evidence": [
            (labels.side(side), [row for row in whole.pictures if row.side == side])
            for side in (Side.BUYER, Side.MERCHANT)
            if any(row.side == side for row in whole.pictures)
        ],
    }  # fmt: skip


@page(login=True)
def picture(request: HttpRequest, evidence_id: int, width: int) -> HttpResponseBase:
    """Evidence of either side, for the case's own buyer; no browser and no proxy keeps it for others."""
    path = queries.file_of(queries.picture_of(request.shopper.customer_id, evidence_id), width)
    if path is None:
        raise NotFound
    response = FileResponse(path.open("rb"), content_type="image/webp")
    response.headers["Cache-Control"] = "private, no-store"
    return response
