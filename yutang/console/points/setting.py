"""Rules and terms of points, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.points import queries, services
from yutang.areas.points.models import Kind
from yutang.console.access import page
from yutang.console.points import tabs
from yutang.console.points.forms import TERMS, RulesForm, initial
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(queries.EDIT)
def rules(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, queries.EDIT)
    known = initial(queries.terms(), queries.rules_by_kind())
    form = RulesForm(request.POST or None, initial=known, currency=request.merchant.currency)
    if form.is_valid():
        with errors_of(form):
            services.save_terms(values={name: form.cleaned_data[name] for name in TERMS}, actor=request.actor)
            for kind in Kind.values:
                if kind != Kind.PURCHASE or form.cleaned_data["purchase-per_amount"]:
                    services.save_rule(kind=kind, **form.rule(kind), actor=request.actor)
            messages.success(request, gettext("Saved."))
            return redirect("console:points_rules")
    context = {"form": form, **tabs.context(request, "points_rules")}
    return render(request, "console/points/rules.html", context, status=422 if form.is_bound else 200)
