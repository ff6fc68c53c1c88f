"""Who did what, newest first."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render

from yutang.areas.merchants import queries
from yutang.console.access import page
from yutang.console.audit import labels
from yutang.console.shell.listing import render_list
from yutang.core import audit, clock
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from yutang.core.models import AuditEntry


@page("audit.view", methods=("GET",))
def entry_list(request: HttpRequest) -> HttpResponse:
    filters = {key: request.GET.get(key, "").strip() for key in ("q", "action", "object", "id", "since", "until")}
    found = page_of(_filtered(visible(request), filters, request.merchant.timezone), request, order=("-at", "-id"))
    for entry in found.rows:
        labelled(entry)
    context = {"page": found, "filters": filters, "actions": _choices(labels.ACTIONS, labels.action)}
    context["objects"] = _choices(labels.OBJECTS, labels.object_type)
    return render_list(request, "console/audit/list.html", "console/audit/_rows.html", context)


@page("audit.view", methods=("GET",))
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The whole entry; in the side panel for htmx, as a page of its own otherwise."""
    found = visible(request).filter(pk=entry_id).first()
    if found is None:
        raise Http404
    labelled(found)
    template = "_entry.html" if request.headers.get("HX-Request") else "entry.html"
    detail = json.dumps(found.detail, ensure_ascii=False, indent=2) if found.detail else ""
    return render(request, f"console/audit/{template}", {"entry": found, "detail": detail})


def visible(request: HttpRequest) -> QuerySet[AuditEntry]:
    """Who reads the log for a region only sees what the people of that region did."""
    entries = audit.entries(actor=request.actor)
    reach = request.actor.nodes("audit.view")
    if reach is None:
        return entries
    return entries.filter(actor_kind="user", actor_id__in=queries.user_ids_within(reach))


def _filtered(entries: QuerySet[AuditEntry], filters: dict[str, str], timezone: str) -> QuerySet[AuditEntry]:
    if filters["q"]:
        entries = entries.filter(actor_name__icontains=filters["q"])
    if filters["action"]:
        entries = entries.filter(action=filters["action"])
    if filters["object"]:
        entries = entries.filter(object_type=filters["object"])
    if filters["id"]:
        entries = entries.filter(object_id=filters["id"])
    if since := _date(filters["since"]):
        entries = entries.filter(at__gte=clock.start_of_day(since, timezone))
    if until := _date(filters["until"]):
        entries = entries.filter(at__lt=clock.end_of_day(until, timezone))
    return entries


def _date(text: str) -> date | None:
    """A day the calendar knows, away from its ends where time zones would leave it; anything else counts as empty."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 9000 else None


def labelled(entry: AuditEntry) -> AuditEntry:
    """With the words for what is stored as codes, for templates."""
    entry.action_label = labels.action(entry.action)
    entry.object_label = labels.object_type(entry.object_type)
    entry.kind_label = labels.actor_kind(entry.actor_kind)
    return entry


def _choices(known: dict[str, str], label: Any) -> list[tuple[str, str]]:
    return [(key, label(key)) for key in known]
