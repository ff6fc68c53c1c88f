"""Telling Yutang how to read a file it does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.imports import queries, services
from yutang.areas.imports.errors import MappingError
from yutang.areas.imports.failures import FileUnreadable, MappingUnusable
from yutang.areas.imports.mapping import Mapping
from yutang.areas.orders.models import Order
from yutang.console.access import page
from yutang.console.imports import editor as editors
from yutang.console.imports import shown

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.imports.models import ImportRun

MAX_TOML = 100_000


@page("imports.run")
def edit(request: HttpRequest, run_id: int) -> HttpResponse:
    """GET shows the editor, POST saves the mapping for all files with these headers."""
    run = queries.run(run_id, actor=request.actor)
    if request.method != "POST":
        editor = _with_words(run, editors.of_mapping(_base(run, ""), _detection(run)))
        return render(request, "console/imports/mapping.html", _context(run, editor))
    editor = _sent(request, run)
    name = editor.data["name"] or run.file_names[0]
    source = request.POST.get("source", "").strip()
    if not source:
        asked = gettext("Say where these orders come from: their customers keep it as their source.")
        context = _context(run, editor)
        context["problems"] |= {"source": asked}
        return render(request, "console/imports/mapping.html", context, status=422)
    try:
        with transaction.atomic():
            toml = services.mapping_of(editor.data | {"name": name}).to_toml()
            services.save_mapping(run_id=run_id, toml=toml, name=name, source=source, actor=request.actor)
    except MappingUnusable as error:
        context = _context(run, editor) | {"problems": {_slot(error.field or ""): str(error)}, "problem": str(error)}
        context["source"] = source
        return render(request, "console/imports/mapping.html", context, status=422)
    messages.success(request, gettext("Saved. The next file with these columns is read the same way."))
    return redirect("console:import", run_id)


@page("imports.run", methods=("POST",))
def preview(request: HttpRequest, run_id: int) -> HttpResponse:
    """The first lines as the settings on the page would read them, and what is wrong with the settings."""
    run = queries.run(run_id, actor=request.actor)
    return render(request, "console/imports/_preview.html", _context(run, _sent(request, run)) | {"is_update": True})


@page("imports.run", methods=("POST",))
def upload_toml(request: HttpRequest, run_id: int) -> HttpResponse:
    """Takes the settings from a TOML file."""
    file = request.FILES.get("file")
    try:
        with transaction.atomic():
            toml = file.read(MAX_TOML).decode("utf-8-sig", "replace") if file else ""
            name = services.parse_mapping(toml).name or (file.name if file else "")
            services.save_mapping(run_id=run_id, toml=toml, name=name, actor=request.actor)
    except MappingUnusable as error:
        messages.error(request, str(error))
        return redirect("console:import_mapping", run_id)
    messages.success(request, gettext("Saved. The next file with these columns is read the same way."))
    return redirect("console:import", run_id)


@page("imports.view", methods=("GET",))
def download_toml(request: HttpRequest, run_id: int) -> HttpResponse:
    run = queries.run(run_id, actor=request.actor)
    response = HttpResponse(run.mapping or _base(run, "").to_toml(), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mapping-{run.pk}.toml"'
    return response


def _sent(request: HttpRequest, run: ImportRun) -> editors.Editor:
    editor = editors.of_form(request.POST, _base(run, request.POST.get("base", "")), _detection(run))
    return _with_words(run, editor, is_new=request.POST.get("words_of", "") != (editor.status_header or ""))


def _with_words(run: ImportRun, editor: editors.Editor, *, is_new: bool = True) -> editors.Editor:
    """The words are looked for again when another column holds them; else what was set (also to nothing) stays."""
    if editor.status_header is None:
        return editor
    words = queries.words_of(run, editor.status_header)
    if not is_new:
        words = [(word, "") for word, _guess in words]
    return editors.with_words(editor, words)


def _detection(run: ImportRun) -> Any:
    found = queries.detection(run)
    if found is None:
        raise FileUnreadable(field="file", name=run.file_names[0], code="file.not_a_table", detail="")
    return found


def _base(run: ImportRun, sent: str) -> Mapping:
    """What the form starts from: what it carried along, what the run is read with, or a guess."""
    try:
        if sent or run.mapping:
            return Mapping.from_toml(sent[:MAX_TOML] or run.mapping)
    except MappingError:
        pass  # a form sent before it was complete; what it shows is sent along anyway
    found = queries.detection(run)
    return queries.suggested_mapping(found) if found and not sent else Mapping()


def _context(run: ImportRun, editor: editors.Editor) -> dict[str, Any]:
    problems: dict[str, str] = {}
    problem, preview = "", queries.Preview()
    try:
        preview = queries.preview(run, mapping=services.mapping_of(editor.data))
    except MappingUnusable as error:
        problems[_slot(error.field or "")] = problem = str(error)
    failure = shown.reason(preview.failure.code, preview.failure.detail) if preview.failure else ""
    return {
        "run": shown.decorate(run),
        "editor": editor,
        "lines": shown.lines(preview.lines),
        "errors": shown.errors(preview.errors),
        "failure": failure,
        "problem": problem,
        "problems": problems,
        "slots": SLOTS,
        "statuses": Order.Status.choices,
        "layouts": queries.layouts(),
        **editors.choices(),
    }


SLOTS = ("columns", "amount", "date_formats", "timezone", "refunds", "refund_values", "constants", "statuses", "name")


def _slot(setting: str) -> str:
    """The place on the page beside which an error stands."""
    head = setting.partition(".")[0]
    return head if head in SLOTS else "columns"
