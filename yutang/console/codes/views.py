"""QR codes of stores, guides, posters, campaigns and advertisements, and what each brought."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.analytics import queries as analytics
from yutang.areas.interactions import arrivals, codes
from yutang.areas.interactions.models import Code
from yutang.console.access import page
from yutang.console.codes import pictures, printing
from yutang.console.codes.forms import CodeForm
from yutang.console.shell.listing import render_list
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

DAYS = 60


@page(codes.VIEW, methods=("GET",))
def code_list(request: HttpRequest) -> HttpResponse:
    wanted, by = _filters(request), pictures.side(request)
    every = codes.visible(request.actor)
    found = page_of(_filtered(every, wanted), request)
    # One pass over the lake gives the rows and the sources above them.
    numbered = every.values_list("pk", "slug", "kind")
    figures = analytics.code_figures([(pk, arrivals.source(slug)) for pk, slug, _ in numbered], by=by)
    for row in found.rows:
        row.figures = figures[row.pk]
    context = {
        "page": found, "wanted": wanted, "by": by, "kinds": Code.Kind.choices, "as_of": analytics.as_of(),
        "sources": pictures.sources([(kind, figures[pk]) for pk, _, kind in numbered]), "bulk": True,
    }  # fmt: skip
    return render_list(request, "console/codes/list.html", "console/codes/_rows.html", context)


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:80] for name in ("q", "kind", "state")}


def _filtered(found: Any, wanted: dict[str, str]) -> Any:
    if wanted["q"]:
        found = found.filter(name__icontains=wanted["q"]) | found.filter(holder__icontains=wanted["q"])
    if wanted["kind"]:
        found = found.filter(kind=wanted["kind"])
    return found.filter(archived_at__isnull=wanted["state"] != "archived")


@page(codes.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST or None, actor=request.actor)
    if form.is_valid():
        with errors_of(form):
            made = codes.create(**form.values(), actor=request.actor)
            messages.success(request, gettext("“%(name)s” is ready to be printed.") % {"name": made.name})
            return redirect("console:code", made.pk)
    return _form(request, form)


@page(codes.EDIT)
def edit(request: HttpRequest, code_id: int) -> HttpResponse:
    code = codes.get(code_id, actor=request.actor, permission=codes.EDIT)
    initial = {name: getattr(code, name) for name in ("kind", "name", "holder", "target")} | {
        "node": code.node_id, "guide": code.guide_id, "customer": code.customer_id,
    }  # fmt: skip
    form = CodeForm(request.POST or None, initial=initial, actor=request.actor)
    if form.is_valid():
        with errors_of(form):
            codes.change(code_id=code_id, **form.values(), actor=request.actor)
            messages.success(request, gettext("Saved “%(name)s”.") % {"name": form.cleaned_data["name"]})
            return redirect("console:code", code_id)
    return _form(request, form, code)


def _form(request: HttpRequest, form: CodeForm, code: Code | None = None) -> HttpResponse:
    return render(
        request, "console/codes/form.html", {"form": form, "code": code}, status=422 if form.is_bound else 200
    )


@page(codes.VIEW, methods=("GET",))
def detail(request: HttpRequest, code_id: int) -> HttpResponse:
    code, by = codes.get(code_id, actor=request.actor), pictures.side(request)
    source = arrivals.source(code.slug)
    rule = {"attr": f"interactions.{by}_code", "op": "in", "value": [code.pk]}
    context = {
        "code": code, "by": by, "figures": analytics.code_figures([(code.pk, source)], by=by)[code.pk],
        "chart": pictures.scans(analytics.scan_days(source, days=DAYS)), "as_of": analytics.as_of(),
        "link": printing.link(request, code), "svg": printing.svg(request, code), "rule": json.dumps(rule),
    }  # fmt: skip
    return render(request, "console/codes/detail.html", context)


@page(codes.EDIT, methods=("POST",))
def archive(request: HttpRequest, code_id: int) -> HttpResponse:
    code = codes.archive(code_id=code_id, actor=request.actor)
    messages.success(request, gettext("“%(name)s” leads nowhere any more.") % {"name": code.name})
    return redirect("console:code", code_id)


@page(codes.EDIT, methods=("POST",))
def restore(request: HttpRequest, code_id: int) -> HttpResponse:
    code = codes.archive(code_id=code_id, is_archived=False, actor=request.actor)
    messages.success(request, gettext("“%(name)s” is in use again.") % {"name": code.name})
    return redirect("console:code", code_id)
