"""The merge review queue: questions that only a person may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers import queries, services
from yutang.console.access import page
from yutang.console.customers import labels
from yutang.console.customers.merging import compared
from yutang.console.shell.listing import render_list
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("customers.merge", methods=("GET",))
def review_list(request: HttpRequest) -> HttpResponse:
    is_open = request.GET.get("state") != "decided"
    found = page_of(queries.cases(request.actor, is_open=is_open), request, order=("-id",), size=30)
    people = queries.by_id(number for case in found.rows for number in case.customers)
    for case in found.rows:
        case.people = [people[n] for n in case.customers if n in people]
    context = {"page": found, "is_open": is_open}
    return render_list(request, "console/reviews/list.html", "console/reviews/_rows.html", context)


@page("customers.merge", methods=("GET",))
def review(request: HttpRequest, case_id: int) -> HttpResponse:
    case = queries.case(request.actor, case_id)
    shown = {e["identity"] for e in case.evidence if "identity" in e}
    sides = compared(request, case.customers)
    for side in sides:
        for account in side.accounts:
            account.identity.is_evidence = account.identity.pk in shown
    reasons = [(labels.kind(e.get("kind", "")), labels.origin(e.get("source", ""))) for e in case.evidence]
    context = {"case": case, "sides": sides, "reasons": reasons, "following": _following(request, case.pk)}
    return render(request, "console/reviews/case.html", context)


@page("customers.merge", methods=("POST",))
def decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """Answers a case and leads to the next open one."""
    case = queries.case(request.actor, case_id)
    merge_people = request.POST.get("decision") == "merge"
    services.decide_case(case_id=case.pk, merge_people=merge_people, actor=request.actor)
    messages.success(request, gettext("Merged.") if merge_people else gettext("Kept apart; we will not ask again."))
    following = _following(request, case.pk)
    return redirect("console:review", following) if following else redirect("console:reviews")


def _following(request: HttpRequest, case_id: int) -> int | None:
    """The next open case after this one, else the newest."""
    found = queries.cases(request.actor, is_open=True).exclude(pk=case_id).order_by("-id")
    case = found.filter(pk__lt=case_id).first() or found.first()
    return case.pk if case else None
