"""Recharge plans and limits."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.wallet import queries, services
from yutang.areas.wallet.services.setting import TermsValues
from yutang.console.access import page
from yutang.console.wallet.forms import PlanForm, TermsForm
from yutang.console.wallet.frame import EDIT, VIEW, tabs
from yutang.core import rewards
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(EDIT)
def terms(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, EDIT)
    known = queries.terms()
    initial = {each.name: getattr(known, each.name) for each in fields(TermsValues)}
    form = TermsForm(request.POST or None, initial=initial, currency=request.merchant.currency)
    if request.method == "POST" and form.is_valid():
        with errors_of(form):
            services.setting.save_terms(values=TermsValues(**form.cleaned_data), actor=request.actor)
            messages.success(request, gettext("Saved."))
            return redirect("console:wallet_terms")
    context = {"form": form, "tabs": tabs()}
    return render(request, "console/wallet/terms.html", context, status=422 if form.errors else 200)


@page(VIEW, methods=("GET",))
def plans(request: HttpRequest) -> HttpResponse:
    found = [(plan, rewards.describe(rewards.read(plan.rewards))) for plan in queries.plans()]
    return render(request, "console/wallet/plans.html", {"plans": found, "tabs": tabs(), "terms": queries.terms()})


@page(EDIT)
def create_plan(request: HttpRequest) -> HttpResponse:
    return _plan(request, None, {"is_active": True})


@page(EDIT)
def edit_plan(request: HttpRequest, wallet_plan_id: int) -> HttpResponse:
    known = queries.plan(wallet_plan_id)
    initial = {
        "name": known.name, "amount": known.amount, "gift": known.gift, "gift_days": known.gift_days,
        "rewards": rewards.read(known.rewards), "is_active": known.is_active,
    }  # fmt: skip
    return _plan(request, known.pk, initial)


def _plan(request: HttpRequest, plan_id: int | None, initial: dict[str, Any]) -> HttpResponse:
    queries.require_everywhere(request.actor, EDIT)
    form = PlanForm(request.POST or None, initial=initial, currency=request.merchant.currency)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with errors_of(form):
            services.setting.save_plan(
                plan_id=plan_id, name=given["name"], amount=given["amount"], gift=given["gift"] or 0,
                gift_days=given["gift_days"], given=given["rewards"], is_active=given["is_active"], actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Saved."))
            return redirect("console:wallet_plans")
    context = {"form": form, "is_new": plan_id is None}
    return render(request, "console/wallet/plan.html", context, status=422 if form.errors else 200)
