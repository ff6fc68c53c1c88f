"""Products to a file and from one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.catalog import queries
from yutang.areas.imports import products
from yutang.console.access import page
from yutang.console.catalog.forms import ImportForm
from yutang.console.catalog.views import chosen, search_of
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from yutang.areas.imports.products import Report

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(queries.EDIT, methods=("POST",))
def export(request: HttpRequest) -> HttpResponseBase:
    """`ids` of the chosen rows; without any, everything the address' filters let through."""
    found = queries.search(search_of(request))
    if request.POST.getlist("ids"):
        # Ids that cannot be read choose nothing, never everything.
        found = queries.search(queries.Search()).filter(pk__in=chosen(request))
    is_csv = request.POST.get("format") == "csv"
    target = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    products.export(
        products=found, target=target, is_csv=is_csv, currency=request.merchant.currency, actor=request.actor
    )
    target.seek(0)
    name = timezone.localtime().strftime("products-%Y%m%d-%H%M") + (".csv" if is_csv else ".xlsx")
    kind = "text/csv; charset=utf-8" if is_csv else XLSX
    return FileResponse(target, as_attachment=True, filename=name, content_type=kind)


@page(queries.EDIT)
def upload(request: HttpRequest) -> HttpResponse:
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    report = None
    if form.is_valid():
        with errors_of(form):
            report = _taken(request, form.cleaned_data["file"], is_trial=form.cleaned_data["is_trial"])
            if not report.is_trial:
                messages.success(request, gettext("Products imported."))
    context = {"form": form, "report": report, "most_rows": products.MOST_ROWS}
    return render(request, "console/catalog/import.html", context, status=422 if form.errors else 200)


def _taken(request: HttpRequest, file: UploadedFile, *, is_trial: bool) -> Report:
    with tempfile.NamedTemporaryFile(suffix=Path(file.name or "").suffix[:8]) as copy:
        for block in file.chunks():
            copy.write(block)
        copy.flush()
        return products.run(
            path=Path(copy.name), name=file.name or "", currency=request.merchant.currency, is_trial=is_trial,
            actor=request.actor,
        )  # fmt: skip
