"""Tagging many people at once: start, watch, stop, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.segments import queries as segments
from yutang.areas.tags import queries, services
from yutang.console.access import page
from yutang.console.shell.listing import render_list
from yutang.console.staff.forms import id_of
from yutang.console.tags.forms import RunForm
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("tags.view", methods=("GET",))
def run_list(request: HttpRequest) -> HttpResponse:
    context = {"page": page_of(queries.runs(actor=request.actor), request)}
    return render_list(request, "console/tags/runs.html", "console/tags/_runs.html", context)


@page("tags.bulk")
def start(request: HttpRequest) -> HttpResponse:
    """GET for a segment (`?segment=…`); POST from the customer list brings the chosen `ids`, POST with `tag` starts."""
    chosen = [pk for text in request.POST.getlist("ids") if (pk := id_of(text)) is not None]
    known = []
    if request.actor.may("segments.view"):
        known = list(segments.visible(request.actor).values_list("pk", "name")[:2000])
    is_sent = "tag" in request.POST
    initial = {"segment": id_of(request.GET.get("segment", "")), "tag": id_of(request.GET.get("tag", ""))}
    form = RunForm(request.POST if is_sent else None, initial=initial, segments=known)
    if form.is_valid():
        with errors_of(form):
            sent = form.cleaned_data
            made = services.start(
                tag_id=sent["tag"], action=sent["action"], segment_id=None if chosen else sent["segment"],
                customer_ids=chosen, reason=sent["reason"], actor=request.actor,
            )  # fmt: skip
            return redirect("console:tagging_run", made.pk)
    context = {"form": form, "chosen": chosen}
    return render(request, "console/tags/run_new.html", context, status=422 if form.is_bound else 200)


@page("tags.view", methods=("GET",))
def run(request: HttpRequest, tagging_run_id: int) -> HttpResponse:
    """The page; while the run is at work its card asks for itself every second."""
    found = queries.run(tagging_run_id, actor=request.actor)
    is_card = request.headers.get("HX-Target") == "run"
    return render(request, "console/tags/_run.html" if is_card else "console/tags/run.html", {"run": found})


@page("tags.bulk", methods=("POST",))
def stop(request: HttpRequest, tagging_run_id: int) -> HttpResponse:
    services.stop(run_id=tagging_run_id, actor=request.actor)
    messages.success(request, gettext("Stopped. What it has done stays until you undo it."))
    return redirect("console:tagging_run", tagging_run_id)


@page("tags.bulk", methods=("POST",))
def undo(request: HttpRequest, tagging_run_id: int) -> HttpResponse:
    services.undo(run_id=tagging_run_id, actor=request.actor)
    return redirect("console:tagging_run", tagging_run_id)
