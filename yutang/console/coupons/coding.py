"""Codes of a coupon: made here, told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from yutang.areas.coupons import queries, services
from yutang.console.access import page
from yutang.console.coupons.forms import CodesForm
from yutang.console.coupons.views import shown
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest


@page(queries.ISSUE, methods=("POST",))
def make(request: HttpRequest, coupon_template_id: int) -> HttpResponse:
    form = CodesForm(request.POST)
    if form.is_valid():
        with errors_of(form):
            services.make_codes(
                template_id=coupon_template_id, name=form.cleaned_data["name"], count=form.cleaned_data["count"],
                actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("The codes are made. They can be exported once."))
            return redirect("console:coupon", coupon_template_id)
    return shown(request, coupon_template_id, codes=form)


@page(queries.ISSUE, methods=("POST",))
def export(request: HttpRequest, coupon_batch_id: int) -> HttpResponse:
    codes = services.export(batch_id=coupon_batch_id, actor=request.actor)
    response = HttpResponse("\ufeff" + "\r\n".join(["code", *codes, ""]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="codes-{coupon_batch_id}.csv"'
    response["Cache-Control"] = "no-store"
    return response
