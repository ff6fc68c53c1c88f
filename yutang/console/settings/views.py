"""What the merchant decides for itself, and the tree HQ → region → store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.merchants import queries
from yutang.areas.merchants.services import hours, merchants, nodes
from yutang.console.access import page
from yutang.console.settings.forms import HoursForm, MerchantForm, NewNodeForm, NodeForm
from yutang.core import clock
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.merchants.models import OrgNode


@page("settings.edit")
def overview(request: HttpRequest) -> HttpResponse:
    if request.actor.nodes("settings.edit") is not None:
        return redirect("console:settings_tree")  # a region's manager has a tree, no merchant
    keys = ("name", "timezone", "second_factor")
    form = MerchantForm(request.POST or None, initial={key: getattr(request.merchant, key) for key in keys})
    if form.is_valid():
        with errors_of(form):
            merchants.change(**form.cleaned_data, actor=request.actor)
            messages.success(request, gettext("Settings saved."))
            if "timezone" in form.changed_data:
                messages.info(
                    request,
                    gettext(
                        "All days are being worked out anew for the new time zone. Figures follow when that is done."
                    ),
                )
            return redirect("console:settings")
    return render(request, "console/settings/merchant.html", {"form": form}, status=422 if form.is_bound else 200)


@page("settings.edit", methods=("GET",))
def tree(request: HttpRequest) -> HttpResponse:
    shown = queries.nodes_for("settings.edit", actor=request.actor)
    depths: dict[int, int] = {}
    for node in shown:
        node.depth = depths[node.pk] = depths.get(node.parent_id, -1) + 1
        node.indent = min(node.depth, 4)
    only_root = len(shown) == 1 and shown[0].parent_id is None
    return render(request, "console/settings/tree.html", {"nodes": shown, "only_root": only_root})


@page("settings.edit")
def node(request: HttpRequest, node_id: int) -> HttpResponse:
    found = queries.node(node_id, actor=request.actor, permission="settings.edit")
    form = _node_form(request.POST or None, found)
    if form.is_valid():
        with errors_of(form):
            nodes.change(node=found, **form.cleaned_data, actor=request.actor)
            messages.success(request, gettext("Saved."))
            return redirect("console:settings_tree")
    return _node_page(request, found, form=form, hours_form=_hours_form(request, found))


@page("settings.edit", methods=("POST",))
def set_hours(request: HttpRequest, node_id: int) -> HttpResponse:
    found = queries.node(node_id, actor=request.actor, permission="settings.edit")
    form = _hours_form(request, found, request.POST)
    if form.is_valid():
        with errors_of(form):
            week, days = form.cleaned_data["week"], form.cleaned_data["days"]
            hours.set_hours(node=found, week=week, days=days, actor=request.actor)
            messages.success(request, gettext("Opening hours saved."))
            return redirect("console:settings_node", node_id=found.pk)
    return _node_page(request, found, form=_node_form(None, found), hours_form=form)


@page("settings.edit")
def add_node(request: HttpRequest, node_id: int) -> HttpResponse:
    parent = queries.node(node_id, actor=request.actor, permission="settings.edit")
    form = NewNodeForm(request.POST or None)
    if form.is_valid():
        with errors_of(form):
            nodes.create(parent=parent, **form.cleaned_data, actor=request.actor)
            messages.success(request, gettext("Added."))
            return redirect("console:settings_tree")
    context = {"form": form, "parent": parent}
    return render(request, "console/settings/node.html", context, status=422 if form.is_bound else 200)


@page("settings.edit", methods=("POST",))
def activate(request: HttpRequest, node_id: int) -> HttpResponse:
    found = queries.node(node_id, actor=request.actor, permission="settings.edit")
    nodes.activate(node=found, actor=request.actor)
    messages.success(request, gettext("%(name)s is active again.") % {"name": found.name})
    return redirect("console:settings_tree")


@page("settings.edit", methods=("POST",))
def deactivate(request: HttpRequest, node_id: int) -> HttpResponse:
    found = queries.node(node_id, actor=request.actor, permission="settings.edit")
    nodes.deactivate(node=found, actor=request.actor)
    messages.success(request, gettext("%(name)s is inactive now; its past stays.") % {"name": found.name})
    return redirect("console:settings_tree")


def _node_form(data: Any, node: OrgNode) -> NodeForm:
    keys = ("name", "ownership", "province", "city")
    return NodeForm(data, initial={key: getattr(node, key) for key in keys})


def _hours_form(request: HttpRequest, node: OrgNode, data: Any = None) -> HoursForm:
    return HoursForm(data, hours=queries.hours(node.pk), today=clock.today(request.merchant.timezone))


def _node_page(request: HttpRequest, node: OrgNode, *, form: NodeForm, hours_form: HoursForm) -> HttpResponse:
    context = {"form": form, "hours_form": hours_form, "node": node}
    status = 422 if form.is_bound or hours_form.is_bound else 200
    return render(request, "console/settings/node.html", context, status=status)
