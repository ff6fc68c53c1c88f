"""What a person did, kind by kind, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from yutang.areas.customers import queries
from yutang.areas.interactions import arrivals
from yutang.areas.interactions import queries as interactions
from yutang.console.access import page
from yutang.ui.paging import first_page, page_of

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer
    from yutang.areas.interactions.models import Interaction, Visitor
    from yutang.ui.paging import Page

PER_PAGE = 20
ORDER = ("-occurred_at", "-id")
ICONS = {
    "follow": "user-plus", "unfollow": "user", "menu": "menu-2", "click": "target-arrow", "view": "eye",
    "search": "search", "share": "external-link", "cart": "shopping-cart", "payment": "report-money", "scan": "qrcode",
    "identify": "id",
}  # fmt: skip
# What says most about an event, in the order of saying.
_TELLING = ("query", "title", "code", "key", "target", "to", "account", "order_no")


@page("customers.view", methods=("GET",))
def listing(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Further pages, or those of one kind."""
    person = queries.customer(request.actor, customer_id)
    visitors = interactions.visitors(person.pk)
    return render(request, "console/customers/_interactions.html", context(request, person, visitors))


def context(request: HttpRequest, person: Customer, visitors: list[Visitor]) -> dict[str, Any]:
    """One page of one kind, or of all."""
    kind = request.GET.get("kind", "")[:40].replace("\x00", "")
    did = interactions.of_visitors([one.pk for one in visitors], kind=kind)
    return shown(person, page_of(did, request, order=ORDER, size=PER_PAGE), visitors, kind)


def beginning(person: Customer, did: list[Interaction], visitors: list[Visitor]) -> dict[str, Any]:
    """The first page of what was read already."""
    return shown(person, first_page(did, ORDER, PER_PAGE), visitors)


def shown(person: Customer, found: Page, visitors: list[Visitor], kind: str = "") -> dict[str, Any]:
    """`visitors`: all of the person's, whose codes need not be looked up again."""
    known = [code for one in visitors for code in (one.first_code, one.latest_code) if code is not None]
    names = arrivals.names((row.source for row in found.rows), known)
    for row in found.rows:
        row.icon, row.label = ICONS.get(row.kind, "ripple"), interactions.label(row.kind)
        row.text = text(row, names.get(row.source, ""))
    return {"person": person, "interactions": found, "kind": kind, "kinds": interactions.kinds()}


def text(row: Interaction, code: str) -> str:
    """What the event says of itself; `code` is the name of the QR code by which it came."""
    telling = [name for name in _TELLING if not (code and name == "code")]
    told = [str(row.properties[name]) for name in telling if row.properties.get(name)]
    return " · ".join(part for part in [*told[:2], row.item, row.page, row.channel, code or row.source] if part)
