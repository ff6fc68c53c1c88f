"""Orders to ship to a file; a file with their tracking numbers checked, and shipped."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.imports import shipments
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import carriers
from yutang.console.access import page
from yutang.console.catalog.files import XLSX
from yutang.console.orders.forms import ShipmentsForm
from yutang.console.shell.listing import render_list
from yutang.console.staff.forms import id_of
from yutang.ui.forms import errors_of, refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from yutang.areas.imports.models import ShipmentRun

SHOWN = 200  # problems on the page; all of them stand in the file


@page(shipments.EDIT)
def shipping(request: HttpRequest) -> HttpResponse:
    form = ShipmentsForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        with errors_of(form):
            run = _checked(request, form.cleaned_data["file"])
            return redirect("console:shipment_run", run.pk)
    context = {
        "form": form, "page": page_of(shipments.runs(request.actor), request, size=20),
        "nodes": merchants.nodes_for(shipments.EDIT, actor=request.actor), "most_rows": shipments.MOST_ROWS,
        "carriers": list(carriers.CARRIERS),
    }  # fmt: skip
    response = render_list(request, "console/orders/shipping.html", "console/orders/_shipment_rows.html", context)
    response.status_code = 422 if form.errors else 200
    return response


@page(shipments.EDIT, methods=("POST",))
def export(request: HttpRequest) -> HttpResponseBase:
    is_csv = request.POST.get("format") == "csv"
    target = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    shipments.export(node_id=id_of(request.POST.get("node", "")), target=target, is_csv=is_csv, actor=request.actor)
    target.seek(0)
    name = timezone.localtime().strftime("to-ship-%Y%m%d-%H%M") + (".csv" if is_csv else ".xlsx")
    kind = "text/csv; charset=utf-8" if is_csv else XLSX
    return FileResponse(target, as_attachment=True, filename=name, content_type=kind)


@page(shipments.EDIT, methods=("GET",))
def run(request: HttpRequest, shipment_run_id: int) -> HttpResponse:
    """Asked every second, while it works, for the part that changes."""
    found = shipments.run(request.actor, shipment_run_id)
    problems = shipments.problems(found)
    context = {"run": found, "problems": problems[:SHOWN], "count": len(problems), "rows": found.rows[:10]}
    is_part = request.headers.get("HX-Target") == "run"
    return render(
        request, "console/orders/_shipment_run.html" if is_part else "console/orders/shipment_run.html", context
    )


@page(shipments.EDIT, methods=("POST",))
def start(request: HttpRequest, shipment_run_id: int) -> HttpResponse:
    found = shipments.run(request.actor, shipment_run_id)
    with refused_as_message(request):
        shipments.queue(run_id=found.pk, actor=request.actor)
        messages.success(request, gettext("Shipping; you can leave this page."))
    return redirect("console:shipment_run", found.pk)


@page(shipments.EDIT, methods=("GET",))
def problems(request: HttpRequest, shipment_run_id: int) -> HttpResponseBase:
    found = shipments.run(request.actor, shipment_run_id)
    target = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    shipments.problems_csv(shipments.problems(found), target)
    target.seek(0)
    name = f"not-shipped-{found.pk}.csv"
    return FileResponse(target, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


def _checked(request: HttpRequest, file: UploadedFile) -> ShipmentRun:
    with tempfile.NamedTemporaryFile(suffix=Path(file.name or "").suffix[:8]) as copy:
        for block in file.chunks():
            copy.write(block)
        copy.flush()
        return shipments.check(path=Path(copy.name), name=file.name or "", actor=request.actor)
