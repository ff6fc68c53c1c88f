"""Paid cards: plans with what they brought, who renewed, whose card ends, codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.membership import queries, queries_cards
from yutang.areas.membership.benefits import Benefits, described
from yutang.areas.membership.services import carding, coding
from yutang.console.access import page
from yutang.console.membership import labels
from yutang.console.membership.forms import BatchForm, PlanForm
from yutang.ui.forms import errors_of, refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from yutang.areas.membership.models import Card, Plan

REMIND_DAYS = 14


@page(queries.VIEW, methods=("GET",))
def overview(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, queries.VIEW)
    sums = queries_cards.sums()
    rows = [
        (plan, sums.get(plan.pk), described(Benefits.read(plan.benefits), request.merchant.currency))
        for plan in queries_cards.plans()[:200]
    ]
    context = {"rows": rows, "cohorts": queries_cards.cohorts(), "days": REMIND_DAYS, **_frame(request, "cards")}
    return render(request, "console/membership/cards.html", context)


@page(queries.VIEW, methods=("GET",))
def sold(request: HttpRequest) -> HttpResponse:
    return _list(request, "cards_sold", queries_cards.sold(), queries_cards.CARDS_ORDER)


@page(queries.VIEW, methods=("GET",))
def ending(request: HttpRequest) -> HttpResponse:
    """Whom to remind."""
    return _list(request, "cards_ending", queries_cards.ending(REMIND_DAYS), queries_cards.ENDING_ORDER)


def _list(request: HttpRequest, tab: str, rows: QuerySet[Card], order: tuple[str, ...]) -> HttpResponse:
    queries.require_everywhere(request.actor, queries.VIEW)
    request.actor.require("customers.view")
    shown = page_of(rows, request, order=order)
    names = customers.named(request.actor, [row.customer_id for row in shown.rows])
    for row in shown.rows:
        row.colour = labels.CARD[row.stage]
        row.name = names.get(row.customer_id) or f"#{row.customer_id}"
    return render(request, "console/membership/sold.html", {"page": shown, "tab": tab, **_frame(request, tab)})


@page(queries.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@page(queries.EDIT)
def edit(request: HttpRequest, plan_id: int) -> HttpResponse:
    return _form(request, queries_cards.plan(plan_id))


def _form(request: HttpRequest, plan: Plan | None) -> HttpResponse:
    queries.require_everywhere(request.actor)
    initial = {}
    if plan is not None:
        own = ("name", "months", "price", "free_freights", "is_on_sale")
        initial = {name: getattr(plan, name) for name in own} | PlanForm.initial_of(Benefits.read(plan.benefits))
    form = PlanForm(request.POST or None, initial=initial, currency=request.merchant.currency)
    if form.is_valid():
        with errors_of(form):
            saved = carding.save_plan(plan_id=plan.pk if plan else None, draft=form.draft(), actor=request.actor)
            messages.success(request, gettext("Saved “%(name)s”.") % {"name": saved.name})
            return redirect("console:cards")
    context = {"form": form, "plan": plan}
    return render(request, "console/membership/plan.html", context, status=422 if form.is_bound else 200)


@page(queries.EDIT)
def codes(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor)
    form = BatchForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        with errors_of(form):
            coding.create_batch(
                plan_id=given["plan"], count=given["count"], note=given["note"], valid_until=given["valid_until"],
                actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("The batch is ready. Export its codes: they are shown once."))
            return redirect("console:card_codes")
    shown = page_of(queries_cards.batches(), request, order=queries_cards.CARDS_ORDER)
    used = queries_cards.used_codes(row.pk for row in shown.rows)
    for row in shown.rows:
        row.used = used.get(row.pk, 0)
    context = {"form": form, "page": shown, **_frame(request, "card_codes")}
    return render(request, "console/membership/codes.html", context, status=422 if form.is_bound else 200)


@page(queries.EDIT, methods=("POST",))
def export(request: HttpRequest, code_batch_id: int) -> HttpResponse:
    """The codes as a file; afterwards nobody can read them again."""
    with refused_as_message(request):
        found = coding.export(batch_id=code_batch_id, actor=request.actor)
        response = HttpResponse("\ufeff" + "\r\n".join(["code", *found, ""]), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="codes-{code_batch_id}.csv"'
        response.headers["Cache-Control"] = "no-store"
        return response
    return redirect("console:card_codes")


def _frame(request: HttpRequest, active: str) -> dict[str, object]:
    may_edit = request.actor.may(queries.EDIT) and request.actor.nodes(queries.EDIT) is None
    tabs = [("cards", gettext("Plans and renewals"))]
    if request.actor.may("customers.view"):
        tabs += [("cards_sold", gettext("Cards sold")), ("cards_ending", gettext("Ending soon"))]
    if may_edit:
        tabs.append(("card_codes", gettext("Activation codes")))
    return {"may_edit": may_edit, "pages": tabs, "active": active, "currency": request.merchant.currency}
