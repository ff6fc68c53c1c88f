"""Coupons: the list, one with its figures, and the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.coupons import queries, services, wording
from yutang.areas.coupons.models import Template
from yutang.areas.orders import queries_coupons
from yutang.console.access import page
from yutang.console.coupons.forms import CodesForm, CouponForm, initial
from yutang.console.shell.listing import render_list
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN_PEOPLE = 20


@page(queries.VIEW, methods=("GET",))
def coupon_list(request: HttpRequest) -> HttpResponse:
    wanted = {name: request.GET.get(name, "").strip()[:60] for name in ("q", "state")}
    every = queries.templates(request.actor)
    if wanted["q"]:
        every = every.filter(name__icontains=wanted["q"])
    if wanted["state"] in Template.State.values:
        every = every.filter(state=wanted["state"])
    found = page_of(every, request)
    figures = queries.figures(found.rows)
    for row in found.rows:
        row.figures, row.said = figures[row.pk], _said(row, request)
    context = {"page": found, "wanted": wanted, "states": Template.State.choices}
    return render_list(request, "console/coupons/list.html", "console/coupons/_rows.html", context)


@page(queries.VIEW, methods=("GET",))
def detail(request: HttpRequest, coupon_template_id: int) -> HttpResponse:
    return shown(request, coupon_template_id)


def shown(request: HttpRequest, template_id: int, codes: CodesForm | None = None) -> HttpResponse:
    template = queries.template(template_id, actor=request.actor)
    orders = queries.orders_of(template)
    context = {
        "template": template, "said": _said(template, request), "figures": queries.figures([template])[template.pk],
        "revenue": queries_coupons.net_amount(orders), "left": queries.left(template),
        "batches": queries.batches(template), "codes": codes or CodesForm(),
        "people": page_of(queries.issued(template), request, size=SHOWN_PEOPLE),
        "moves": services.designing.MOVES[Template.State(template.state)],
    }  # fmt: skip
    return render(request, "console/coupons/detail.html", context, status=422 if codes is not None else 200)


@page(queries.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, queries.EDIT)
    form = CouponForm(request.POST or None, merchant=request.merchant)
    if form.is_valid():
        with errors_of(form):
            made = services.create(
                name=form.cleaned_data["name"], draft=form.draft(), limits=form.limits(), actor=request.actor
            )
            messages.success(request, gettext("Saved as a draft. Activate it when it is right."))
            return redirect("console:coupon", made.pk)
    return _form(request, form)


@page(queries.EDIT)
def edit(request: HttpRequest, coupon_template_id: int) -> HttpResponse:
    queries.require_everywhere(request.actor, queries.EDIT)
    template = queries.template(coupon_template_id, actor=request.actor)
    codes = [product.code for product in catalog.products_of(template.terms.product_ids if template.terms else [])]
    form = CouponForm(
        request.POST or None, merchant=request.merchant, initial=initial(template, request.merchant, codes)
    )
    if form.is_valid():
        with errors_of(form):
            services.save(
                template_id=template.pk, name=form.cleaned_data["name"], draft=form.draft(), limits=form.limits(),
                actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Saved. What was issued before keeps its terms."))
            return redirect("console:coupon", template.pk)
    return _form(request, form, template)


@page(queries.EDIT, methods=("POST",))
def set_state(request: HttpRequest, coupon_template_id: int) -> HttpResponse:
    services.set_state(template_id=coupon_template_id, state=request.POST.get("state", ""), actor=request.actor)
    return redirect("console:coupon", coupon_template_id)


def _form(request: HttpRequest, form: CouponForm, template: Template | None = None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "template": template}
    return render(request, "console/coupons/form.html", context, status=422 if form.is_bound else 200)


def _said(template: Template, request: HttpRequest) -> str:
    if template.terms is None:
        return ""
    currency = request.merchant.currency
    return f"{wording.worth(template.terms, currency)} · {wording.condition(template.terms, currency)}"
