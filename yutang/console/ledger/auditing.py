"""The proofs that everything adds up, and asking for one now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext

from yutang.console.access import page
from yutang.console.ledger import asking, labels
from yutang.console.shell.listing import render_list
from yutang.core.ledger import auditing, browsing
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(asking.VIEW)
def runs(request: HttpRequest) -> HttpResponse:
    asking.require_everything(request)
    if request.method == "POST":
        auditing.ask(actor=request.actor)
        messages.success(request, gettext("The check begins within seconds; its result appears here."))
        return redirect("console:ledger_audits")
    found = page_of(browsing.runs(), request, order=browsing.RUNS_ORDER, size=20)
    for run in found.rows:
        run.wrongs = [{**one, "label": labels.wrong(one["what"])} for one in run.found]
    return render_list(request, "console/ledger/audits.html", "console/ledger/_audits.html", {"page": found})
