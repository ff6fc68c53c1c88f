"""RFM, Pareto and fish tiers."""

# Types are not postponed here: ninja reads them when it registers a view.

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Query, Router

from yutang.api.door import scoped
from yutang.api.grades.schemas import GradeFilters, ParetoFilters, ParetoOut, RfmOut, TiersOut
from yutang.areas.grades import queries
from yutang.areas.merchants import queries as merchants

router = Router(tags=["Grades"])


@router.get("/grades/rfm", response=RfmOut)
@scoped("grades.view")
def rfm(request: HttpRequest, filters: Query[GradeFilters]) -> object:
    """How many people stand in each RFM group and cell, and where the fifths end."""
    asked = _asked(request, filters)
    found = queries.rfm(asked)
    return {
        **_about(request, asked), "people": found.total.people, "recency": found.recency,
        "frequency": found.frequency, "monetary": found.monetary,
        "groups": [
            {"key": key, "name": gettext(queries.GROUP_LABELS[key]), "people": own.people, "net_amount": own.net}
            for key, own in found.groups().items()
        ],
        "cells": [
            {
                "r": cell.scores.r, "f": cell.scores.f, "m": cell.scores.m, "group": str(cell.scores.group),
                "people": cell.people, "net_amount": cell.net,
            }
            for cell in found.cells
        ],
    }  # fmt: skip


@router.get("/grades/pareto", response=ParetoOut)
@scoped("grades.view")
def pareto(request: HttpRequest, filters: Query[ParetoFilters]) -> object:
    """How many people make a part of the net amount, and the curve behind it."""
    asked = _asked(request, filters)
    found = queries.pareto(asked, percent=filters.percent)
    return {
        **_about(request, asked), "people": found.people, "net_amount": found.net, "percent": filters.percent,
        "needed": found.needed, "least": found.least, "top20_share": found.top20_share,
        "curve": [vars(point) for point in found.curve],
    }  # fmt: skip


@router.get("/grades/tiers", response=TiersOut)
@scoped("grades.view")
def tiers(request: HttpRequest, filters: Query[GradeFilters]) -> object:
    """How many small, middle and big fish there are by the ladder in force."""
    asked, ladder = _asked(request, filters), queries.ladder()
    return {
        **_about(request, asked),
        "ladder": {
            "measure": ladder.measure, "window_days": ladder.window_days, "middle_from": ladder.middle_from,
            "big_from": ladder.big_from,
        },
        "tiers": [
            {
                "key": own.tier, "name": gettext(queries.TIER_LABELS[own.tier]), "people": own.people,
                "net_amount": own.net,
            }
            for own in queries.tiers(asked, ladder)
        ],
    }  # fmt: skip


def _asked(request: HttpRequest, filters: GradeFilters) -> queries.Asked:
    nodes = None
    if filters.node is not None:
        nodes = frozenset({merchants.node(filters.node, actor=request.actor, permission=queries.VIEW).pk})
    return queries.asked(day=filters.at, nodes=nodes, actor=request.actor)


def _about(request: HttpRequest, asked: queries.Asked) -> dict[str, object]:
    return {"as_of": asked.until, "currency": request.merchant.currency}
