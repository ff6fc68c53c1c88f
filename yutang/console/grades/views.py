"""What customers are worth: RFM, movement between two days, Pareto."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext as _

from yutang.areas.grades import queries
from yutang.console.access import page
from yutang.console.grades import filters, pictures
from yutang.lake import engine

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

BACK = 90  # days that movement looks back by itself


@page("grades.view", methods=("GET",))
def rfm(request: HttpRequest) -> HttpResponse:
    chosen = filters.read(request.GET, request)
    asked = queries.asked(day=chosen.day, nodes=chosen.nodes, actor=request.actor)
    found = queries.rfm(asked)
    context = {
        "filters": chosen, "as_of": engine.as_of(), "found": found, "total": found.total,
        "groups": pictures.group_tiles(found, chosen), "grid": pictures.grid(found, chosen),
        "ends": pictures.ends(found, chosen.until, request.merchant.currency), "table": pictures.table(),
    }  # fmt: skip
    return render(request, "console/grades/rfm.html", context)


@page("grades.view", methods=("GET",))
def movement(request: HttpRequest) -> HttpResponse:
    chosen = filters.read(request.GET, request)
    text = request.GET.get("since", "")
    since = queries.day_from(text, "since") if text else chosen.until - timedelta(days=BACK)
    by = "tier" if request.GET.get("by") == "tier" else "group"
    first, second = queries.pair(since=since, until=chosen.day, nodes=chosen.nodes, actor=request.actor)
    moves = queries.movement(first, second, queries.ladder() if by == "tier" else None)
    context = {
        "filters": chosen, "as_of": engine.as_of(), "since": since, "by": by,
        "matrix": pictures.matrix(moves, by, since, chosen),
        "steps": [("group", _("RFM group")), ("tier", _("Fish tier"))],
    }  # fmt: skip
    return render(request, "console/grades/movement.html", context)


@page("grades.view", methods=("GET",))
def pareto(request: HttpRequest) -> HttpResponse:
    chosen = filters.read(request.GET, request)
    percent = filters.number(request.GET, "percent", 80, most=100)
    asked = queries.asked(day=chosen.day, nodes=chosen.nodes, actor=request.actor)
    found = queries.pareto(asked, percent=percent)
    context = {
        "filters": chosen, "as_of": engine.as_of(), "found": found, "percent": percent,
        "share_of_people": found.needed / found.people if found.needed else None,
        "picture": pictures.pareto(found) if found.curve else None,
        "people": chosen.people("worth", least=found.least) if found.least and found.least > 0 else "",
        "quick": (20, 50, 70, 80, 90),
        # The home page's figure counts a store's sales, not the people at home there: the same only for everybody.
        "is_metric": asked.nodes is None,
    }  # fmt: skip
    return render(request, "console/grades/pareto.html", context)
