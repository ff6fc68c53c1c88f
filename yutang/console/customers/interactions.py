"""What a person did, kind by kind, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from yutang.areas.customers import queries
from yutang.areas.interactions import queries as interactions
from yutang.console.access import page
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Customer
    from yutang.areas.interactions.models import Interaction

PER_PAGE = 20
ICONS = {
    "follow": "user-plus", "unfollow": "user", "menu": "menu-2", "click": "target-arrow", "view": "eye",
    "search": "search", "share": "external-link", "cart": "shopping-cart", "payment": "report-money", "scan": "link",
    "identify": "id",
}  # fmt: skip
# What says most about an event, in the order of saying.
_TELLING = ("query", "title", "code", "key", "target", "to", "account", "order_no")


@page("customers.view", methods=("GET",))
def listing(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Further pages, or those of one kind."""
    person = queries.customer(request.actor, customer_id)
    return render(request, "console/customers/_interactions.html", context(request, person))


def context(request: HttpRequest, person: Customer) -> dict[str, Any]:
    kind = request.GET.get("kind", "")[:40].replace("\x00", "")
    found = page_of(
        interactions.of_customer(person.pk, kind=kind), request, order=("-occurred_at", "-id"), size=PER_PAGE
    )
    for row in found.rows:
        row.icon, row.label, row.text = ICONS.get(row.kind, "ripple"), interactions.label(row.kind), text(row)
    return {"person": person, "interactions": found, "kind": kind, "kinds": interactions.kinds()}


def text(row: Interaction) -> str:
    told = [str(row.properties[name]) for name in _TELLING if row.properties.get(name)]
    return " · ".join(part for part in [*told[:2], row.item, row.page, row.channel, row.source] if part)
