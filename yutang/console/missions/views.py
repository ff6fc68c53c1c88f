"""Check-in and tasks, as the merchant designs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.missions import queries, services
from yutang.console.access import page
from yutang.console.missions.forms import PlanForm, TaskForm, initial
from yutang.console.shell.listing import render_list
from yutang.core import rewards
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.missions.models import Task


@page(queries.VIEW, methods=("GET",))
def missions(request: HttpRequest) -> HttpResponse:
    found = page_of(queries.tasks(actor=request.actor), request, order=queries.ORDER)
    figures = queries.figures([row.pk for row in found.rows], request.merchant.pk)
    found.rows = [(row, rewards.describe(rewards.read(row.rewards)), figures.done.get(row.pk, 0)) for row in found.rows]
    steps = [(day, rewards.describe(given)) for day, given in queries.steps().items()]
    context = {"page": found, "figures": figures, "plan": queries.plan(), "steps": steps}
    return render_list(request, "console/missions/missions.html", "console/missions/_tasks.html", context)


@page(queries.EDIT)
def plan(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, queries.EDIT)
    saved = queries.plan()
    form = PlanForm(request.POST or None, initial=initial(saved, queries.steps()), days=saved.cycle)
    if form.is_valid():
        with errors_of(form):
            services.save_plan(
                is_active=form.cleaned_data["is_active"], cycle=form.cleaned_data["cycle"], steps=form.steps(),
                actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Saved."))
            return redirect("console:missions_plan")
    return render(request, "console/missions/plan.html", {"form": form}, status=422 if form.is_bound else 200)


@page(queries.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, queries.EDIT)
    return _form(request, None)


@page(queries.EDIT)
def edit(request: HttpRequest, mission_id: int) -> HttpResponse:
    return _form(request, queries.task_of(request.actor, mission_id))


def _form(request: HttpRequest, task: Task | None) -> HttpResponse:
    known = {} if task is None else {
        "deed": task.deed, "title": task.title, "target": task.target, "period": task.period,
        "rewards": rewards.read(task.rewards), "is_active": task.is_active,
    }  # fmt: skip
    form = TaskForm(request.POST or None, initial=known)
    if form.is_valid():
        given = dict(form.cleaned_data)
        with errors_of(form):
            services.save_task(
                task_id=task.pk if task else None, given=given.pop("rewards"), **given, actor=request.actor
            )
            messages.success(request, gettext("Saved."))
            return redirect("console:missions")
    context = {"form": form, "task": task}
    return render(request, "console/missions/task.html", context, status=422 if form.is_bound else 200)
