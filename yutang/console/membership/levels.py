"""The ladder: levels with their people and what they cost, one level, the rules of growth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.customers import queries as customers
from yutang.areas.membership import queries
from yutang.areas.membership.benefits import Benefits, Said, described
from yutang.areas.membership.services import leveling
from yutang.areas.orders import queries_member
from yutang.console.access import page
from yutang.console.membership import moving
from yutang.console.membership.forms import LevelForm, RulesForm
from yutang.console.membership.moving import Sketch
from yutang.core import clock
from yutang.ui.forms import errors_of, refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.membership.models import Level
    from yutang.areas.orders.queries_member import Cost

COSTS_OF = timedelta(days=30)


@dataclass(frozen=True)
class Row:
    level: Level
    people: int
    benefits: list[Said]
    cost: Cost


@page(queries.VIEW, methods=("GET",))
def ladder(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, queries.VIEW)
    people, costs = queries.people_per_level(), queries_member.costs(clock.now() - COSTS_OF)
    currency = request.merchant.currency
    nothing, with_goods = queries_member.Cost(0, 0), catalog.levels_with_goods()
    rows = [
        Row(
            level, people.get(level.pk, 0),
            described(replace(Benefits.read(level.benefits), exclusive=level.key in with_goods), currency),
            costs.get(("level", level.key), nothing),
        )
        for level in queries.levels()
    ]  # fmt: skip
    context = {
        "rows": rows, "scheme": queries.scheme(), "without": people.get(None, 0), "run": queries.last_run(),
        "falling": queries.falling().count(), "currency": currency, "may_edit": _may_edit(request),
    }  # fmt: skip
    return render(request, "console/membership/levels.html", context)


@page(queries.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@page(queries.EDIT)
def edit(request: HttpRequest, level_id: int) -> HttpResponse:
    return _form(request, queries.level(level_id))


def _form(request: HttpRequest, level: Level | None) -> HttpResponse:
    """First it says who would move; saving is the second button."""
    queries.require_everywhere(request.actor)
    initial = {}
    if level is not None:
        own = ("name", "key", "icon", "colour", "threshold", "keep")
        initial = {name: getattr(level, name) for name in own} | LevelForm.initial_of(Benefits.read(level.benefits))
    form = LevelForm(request.POST or None, initial=initial, currency=request.merchant.currency)
    if level is not None:
        form.fields["key"].disabled = True
    moved = None
    if form.is_valid():
        with errors_of(form):
            if "save" in request.POST:
                saved = leveling.save_level(
                    level_id=level.pk if level else None, key=form.cleaned_data["key"], draft=form.draft(),
                    actor=request.actor,
                )  # fmt: skip
                messages.success(request, gettext("Saved “%(name)s”.") % {"name": saved.name})
                return redirect("console:levels")
            given = {name: form.cleaned_data[name] for name in ("name", "threshold", "keep")}
            moved = moving.moved(request, Sketch(level_id=level.pk if level else 0, **given))
    context = {"form": form, "level": level, "moved": moved}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "console/membership/level.html", context, status=status)


@page(queries.EDIT)
def rules(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor)
    scheme = queries.scheme()
    initial = {name: getattr(scheme, name) for name in RulesForm.base_fields}
    form = RulesForm(request.POST or None, initial=initial, currency=request.merchant.currency)
    moved = None
    if form.is_valid():
        with errors_of(form):
            if "save" in request.POST:
                leveling.save_scheme(**form.cleaned_data, actor=request.actor)
                messages.success(request, gettext("Saved."))
                return redirect("console:levels")
            moved = moving.moved(request, Sketch(months=form.cleaned_data["keep_months"]))
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "console/membership/rules.html", {"form": form, "moved": moved}, status=status)


@page(queries.EDIT, methods=("POST",))
def archive(request: HttpRequest, level_id: int) -> HttpResponse:
    with refused_as_message(request):
        level = leveling.archive_level(level_id=level_id, actor=request.actor)
        messages.success(request, gettext("Deleted “%(name)s”.") % {"name": level.name})
    return redirect("console:levels")


@page(queries.VIEW, methods=("GET",))
def people(request: HttpRequest, level_id: int) -> HttpResponse:
    """Members of a level, those who joined last first."""
    queries.require_everywhere(request.actor, queries.VIEW)
    request.actor.require("customers.view")
    level = queries.level(level_id)
    shown = page_of(queries.members(level.pk), request, order=queries.MEMBERS_ORDER)
    names = customers.named(request.actor, [row.customer_id for row in shown.rows])
    for row in shown.rows:
        row.name = names.get(row.customer_id) or f"#{row.customer_id}"
    return render(request, "console/membership/people.html", {"level": level, "page": shown})


def _may_edit(request: HttpRequest) -> bool:
    return bool(request.actor.may(queries.EDIT) and request.actor.nodes(queries.EDIT) is None)
