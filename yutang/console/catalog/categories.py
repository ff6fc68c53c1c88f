"""The tree of categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.catalog import queries, services
from yutang.areas.catalog.models import Category
from yutang.console.access import page
from yutang.console.catalog.forms import CategoryForm
from yutang.ui.forms import errors_of, refused_as_message

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(queries.VIEW)
def category_list(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        request.actor.require(queries.EDIT)
    return _saved(request, None)


@page(queries.EDIT)
def edit(request: HttpRequest, category_id: int) -> HttpResponse:
    return _saved(request, queries.category(category_id))


def _saved(request: HttpRequest, category: Category | None) -> HttpResponse:
    initial = {}
    if category:
        initial = {name: getattr(category, name) for name in ("name", "position", "is_visible")}
        initial["parent"] = category.parent_id
    form = CategoryForm(request.POST or None, initial=initial, category=category)
    if form.is_valid():
        values = {**form.cleaned_data}
        with errors_of(form):
            services.save_category(parent_id=values.pop("parent"), category=category, actor=request.actor, **values)
            messages.success(request, gettext("Saved “%(name)s”.") % {"name": form.cleaned_data["name"]})
            return redirect("console:categories")
    context = {"form": form, "branches": queries.categories(), "category": category}
    return render(request, "console/catalog/categories.html", context, status=422 if form.is_bound else 200)


@page(queries.EDIT, methods=("POST",))
def delete(request: HttpRequest, category_id: int) -> HttpResponse:
    with refused_as_message(request):
        services.delete_category(category_id=category_id, actor=request.actor)
    return redirect("console:categories")
