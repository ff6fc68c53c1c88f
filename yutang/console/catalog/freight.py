"""Freight templates: what sending costs, by region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.catalog import queries, services
from yutang.console.access import page
from yutang.console.catalog.forms import FreightForm, FreightRows
from yutang.ui.forms import errors_of, refused_as_message

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.catalog.models import FreightTemplate

_ROW = ("provinces", "is_served", "first", "first_fee", "further", "further_fee", "free_from")


@page(queries.VIEW, methods=("GET",))
def template_list(request: HttpRequest) -> HttpResponse:
    return render(request, "console/catalog/freight.html", {"templates": queries.freight_templates()})


@page(queries.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@page(queries.EDIT)
def edit(request: HttpRequest, template_id: int) -> HttpResponse:
    return _form(request, queries.freight_template(template_id))


def _form(request: HttpRequest, template: FreightTemplate | None) -> HttpResponse:
    initial, rows = {}, []
    if template:
        initial = {name: getattr(template, name) for name in ("name", "basis", "is_default")}
        rows = [
            {name: getattr(row, name) for name in _ROW}
            for row in sorted(template.rules.all(), key=lambda row: row.position)
        ]
    form = FreightForm(request.POST or None, initial=initial)
    formset = FreightRows(
        request.POST or None, initial=rows, prefix="rows", form_kwargs={"currency": request.merchant.currency}
    )
    if form.is_valid() and formset.is_valid():
        kept = [row for row in formset.cleaned_data if row and not row.get("DELETE")]
        with errors_of(form):
            services.save_freight_template(
                **form.cleaned_data, template=template, actor=request.actor,
                rows=[
                    queries.FreightRow(**{name: row[name] for name in _ROW} | {"provinces": tuple(row["provinces"])})
                    for row in kept
                ],
            )  # fmt: skip
            messages.success(request, gettext("Saved “%(name)s”.") % {"name": form.cleaned_data["name"]})
            return redirect("console:freight")
    context = {"form": form, "formset": formset, "template": template}
    return render(request, "console/catalog/freight_form.html", context, status=422 if form.is_bound else 200)


@page(queries.EDIT, methods=("POST",))
def delete(request: HttpRequest, template_id: int) -> HttpResponse:
    with refused_as_message(request):
        services.delete_freight_template(template_id=template_id, actor=request.actor)
    return redirect("console:freight")
