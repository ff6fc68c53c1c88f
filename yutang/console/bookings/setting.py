"""Experiences with their hours, rooms and teachers, and the terms of bookings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.bookings import queries, services
from yutang.areas.catalog import services as catalog
from yutang.console.access import page
from yutang.console.bookings.forms import ExperienceForm, ResourceForm, TermsForm, clock_times
from yutang.console.shell.listing import render_list
from yutang.core.errors import NotFound
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.bookings.models import Experience

_TERMS = ("hold_minutes", "offer_minutes", "strikes", "strike_days", "block_days")


@page(queries.VIEW, methods=("GET",))
def experiences(request: HttpRequest) -> HttpResponse:
    found = page_of(queries.experiences(request.actor), request, order=queries.NEWEST)
    return render_list(
        request, "console/bookings/experiences.html", "console/bookings/_experiences.html", {"page": found}
    )


@page(queries.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@page(queries.EDIT)
def edit(request: HttpRequest, experience_id: int) -> HttpResponse:
    return _form(request, queries.experience(experience_id, actor=request.actor, permission=queries.EDIT))


def _form(request: HttpRequest, found: Experience | None) -> HttpResponse:
    form = ExperienceForm(
        request.POST or None, request.FILES or None, initial=_initial(found), actor=request.actor,
        currency=request.merchant.currency,
    )  # fmt: skip
    if form.is_valid():
        with errors_of(form), transaction.atomic():
            digest = found.picture if found else ""
            if picture := form.cleaned_data["picture"]:
                picture.seek(0)
                digest = catalog.store_picture(content=picture, actor=request.actor).digest
            draft = services.Draft(**form.values(), picture=digest)
            saved = services.save_experience(
                experience_id=found.pk if found else None, draft=draft, actor=request.actor
            )  # fmt: skip
            services.save_hours(experience_id=saved.pk, begins=form.begins(), actor=request.actor)
            messages.success(request, gettext("Saved “%(name)s”.") % {"name": saved.title})
            return redirect("console:experiences")
    context = {"form": form, "experience": found, "week": [form[f"weekday_{n}"] for n in range(7)]}
    return render(request, "console/bookings/experience.html", context, status=422 if form.is_bound else 200)


def _initial(found: Experience | None) -> dict[str, Any]:
    if found is None:
        return {}
    initial = {name: getattr(found, name) for name in ExperienceForm.base_fields if hasattr(found, name)}
    initial |= {"node_id": found.node_id, "resource_id": found.resource_id, "segment_id": found.segment_id}
    initial.pop("picture")
    days: dict[str, list[int]] = {}
    for row in queries.hours(found.pk):
        if row.weekday is not None:
            initial.setdefault(f"weekday_{row.weekday}", []).append(row.begins)
        else:
            times = days.setdefault(str(row.day), [])
            times += [] if row.begins is None else [row.begins]
    return initial | {"days": "\n".join(f"{day} {clock_times(times)}".strip() for day, times in days.items())}


@page(queries.VIEW)
def resources(request: HttpRequest) -> HttpResponse:
    return _resource(request, None)


@page(queries.EDIT)
def resource(request: HttpRequest, resource_id: int) -> HttpResponse:
    return _resource(request, resource_id)


def _resource(request: HttpRequest, resource_id: int | None) -> HttpResponse:
    """The list, with the form for a new one or for the one being changed."""
    found = None
    if resource_id is not None:
        found = queries.resources(request.actor, queries.EDIT).filter(pk=resource_id).first()
        if found is None:
            raise NotFound
    form = None
    if request.actor.may(queries.EDIT):
        initial = {key: getattr(found, key) for key in ("name", "kind", "node_id", "is_active")} if found else {}
        form = ResourceForm(request.POST or None, initial=initial, actor=request.actor)
    if request.method == "POST":
        request.actor.require(queries.EDIT)
        if form is not None and form.is_valid():
            with errors_of(form):
                values = form.cleaned_data | {"node_id": int(form.cleaned_data["node_id"])}
                services.save_resource(resource_id=resource_id, **values, actor=request.actor)
                messages.success(request, gettext("Saved “%(name)s”.") % {"name": values["name"]})
                return redirect("console:booking_resources")
    rows = page_of(queries.resources(request.actor), request, order=queries.NEWEST)
    context = {"page": rows, "form": form, "found": found}
    response = render_list(request, "console/bookings/resources.html", "console/bookings/_resources.html", context)
    response.status_code = 422 if form is not None and form.is_bound else 200
    return response


@page(queries.EDIT)
def terms(request: HttpRequest) -> HttpResponse:
    queries.require_everything(request.actor, queries.EDIT)
    initial = {name: getattr(queries.terms(), name) for name in _TERMS}
    form = TermsForm(request.POST or None, initial=initial)
    if form.is_valid():
        services.save_terms(**form.cleaned_data, actor=request.actor)
        messages.success(request, gettext("The terms are saved."))
        return redirect("console:bookings")
    return render(request, "console/bookings/terms.html", {"form": form}, status=422 if form.is_bound else 200)
