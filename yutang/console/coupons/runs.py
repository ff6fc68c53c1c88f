"""Issuing to a segment: start, watch, stop, go on, see what it brought."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.coupons import queries, services
from yutang.areas.orders import queries_coupons
from yutang.areas.segments import queries as segments
from yutang.console.access import page
from yutang.console.coupons.forms import RunForm
from yutang.console.shell.listing import render_list
from yutang.console.staff.forms import id_of
from yutang.core import clock
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(queries.VIEW, methods=("GET",))
def run_list(request: HttpRequest) -> HttpResponse:
    context = {"page": page_of(queries.runs(request.actor), request)}
    return render_list(request, "console/coupons/runs.html", "console/coupons/_runs.html", context)


@page(queries.ISSUE)
def start(request: HttpRequest) -> HttpResponse:
    known = []
    if request.actor.may("segments.view"):
        known = list(segments.visible(request.actor).values_list("pk", "name")[:2000])
    initial = {
        "segment": id_of(request.GET.get("segment", "")), "template": id_of(request.GET.get("template", "")),
        "key": uuid.uuid4().hex,
    }  # fmt: skip
    form = RunForm(request.POST or None, initial=initial, segments=known)
    if form.is_valid():
        with errors_of(form):
            sent = form.cleaned_data
            made = services.start(
                template_id=sent["template"], segment_id=sent["segment"], share=sent["share"] / 100, key=sent["key"],
                actor=request.actor,
            )  # fmt: skip
            return redirect("console:coupon_run", made.pk)
    return render(request, "console/coupons/run_new.html", {"form": form}, status=422 if form.is_bound else 200)


@page(queries.VIEW, methods=("GET",))
def run(request: HttpRequest, coupon_run_id: int) -> HttpResponse:
    """The page; while the run is at work its card asks for itself every second."""
    found = queries.run(coupon_run_id, actor=request.actor)
    context = {"run": found, "figures": queries.run_figures(found)}
    is_card = request.headers.get("HX-Target") == "run"
    return render(request, "console/coupons/_run.html" if is_card else "console/coupons/run.html", context)


@page(queries.VIEW, methods=("GET",))
def result(request: HttpRequest, coupon_run_id: int) -> HttpResponse:
    """What treated and held-out people bought since; loaded beside the page."""
    found = queries.run_people(coupon_run_id, actor=request.actor)
    treated, held = queries_coupons.results(found, until=clock.now())
    context = {"run": found, "treated": treated, "held": held, "difference": queries.difference(treated, held)}
    return render(request, "console/coupons/_result.html", context)


@page(queries.ISSUE, methods=("POST",))
def stop(request: HttpRequest, coupon_run_id: int) -> HttpResponse:
    services.stop(run_id=coupon_run_id, actor=request.actor)
    messages.success(request, gettext("Stopped. What it has issued stays with the people."))
    return redirect("console:coupon_run", coupon_run_id)


@page(queries.ISSUE, methods=("POST",))
def resume(request: HttpRequest, coupon_run_id: int) -> HttpResponse:
    services.resume(run_id=coupon_run_id, actor=request.actor)
    return redirect("console:coupon_run", coupon_run_id)
