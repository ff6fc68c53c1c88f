"""The import centre: uploading, looking, trying, importing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.imports import queries, services
from yutang.areas.imports.models import ImportRun
from yutang.console.access import page
from yutang.console.imports import shown
from yutang.console.shell.listing import render_list
from yutang.core.errors import DomainError, NotAllowed
from yutang.ui.forms import refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest

REJECTED_SHOWN = 20


@page("imports.view", methods=("GET",))
def run_list(request: HttpRequest) -> HttpResponse:
    runs = queries.runs(actor=request.actor)
    filters = {key: request.GET.get(key, "").strip() for key in ("q", "state")}
    if filters["q"]:
        runs = runs.filter(file_names__icontains=filters["q"])
    if filters["state"] in ImportRun.State.values:
        runs = runs.filter(state=filters["state"])
    found = page_of(runs, request, size=30)
    for row in found.rows:
        shown.decorate(row)
    context = {
        "page": found, "filters": filters, "states": ImportRun.State.choices, "layouts": queries.layouts(),
        "is_filtered": any(filters.values()), "is_working": any(row.is_open for row in found.rows),
    }  # fmt: skip
    return render_list(request, "console/imports/list.html", "console/imports/_rows.html", context)


@page("imports.run")
def upload(request: HttpRequest) -> HttpResponse:
    context = {"layouts": queries.layouts(), "max_bytes": services.MAX_BYTES, "max_files": services.MAX_FILES}
    if request.method != "POST":
        return render(request, "console/imports/new.html", context)
    chosen = request.POST.get("layout") or None
    try:
        with transaction.atomic():
            run = services.upload(
                files=[(file.name, file) for file in request.FILES.getlist("file")], layout=chosen, actor=request.actor
            )
    except NotAllowed:
        raise
    except DomainError as error:
        return render(request, "console/imports/new.html", {**context, "error": str(error)}, status=422)
    if not run.layout and not run.mapping:
        return redirect("console:import_mapping", run.pk)
    return redirect("console:import", run.pk)


@page("imports.view", methods=("GET",))
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    return render(request, "console/imports/run.html", _context(request, queries.run(run_id, actor=request.actor)))


@page("imports.view", methods=("GET",))
def status(request: HttpRequest, run_id: int) -> HttpResponse:
    """The part of the page that changes while the run works."""
    return render(request, "console/imports/_run.html", _context(request, queries.run(run_id, actor=request.actor)))


def _context(request: HttpRequest, found: ImportRun) -> dict[str, object]:
    shown.decorate(found)
    context: dict[str, object] = {"run": found, "layouts": queries.layouts()}
    if found.state == ImportRun.State.UPLOADED and found.is_readable:
        preview = queries.preview(found)
        context |= {
            "detection": queries.detection(found),
            "lines": shown.lines(preview.lines),
            "errors": shown.errors(preview.errors),
            "failure": shown.reason(preview.failure.code, preview.failure.detail) if preview.failure else "",
            "companion": (kind := queries.missing_companion(found)) and queries.layout_name(kind),
        }
    elif not found.is_open and request.actor.may("imports.run"):
        context["rejected"] = list(services.rejected_rows(found, limit=REJECTED_SHOWN))
    return context


@page("imports.run", methods=("POST",))
def start(request: HttpRequest, run_id: int) -> HttpResponse:
    services.queue(run_id=run_id, dry_run=request.POST.get("dry_run") == "1", actor=request.actor)
    return redirect("console:import", run_id)


@page("imports.run", methods=("POST",))
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    services.cancel(run_id=run_id, actor=request.actor)
    messages.info(request, gettext("Stopped. What is imported stays; you can go on any time."))
    return redirect("console:import", run_id)


@page("imports.run", methods=("POST",))
def companion(request: HttpRequest, run_id: int) -> HttpResponse:
    """Adds the second report."""
    file = request.FILES.get("file")
    if file is not None:
        with refused_as_message(request), transaction.atomic():
            services.add_companion(run_id=run_id, file=(file.name, file), actor=request.actor)
            messages.success(request, gettext("Both reports are read together now."))
    return redirect("console:import", run_id)


@page("imports.run", methods=("POST",))
def layout(request: HttpRequest, run_id: int) -> HttpResponse:
    """Reads the file as something else than what was detected."""
    chosen = request.POST.get("layout", "")
    services.use_layout(run_id=run_id, layout=chosen, actor=request.actor)
    return redirect("console:import" if chosen else "console:import_mapping", run_id)


@page("imports.run", methods=("GET",))
def rejected(request: HttpRequest, run_id: int) -> HttpResponse:
    found = queries.run(run_id, actor=request.actor)
    response = StreamingHttpResponse(services.rejected_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejected-{found.pk}.csv"'
    return response
