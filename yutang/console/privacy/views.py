"""Requests about personal data, consent texts, and how long data is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.privacy import consents, queries, retention, services
from yutang.areas.privacy.models import Request
from yutang.console.access import page
from yutang.console.privacy.forms import TextForm
from yutang.console.privacy.tabs import tabs
from yutang.console.shell.listing import render_list
from yutang.core.errors import Invalid
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

COLOURS = {"queued": "secondary", "running": "blue", "done": "green", "failed": "red"}


@page("privacy.view", methods=("GET",))
def request_list(request: HttpRequest) -> HttpResponse:
    found = queries.requests(request.actor)
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    if kind in Request.Kind.values:
        found = found.filter(kind=kind)
    if state in Request.State.values:
        found = found.filter(state=state)
    rows = page_of(found, request)
    for row in rows.rows:
        row.colour = COLOURS[row.state]
    context = {
        "page": rows, "tabs": tabs(request), "kinds": Request.Kind.choices, "states": Request.State.choices,
        "kind": kind, "state": state,
    }  # fmt: skip
    return render_list(request, "console/privacy/list.html", "console/privacy/_rows.html", context)


@page("privacy.view", methods=("GET",))
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    found = queries.request(request.actor, request_id)
    found.colour = COLOURS[found.state]
    context = {"found": found, "proof": found.proof, "values": sum((found.proof or {}).get("values", {}).values())}
    return render(request, "console/privacy/request.html", context)


@page("privacy.export", methods=("GET",))
def download(request: HttpRequest, request_id: int) -> HttpResponse:
    path = queries.copy_of(request.actor, request_id)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="application/zip")


@page("privacy.erase", methods=("POST",))
def retry(request: HttpRequest, request_id: int) -> HttpResponse:
    services.retry_erasure(request_id=request_id, actor=request.actor)
    return redirect("console:privacy_request", request_id)


@page("privacy.view")
def texts(request: HttpRequest) -> HttpResponse:
    form = TextForm(request.POST or None)
    if request.method == "POST":
        request.actor.require("privacy.manage")
        if form.is_valid():
            with errors_of(form):
                consents.add_text(**form.cleaned_data, actor=request.actor)
                messages.success(request, gettext("Text saved as a new version."))
                return redirect("console:privacy_texts")
    found = page_of(consents.texts(actor=request.actor), request, size=20)
    context = {"form": form, "page": found, "tabs": tabs(request)}
    return render(request, "console/privacy/texts.html", context, status=422 if form.is_bound else 200)


@page("privacy.view")
def retention_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        kind, days = request.POST.get("kind", ""), request.POST.get("days", "")
        if not days.isdecimal() or len(days) > 5:
            raise Invalid(field="days", field_label=gettext("Days"), reason=gettext("Write a whole number."))
        retention.keep_for(kind=kind, days=int(days), actor=request.actor)
        messages.success(request, gettext("Saved; it takes effect in the next night."))
        return redirect("console:privacy_retention")
    context = {"lines": retention.overview(actor=request.actor), "tabs": tabs(request), "most": retention.MOST_DAYS}
    return render(request, "console/privacy/retention.html", context)
