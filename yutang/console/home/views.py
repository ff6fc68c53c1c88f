"""The home page, and the page behind each of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yutang.areas.analytics import queries, services
from yutang.console.access import page
from yutang.console.home import cards, filters, pictures, rows, todo
from yutang.core import clock
from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from datetime import datetime

    from yutang.areas.merchants.models import Merchant

SALES = ("sales.net", "orders.count", "customers.buyers", "customers.new")
RETURNING = ("repurchase.rate", "repurchase.median_days", "pareto.top20_share", "sales.refund_rate")
WORTH = ("clv.frequency", "clv.aov")  # their product is what a customer has paid so far


@page("home.view", methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    chosen = filters.read(request)
    board = queries.board(period=chosen.period, nodes=chosen.nodes, actor=request.actor)
    at = queries.as_of()
    common = {
        "filters": chosen,
        "before": chosen.period.before(),
        "as_of": at,
        "lag": _lag(at),
        "tasks": todo.tasks(request.actor),
    }
    if board.is_empty and chosen.store is None:
        return render(request, "console/home/empty.html", {**common, "imports": todo.link("console:imports")})
    return render(request, "console/home/home.html", {**common, **_shown(board, request.merchant)})


def _shown(board: queries.Board, merchant: Merchant) -> dict[str, object]:
    currency, drawn = merchant.currency, board.charts
    first, repeat = (board.now[key].value or 0 for key in ("customers.first_purchase", "customers.repeat"))
    return {
        "sales": cards.cards(board, SALES, currency),
        "pool": cards.card(board, "customers.total", currency),
        "first": cards.card(board, "customers.first_purchase", currency),
        "repeat": cards.card(board, "customers.repeat", currency),
        "repeat_width": f"{repeat / (first + repeat) * 100:.1f}" if first + repeat else "0",
        "returning": cards.cards(board, RETURNING, currency),
        "worth": cards.cards(board, WORTH, currency),
        "historic": cards.card(board, "clv.historic", currency),
        "lifetime": cards.card(board, "clv.lifetime_days", currency),
        "trend": pictures.trend(drawn.trend, drawn.grain, currency) if drawn.trend else None,
        "channels": pictures.channels(drawn, currency),
        "heat": pictures.heat(drawn.cohorts, "month"),
        "later": range(1, 13),
        "pareto": pictures.pareto(drawn.pareto) if drawn.pareto else None,
        "conversion": pictures.conversion(drawn.conversion) if drawn.conversion else None,
    }


@page("home.view", methods=("GET",))
def metric(request: HttpRequest, key: str) -> HttpResponse:
    """What a figure means, how it is computed, and the rows it counts."""
    chosen, found = filters.read(request), queries.definition(key)
    board = queries.board(period=chosen.period, nodes=chosen.nodes, actor=request.actor)
    context = {
        "filters": chosen,
        "as_of": queries.as_of(),
        "definition": found,
        "card": cards.card(board, key, request.merchant.currency),
        "bound": queries.scope(period=chosen.period, nodes=chosen.nodes, actor=request.actor),
        **rows.table(request, key, chosen),
    }
    return render(request, "console/home/metric.html", context)


@page("home.view", methods=("GET",))
def metric_rows(request: HttpRequest, key: str) -> HttpResponse:
    """The rows alone: a page of its own, and what htmx puts below the definition."""
    chosen = filters.read(request)
    partial = bool(request.headers.get("HX-Request"))
    context = {
        "filters": chosen,
        "as_of": queries.as_of(),
        "definition": queries.definition(key),
        **rows.table(request, key, chosen),
    }
    return render(request, "console/home/_rows.html" if partial else "console/home/rows.html", context)


@page("segments.edit", methods=("POST",))
def save(request: HttpRequest, key: str) -> HttpResponse:
    """The known people of the rows as a segment, a fixed list."""
    chosen = filters.read(request)
    name = request.POST.get("name", "")
    try:
        made = services.save_figure(key=key, period=chosen.period, nodes=chosen.nodes, name=name, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(reverse("console:metric", args=[key]) + chosen.query)
    messages.success(request, _("Saved “%(name)s”.") % {"name": made.name})
    return redirect("console:segment", made.pk)


@page("home.view", methods=("GET",))
def cohorts(request: HttpRequest) -> HttpResponse:
    """The repurchase cohorts by week, month or quarter."""
    chosen, by = filters.read(request), request.GET.get("by", "month")
    found = queries.cohorts(by=by, at=chosen.period.until, nodes=chosen.nodes, actor=request.actor)
    steps = [("week", _("By week")), ("month", _("By month")), ("quarter", _("By quarter"))]
    context = {
        "filters": chosen,
        "as_of": queries.as_of(),
        "heat": pictures.heat(found, by),
        "later": range(1, 13),
        "by": by,
        "steps": steps,
        "is_wide": True,
    }
    return render(request, "console/home/cohorts.html", context)


def _lag(at: datetime | None) -> str:
    """How old the data is, as one says it."""
    if at is None:
        return ""
    seconds = max(0, int((clock.now() - at).total_seconds()))
    if seconds < 120:
        return ngettext("%(seconds)s second ago", "%(seconds)s seconds ago", seconds) % {"seconds": seconds}
    if seconds < 7200:
        return ngettext("%(minutes)s minute ago", "%(minutes)s minutes ago", seconds // 60) % {"minutes": seconds // 60}
    return timezone.localtime(at).strftime("%Y-%m-%d")
