"""Behaviour reports: funnel, frequency, paths, AISAS."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yutang.areas.analytics.queries.behaviour import aisas as stages
from yutang.areas.analytics.queries.behaviour import frequency as often
from yutang.areas.analytics.queries.behaviour import funnel as chain
from yutang.areas.analytics.queries.behaviour import paths as ways
from yutang.areas.analytics.queries.behaviour.steps import PURCHASE
from yutang.console.access import page
from yutang.console.behaviour import forms, pictures
from yutang.core.spreadsheets import harmless
from yutang.lake import engine

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.console.behaviour.forms import Question
    from yutang.console.behaviour.pictures import Table

UNREADABLE = 422


@page("interactions.view", methods=("GET",))
def frequency(request: HttpRequest) -> HttpResponse:
    form, question = forms.read(forms.FrequencyForm, request.GET, request)
    if question is None:
        return _shown(request, form, "frequency", status=UNREADABLE)
    now, before = often.frequency(question)
    bars = pictures.bars(form, now, before)
    if wants_csv(request):
        return as_csv(form, pictures.frequency_table(bars))
    earlier = question.asked.period.before()
    context = {
        "now": now, "before": before, "earlier": earlier, "bars": bars, "whole": pictures.behind(form),
        "change": now.people / before.people - 1 if before and before.people else None,
        "title": pictures.step_label(question.step),
    }  # fmt: skip
    return _shown(request, form, "frequency", **context)


@page("interactions.view", methods=("GET",))
def funnel(request: HttpRequest) -> HttpResponse:
    form, question = forms.read(forms.FunnelForm, request.GET, request)
    if question is None:
        return _shown(request, form, "funnel", status=UNREADABLE)
    found = pictures.step_bars(form, question, chain.funnel(question))
    if wants_csv(request):
        return as_csv(form, pictures.funnel_table(found))
    context = {
        "steps": found, "window": question.window, "conversion": found[-1].of_first, "last": found[-1],
        "has_purchase": any(step.kind == PURCHASE for step in question.steps),
    }  # fmt: skip
    return _shown(request, form, "funnel", **context)


@page("interactions.view", methods=("GET",))
def paths(request: HttpRequest) -> HttpResponse:
    form, question = forms.read(forms.PathsForm, request.GET, request)
    if question is None:
        return _shown(request, form, "paths", status=UNREADABLE)
    found = ways.paths(question)
    rows, columns = pictures.path_rows(form, question, found), pictures.columns(form, question, found)
    if wants_csv(request):
        return as_csv(form, pictures.path_table(rows, columns))
    points = sorted({point for way in found.paths for point in way.points or ()})
    context = {
        "found": found, "paths": rows, "columns": columns, "picture": pictures.sankey(form, question, found),
        "whole": pictures.behind(form), "points": [(p, pictures.point_label(p, question.by)) for p in points],
        "anchor": pictures.point_label(question.anchor, question.by) if question.anchor else "",
        "is_back": question.is_back,
    }  # fmt: skip
    return _shown(request, form, "paths", **context)


@page("interactions.view", methods=("GET",))
def aisas(request: HttpRequest) -> HttpResponse:
    form, question = forms.read(forms.AisasForm, request.GET, request)
    if question is None:
        return _shown(request, form, "aisas", status=UNREADABLE)
    found = stages.aisas(question)
    names = dict(form.sources()) if question.by == "source" else {}
    cards, groups = pictures.stage_cards(form, found), pictures.group_rows(form, found, names)
    if wants_csv(request):
        return as_csv(form, pictures.aisas_table(cards, groups))
    context = {"found": found, "cards": cards, "groups": groups, "whole": pictures.behind(form), "by": question.by}
    return _shown(request, form, "aisas", **context)


def wants_csv(request: HttpRequest) -> bool:
    return bool(request.GET.get("format") == "csv")


def as_csv(form: Question, table: Table) -> HttpResponse:
    """What the page shows, as a file: sums over people, nobody's own data."""
    text = io.StringIO()
    csv.writer(text).writerows([[harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in table])
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    name = timezone.localtime().strftime(f"{form.report}-%Y%m%d-%H%M")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _shown(request: HttpRequest, form: Question, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    if status != UNREADABLE:
        form.offer()
    more = {"form": form, "report": name, "is_readable": status != UNREADABLE, "as_of": engine.as_of()}
    return render(request, f"console/behaviour/{name}.html", {**more, **context}, status=status)
