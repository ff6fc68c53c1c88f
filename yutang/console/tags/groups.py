"""Groups of tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.tags import queries, services
from yutang.console.access import page
from yutang.console.shell.listing import render_list
from yutang.console.tags.forms import GroupForm, NewGroupForm
from yutang.ui.forms import errors_of, refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("tags.view", methods=("GET",))
def group_list(request: HttpRequest) -> HttpResponse:
    found = queries.groups()
    if wanted := request.GET.get("q", "").strip()[:60]:
        found = found.filter(name__icontains=wanted)
    shown = page_of(found, request)
    tags = queries.tags_by_group(shown.rows)
    for group in shown.rows:
        group.tags = tags.get(group.pk, [])
    may_define = request.actor.may("tags.edit") and request.actor.nodes("tags.edit") is None
    context = {"page": shown, "may_define": may_define}
    return render_list(request, "console/tags/groups.html", "console/tags/_groups.html", context)


@page("tags.edit")
def create(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor)
    form = NewGroupForm(request.POST or None)
    if form.is_valid():
        with errors_of(form):
            group = services.create_group(**form.cleaned_data, actor=request.actor)
            messages.success(request, gettext("Saved “%(name)s”.") % {"name": group.name})
            return redirect("console:tag_groups")
    return render(request, "console/tags/group.html", {"form": form}, status=422 if form.is_bound else 200)


@page("tags.edit")
def edit(request: HttpRequest, group_id: int) -> HttpResponse:
    queries.require_everywhere(request.actor)
    group = queries.group(group_id)
    initial = {"name": group.name, "colour": group.colour, "is_exclusive": group.is_exclusive}
    form = GroupForm(request.POST or None, initial=initial)
    if form.is_valid():
        with errors_of(form):
            services.update_group(group_id=group_id, **form.cleaned_data, actor=request.actor)
            messages.success(request, gettext("Saved “%(name)s”.") % {"name": form.cleaned_data["name"]})
            return redirect("console:tag_groups")
    context = {"form": form, "group": group}
    return render(request, "console/tags/group.html", context, status=422 if form.is_bound else 200)


@page("tags.edit", methods=("POST",))
def archive(request: HttpRequest, group_id: int) -> HttpResponse:
    with refused_as_message(request):
        group = services.archive_group(group_id=group_id, actor=request.actor)
        messages.success(request, gettext("Deleted “%(name)s”.") % {"name": group.name})
        return redirect("console:tag_groups")
    return redirect("console:tag_group", group_id)
