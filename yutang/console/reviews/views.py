"""The merge review queue: questions that only a person may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.customers import queries, services
from yutang.areas.customers.suggestions import services as suggestions
from yutang.console.access import page
from yutang.console.customers import labels
from yutang.console.customers.merging import compared
from yutang.console.reviews import likeness
from yutang.console.shell.listing import render_list
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import ReviewCase


@page("customers.merge", methods=("GET",))
def review_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    is_open, is_likely = state != "decided", state == "likely"
    if is_likely:
        found = page_of(queries.likely_pairs(request.actor), request, order=("-score", "-id"), size=30)
    else:
        found = page_of(queries.cases(request.actor, is_open=is_open), request, order=("-id",), size=30)
    people = queries.by_id(number for case in found.rows for number in case.customers)
    for case in found.rows:
        case.people = [people[n] for n in case.customers if n in people]
        case.chance = suggestions.chance(case.score) if case.kind == "suggestion" else None
    context = {"page": found, "is_open": is_open, "is_likely": is_likely}
    if is_likely and request.actor.nodes("customers.merge") is None:
        context |= {"may_search": True, "search": queries.newest_search(request.actor)}
    return render_list(request, "console/reviews/list.html", "console/reviews/_rows.html", context)


@page("customers.merge", methods=("GET",))
def review(request: HttpRequest, case_id: int) -> HttpResponse:
    case = queries.case(request.actor, case_id)
    shown = {e["identity"] for e in case.evidence if "identity" in e}
    sides = compared(request, case.customers)
    for side in sides:
        for account in side.accounts:
            account.identity.is_evidence = account.identity.pk in shown
    reasons = [
        (labels.kind(e.get("kind", "")), labels.origin(e.get("source", "")))
        for e in case.evidence
        if e.get("kind") != "likeness"
    ]
    context = {"case": case, "sides": sides, "reasons": reasons, "following": _following(request, case)}
    if any(e.get("kind") == "likeness" for e in case.evidence):
        context["likeness"] = likeness.explain(case, sides)
    return render(request, "console/reviews/case.html", context)


@page("customers.merge", methods=("POST",))
def decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """Answers a case and leads to the next open one."""
    case = queries.case(request.actor, case_id)
    merge_people = request.POST.get("decision") == "merge"
    services.decide_case(case_id=case.pk, merge_people=merge_people, actor=request.actor)
    messages.success(request, gettext("Merged.") if merge_people else gettext("Kept apart; we will not ask again."))
    following = _following(request, case)
    return redirect("console:review", following) if following else redirect("console:reviews")


@page("customers.merge", methods=("POST",))
def look(request: HttpRequest) -> HttpResponse:
    """Starts a search for likely pairs."""
    suggestions.start(actor=request.actor)
    return redirect(f"{reverse('console:reviews')}?state=likely")


@page("customers.merge", methods=("GET",))
def search(request: HttpRequest) -> HttpResponse:
    """How far the search is; once it is done the list comes anew."""
    found = queries.newest_search(request.actor)
    answer = render(request, "console/reviews/_search.html", {"search": found})
    if found is not None and not found.is_open:
        answer["HX-Redirect"] = f"{reverse('console:reviews')}?state=likely"
    return answer


def _following(request: HttpRequest, case: ReviewCase) -> int | None:
    """The next open case after this one, else the first: of likely pairs by score, else the newest."""
    if case.kind == "suggestion":
        likely = queries.likely_pairs(request.actor).exclude(pk=case.pk).order_by("-score", "-id")
        beyond = Q(score__lt=case.score) | Q(score=case.score, pk__lt=case.pk)
        if found := likely.filter(beyond).first() or likely.first():
            return found.pk
    others = queries.cases(request.actor, is_open=True).exclude(pk=case.pk).order_by("-id")
    found = others.filter(pk__lt=case.pk).first() or others.first()
    return found.pk if found else None
