"""Roles: presets to look at and copy, own ones to shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.merchants import queries
from yutang.areas.merchants.permissions import PERMISSIONS
from yutang.areas.merchants.services import roles as service
from yutang.console.access import page
from yutang.console.staff.forms import RoleForm, id_of, permission_groups
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("staff.view", methods=("GET",))
def role_list(request: HttpRequest) -> HttpResponse:
    people = queries.people_per_role()
    rows = [
        {
            "role": role,
            "name": queries.role_name(role),
            "people": people.get(role.pk, 0),
            "permissions": [gettext(PERMISSIONS[key]) for key in queries.permissions_of(role) if key in PERMISSIONS],
            "is_all": set(queries.permissions_of(role)) >= set(PERMISSIONS),
        }
        for role in queries.roles()
    ]
    return render(request, "console/staff/roles.html", {"rows": rows})


@page("staff.edit")
def create(request: HttpRequest) -> HttpResponse:
    """A new role, starting from a copy when `?copy=` names one."""
    copied = id_of(request.GET.get("copy", ""))
    original = queries.role(copied, actor=request.actor) if copied is not None else None
    form = RoleForm(request.POST or None)
    chosen = queries.permissions_of(original) if original else []
    if original and not form.is_bound:
        form.initial["name"] = gettext("%(name)s (copy)") % {"name": queries.role_name(original)}
    if form.is_valid():
        with errors_of(form):
            service.create(**form.cleaned_data, actor=request.actor)
            messages.success(request, gettext("The role is ready to be given to people."))
            return redirect("console:roles")
    return _edit(request, form, request.POST.getlist("permissions") if form.is_bound else chosen)


@page("staff.view")
def role(request: HttpRequest, role_id: int) -> HttpResponse:
    found = queries.role(role_id, actor=request.actor)
    form = RoleForm(request.POST or None, initial={"name": queries.role_name(found)})
    if form.is_bound:
        request.actor.require("staff.edit")
        if form.is_valid():
            with errors_of(form):
                service.change(role=found, **form.cleaned_data, actor=request.actor)
                messages.success(request, gettext("Role saved."))
                return redirect("console:roles")
    chosen = request.POST.getlist("permissions") if form.is_bound else queries.permissions_of(found)
    return _edit(request, form, chosen, role=found, role_name=queries.role_name(found))


@page("staff.edit", methods=("POST",))
def delete(request: HttpRequest, role_id: int) -> HttpResponse:
    service.delete(role=queries.role(role_id, actor=request.actor), actor=request.actor)
    messages.success(request, gettext("Role deleted."))
    return redirect("console:roles")


def _edit(request: HttpRequest, form: RoleForm, chosen: list[str], **context: object) -> HttpResponse:
    found = context.get("role")
    shown = {
        "form": form,
        "groups": permission_groups(chosen, request.actor),
        "locked": bool(found and found.is_preset) or not queries.holds_everywhere(request.actor, {"staff.edit"}),
        **context,
    }
    return render(request, "console/staff/role.html", shown, status=422 if form.is_bound else 200)
