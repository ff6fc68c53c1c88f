"""Points of the whole merchant: figures, what expires when, and the entries behind them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.shortcuts import render

from yutang.areas.customers import queries as customers
from yutang.areas.points import queries
from yutang.console.access import page
from yutang.console.points import tabs
from yutang.console.shell.listing import render_list
from yutang.core.errors import NotFound
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

MOST_MONTHS = 24


@page(queries.VIEW, methods=("GET",))
def overview(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, queries.VIEW)
    months = queries.forecast(request.merchant.pk)[:MOST_MONTHS]
    context = {
        "figures": queries.figures(), "months": months, "most": max((month.points for month in months), default=0),
        "waiting": queries.waiting(), "are_given": queries.are_given(), **tabs.context(request, "points"),
    }  # fmt: skip
    return render(request, "console/points/overview.html", context)


@page(queries.VIEW, methods=("GET",))
def entries(request: HttpRequest) -> HttpResponse:
    """Everything given and taken; what the figures are sums of."""
    queries.require_everywhere(request.actor, queries.VIEW)
    found = page_of(queries.entries(), request, order=queries.ORDER)
    names = _names(request, (row.account.holder_id for row in found.rows))
    found.rows = [
        (row, row.account.holder_id, names.get(row.account.holder_id, ""), queries.label(row.entry),
         queries.why(row.entry))
        for row in found.rows
    ]  # fmt: skip
    context = {"page": found, **tabs.context(request, "points_entries")}
    return render_list(request, "console/points/entries.html", "console/points/_entries.html", context)


@page(queries.VIEW, methods=("GET",))
def expiring(request: HttpRequest) -> HttpResponse:
    """The lots behind one month of the forecast."""
    queries.require_everywhere(request.actor, queries.VIEW)
    first = _month(request.GET.get("month", ""))
    found = page_of(queries.expiring_in(first, request.merchant.pk), request, order=queries.DUE_ORDER)
    names = _names(request, (lot.account.holder_id for lot in found.rows))
    found.rows = [
        (lot, lot.account.holder_id, names.get(lot.account.holder_id, ""), queries.label(lot.entry),
         queries.last_day(lot.expires_at, request.merchant.timezone))
        for lot in found.rows
    ]  # fmt: skip
    context = {"page": found, "month": first, **tabs.context(request, "points")}
    return render_list(request, "console/points/expiring.html", "console/points/_expiring.html", context)


def _names(request: HttpRequest, ids: Iterable[int]) -> dict[int, str]:
    """Of those whom the actor may see."""
    return customers.named(request.actor, set(ids)) if request.actor.may("customers.view") else {}


def _month(text: str) -> date:
    """`2026-12` → its first day. NotFound."""
    try:
        found = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        raise NotFound from None
    if not 2000 <= found.year < 2200:
        raise NotFound
    return found
