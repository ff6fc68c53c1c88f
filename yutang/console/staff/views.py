"""Who works here, and with which roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from yutang.areas.merchants import queries
from yutang.areas.merchants.services import staff
from yutang.console.access import page
from yutang.console.shell.listing import render_list
from yutang.console.staff.forms import GrantsForm, InviteForm, id_of, node_choices, role_choices
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.merchants.models import Member


@page("staff.view", methods=("GET",))
def staff_list(request: HttpRequest) -> HttpResponse:
    members = queries.staff(actor=request.actor)
    filters = {key: request.GET.get(key, "").strip() for key in ("q", "role", "state")}
    if filters["q"]:
        members = members.filter(Q(user__name__icontains=filters["q"]) | Q(user__email__icontains=filters["q"]))
    if (role_id := id_of(filters["role"])) is not None:
        members = queries.with_role(members, role_id)
    if filters["state"] in {"active", "inactive"}:
        members = members.filter(is_active=filters["state"] == "active")
    found = page_of(members, request, order=("-is_active", "id"))
    grants = queries.grants_by_member(found.rows)
    for member in found.rows:
        member.roles_here = [(queries.role_name(grant.role), grant.node) for grant in grants[member.pk]]
    context = {"page": found, "filters": filters, "roles": role_choices(queries.roles())}
    return render_list(request, "console/staff/list.html", "console/staff/_rows.html", context)


@page("staff.edit")
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or None, actor=request.actor)
    if form.is_valid():
        with errors_of(form):
            invitation = staff.invite(**form.values(), actor=request.actor)
            if invitation.token is None:
                messages.success(request, gettext("Added. The person logs in with the password they have already."))
                return redirect("console:staff_member", invitation.member.pk)
            return _show_link(request, invitation.member, invitation.token)
    return render(request, "console/staff/invite.html", {"form": form}, status=422 if form.is_bound else 200)


@page("staff.view")
def member(request: HttpRequest, member_id: int) -> HttpResponse:
    """GET shows the person; POST sets the roles."""
    found = queries.member(member_id, actor=request.actor)
    form = GrantsForm(request.POST) if request.method == "POST" else None
    if form is not None:
        request.actor.require("staff.edit")
        if form.is_valid():
            with errors_of(form):
                staff.change_grants(member=found, wanted=form.wanted, actor=request.actor)
                messages.success(request, gettext("Roles saved."))
                return redirect("console:staff_member", member_id)
    roles = [role for role in queries.roles() if queries.may_hand_out_somewhere(request.actor, role)]
    grants = queries.grants_of(found)
    may_edit = request.actor.may("staff.edit") and found.user_id != request.user.pk
    context = {
        "member": found,
        "grants": [
            {
                "role_id": grant.role_id,
                "node_id": grant.node_id,
                "role": queries.role_name(grant.role),
                "node": grant.node,
            }
            for grant in grants
        ],
        "form": form,
        "is_self": found.user_id == request.user.pk,
        "may_manage": may_edit and queries.may_manage(request.actor, found),
        "role_choices": role_choices(roles),
        "node_choices": node_choices(
            queries.nodes_for("staff.edit", actor=request.actor), keep={grant.node_id for grant in grants}
        )
        if may_edit
        else [],
    }
    return render(request, "console/staff/member.html", context, status=422 if form else 200)


@page("staff.edit", methods=("POST",))
def deactivate(request: HttpRequest, member_id: int) -> HttpResponse:
    found = queries.member(member_id, actor=request.actor, permission="staff.edit")
    staff.deactivate(member=found, actor=request.actor)
    messages.success(request, gettext("Deactivated. Open sessions have ended."))
    return redirect("console:staff_member", member_id)


@page("staff.edit", methods=("POST",))
def activate(request: HttpRequest, member_id: int) -> HttpResponse:
    found = queries.member(member_id, actor=request.actor, permission="staff.edit")
    staff.activate(member=found, actor=request.actor)
    messages.success(request, gettext("Activated again."))
    return redirect("console:staff_member", member_id)


@page("staff.edit", methods=("POST",))
def reset_factor(request: HttpRequest, member_id: int) -> HttpResponse:
    found = queries.member(member_id, actor=request.actor, permission="staff.edit")
    staff.reset_factor(member=found, actor=request.actor)
    messages.success(request, gettext("The second factor is reset."))
    return redirect("console:staff_member", member_id)


@never_cache
@page("staff.edit", methods=("POST",))
def password_link(request: HttpRequest, member_id: int) -> HttpResponse:
    found = queries.member(member_id, actor=request.actor, permission="staff.edit")
    return _show_link(request, found, staff.password_link(member=found, actor=request.actor))


def _show_link(request: HttpRequest, found: Member, token: str) -> HttpResponse:
    """Shown once; it is never stored."""
    address = request.build_absolute_uri(reverse("console:choose_password", args=[found.user_id, token]))
    return render(request, "console/staff/link.html", {"member": found, "address": address})
