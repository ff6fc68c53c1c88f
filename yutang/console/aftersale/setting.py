"""The merchant's terms of after-sale, and how well its stores serve."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.aftersale import queries, queries_score, services
from yutang.areas.merchants import queries as merchants
from yutang.console.access import page
from yutang.console.aftersale.forms import TermsForm
from yutang.core import clock
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_ADDRESS = ("return_name", "return_phone", "return_address")


@page(queries.SETUP)
def settings(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor)
    terms = queries.terms()
    names = [*queries.bounds(), *_ADDRESS]
    form = TermsForm(
        request.POST or None, initial={name: getattr(terms, name) for name in names} | queries.promises()
    )  # fmt: skip
    if form.is_valid():
        given = form.cleaned_data
        with errors_of(form):
            services.save_terms(
                terms={name: given[name] for name in queries.bounds()},
                promises={kind: given[kind] for kind in queries.no_reason_bounds()},
                address={name: given[name] for name in _ADDRESS}, actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Saved."))
            return redirect("console:aftersale_settings")
    status = 422 if form.is_bound else 200
    return render(request, "console/aftersale/settings.html", {"form": form}, status=status)


@page(queries.VIEW, methods=("GET",))
def score(request: HttpRequest) -> HttpResponse:
    """Every figure leads to the cases it counts."""
    now = clock.now()
    since = now - timedelta(days=queries_score.DAYS)
    names = {node.pk: node.name for node in merchants.tree()}
    address = reverse("console:aftersale")
    day = since.date().isoformat()

    def behind(node_id: int) -> dict[str, str]:
        return {
            name: f"{address}?{urlencode({'node': node_id, 'since': day, 'behind': name})}" for name in queries.BEHIND
        }

    rows = [
        (names.get(one.node_id, "?"), one, one.record.parts(), behind(one.node_id))
        for one in queries_score.scores(request.actor, until=now)
    ]
    return render(request, "console/aftersale/score.html", {"rows": rows, "days": queries_score.DAYS})
