"""Segments: the list, the builder with its live count, one segment, its members and its overlap with another."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.privacy.reach import LABELS, Use, reachable
from yutang.areas.segments import audience, members, parser, queries, services, suggestions
from yutang.console.access import page
from yutang.console.segments import pictures
from yutang.console.segments.builder import Draft
from yutang.console.shell.listing import render_list
from yutang.core.errors import DomainError, Invalid
from yutang.lake import engine
from yutang.ui.forms import refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest

SAMPLE = 8
MEMBERS = 25
EVERYBODY: dict[str, list[object]] = {"all": []}


@page("segments.view", methods=("GET",))
def segment_list(request: HttpRequest) -> HttpResponse:
    found = queries.visible(request.actor).select_related("node")
    if wanted := request.GET.get("q", "").strip():
        found = found.filter(name__icontains=wanted)
    shown = page_of(found, request)
    context = {"page": shown, "entries": pictures.entries(shown.rows, actor=request.actor), "as_of": engine.as_of()}
    return render_list(request, "console/segments/list.html", "console/segments/_rows.html", context)


@page("segments.edit")
def create(request: HttpRequest) -> HttpResponse:
    draft = Draft.posted(request) if request.method == "POST" else Draft.fresh(request)
    if request.method == "POST":
        try:
            segment = services.create(**draft.values(), actor=request.actor)
        except DomainError as error:
            return draft.answer(request, error)
        messages.success(request, gettext("Saved “%(name)s”.") % {"name": segment.name})
        return redirect("console:segment", segment.pk)
    return draft.answer(request)


@page("segments.edit")
def edit(request: HttpRequest, segment_id: int) -> HttpResponse:
    segment = queries.get(segment_id, actor=request.actor)
    draft = Draft.posted(request, segment) if request.method == "POST" else Draft.of(segment)
    if request.method == "POST":
        try:
            services.update(segment_id=segment_id, **draft.values(), actor=request.actor)
        except DomainError as error:
            return draft.answer(request, error)
        messages.success(request, gettext("Saved “%(name)s”.") % {"name": draft.name})
        return redirect("console:segment", segment.pk)
    return draft.answer(request)


@page("segments.view", methods=("POST",))
def preview(request: HttpRequest) -> HttpResponse:
    """Beside the builder: how many, in words, and some of them. A rule that is not right yet says where."""
    try:
        raw = parser.load(request.POST.get("rule", ""))
        context = {
            "counted": queries.count(raw, actor=request.actor),
            "everybody": queries.count(EVERYBODY, actor=request.actor).people,
            "sentence": pictures.sentence(raw, request),
            "sample": pictures.member_table(raw, request, limit=SAMPLE),
        }
    except DomainError as error:
        context = {"error": error}
    return render(request, "console/segments/_preview.html", context)


@page("segments.view", methods=("POST",))
def charts(request: HttpRequest) -> HttpResponse:
    """What these people are like beside everybody; each bar narrows the rule."""
    try:
        raw = parser.load(request.POST.get("rule", ""))
        family = request.POST.get("family", "")
        context = {"profiles": pictures.profiles([raw, EVERYBODY], request, keys=pictures.CHARTS, family=family)}
    except DomainError:
        context = {}  # the preview says what is wrong
    return render(request, "console/segments/_charts.html", context)


@page("segments.view", methods=("GET",))
def values(request: HttpRequest) -> JsonResponse:
    found = suggestions.suggest(
        request.GET.get("key", ""), fact=request.GET.get("fact", ""), term=request.GET.get("q", ""), actor=request.actor
    )
    return JsonResponse({"values": [{"value": choice.value, "label": choice.label} for choice in found]})


@page("segments.view", methods=("GET",))
def detail(request: HttpRequest, segment_id: int) -> HttpResponse:
    segment = queries.get(segment_id, actor=request.actor)
    rule = queries.segment_rule(segment)
    table = pictures.member_table(rule, request, after=_after(request), limit=MEMBERS)
    context = {"segment": segment, "members": table, "turn": f"{request.path}?after="}
    if request.headers.get("HX-Target") == "members":
        return render(request, "console/segments/_members.html", context)
    context |= {
        "counted": queries.count(rule, actor=request.actor),
        "sentence": pictures.sentence(segment.rule, request),
        "weekdays": pictures.weekdays(),
        "chart": pictures.history_chart(segment, request),
        "others": queries.visible(request.actor).exclude(pk=segment.pk),
        "as_of": engine.as_of(),
        "uses": _uses(rule, request) if request.actor.may("customers.export") else [],
    }
    return render(request, "console/segments/detail.html", context)


def _uses(rule: dict[str, Any], request: HttpRequest) -> list[tuple[Use, str, int]]:
    """For each use its words, and how many of the segment it may reach."""
    people = queries.bitmap(rule, actor=request.actor)
    return [(use, gettext(label), len(reachable(people, use=use))) for use, label in LABELS.items()]


@page("segments.edit", methods=("POST",))
def refresh(request: HttpRequest, segment_id: int) -> HttpResponse:
    segment = queries.get(segment_id, actor=request.actor)
    services.refresh(segment_id=segment.pk)
    messages.success(request, gettext("Counted anew."))
    return redirect("console:segment", segment.pk)


@page("segments.view", methods=("GET",))
def overlap(request: HttpRequest, segment_id: int) -> HttpResponse:
    """With one other segment or two."""
    segment = queries.get(segment_id, actor=request.actor)
    wanted = [int(pk[:18]) for pk in (request.GET.get("with", ""), request.GET.get("third", "")) if pk.isdecimal()]
    if not wanted:
        return HttpResponse()
    chosen = [segment, *(queries.get(pk, actor=request.actor) for pk in dict.fromkeys(wanted) if pk != segment_id)]
    found = queries.overlap(*chosen, actor=request.actor)
    context = {"segments": chosen, "regions": pictures.regions(chosen, found), "either": found.either}
    return render(request, "console/segments/_overlap.html", context)


@page("segments.view", methods=("GET",))
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who fulfils a rule that a picture hands over (`?rule=…`); from here it can become a segment."""
    text = request.GET.get("rule") or json.dumps(EVERYBODY)
    raw = parser.load(text)
    context = {
        "members": pictures.member_table(raw, request, after=_after(request), limit=MEMBERS),
        "turn": f"{request.path}?{urlencode({'rule': text})}&after=",
    }
    if request.headers.get("HX-Target") == "members":
        return render(request, "console/segments/_members.html", context)
    context |= {
        "rule": text, "counted": queries.count(raw, actor=request.actor), "sentence": pictures.sentence(raw, request),
        "as_of": engine.as_of(),
    }  # fmt: skip
    return render(request, "console/segments/people.html", context)


@page("segments.view", methods=("POST",))
def reach(request: HttpRequest) -> HttpResponse:
    """Beside the count, and after it: how many of them may be addressed."""
    try:
        found = audience.reach(parser.load(request.POST.get("rule", "")), actor=request.actor)
    except DomainError:
        return HttpResponse()  # the preview says what is wrong
    return render(request, "console/segments/_reach.html", {"ways": pictures.ways(found)})


@page("segments.edit", methods=("POST",))
def schedule(request: HttpRequest, segment_id: int) -> HttpResponse:
    sent = request.POST
    with refused_as_message(request):
        services.schedule(
            segment_id=segment_id, every=sent.get("every", ""), at=sent.get("at", ""), weekday=sent.get("weekday", ""),
            actor=request.actor,
        )  # fmt: skip
        messages.success(request, gettext("Saved when it is counted anew."))
    return redirect("console:segment", segment_id)


def _after(request: HttpRequest) -> int:
    after = request.GET.get("after", "0")
    return int(after[:18]) if after.isdecimal() else 0


@page("segments.view", methods=("GET",))
def compare(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Two segments on every attribute, what tells them apart most first; without another, everybody."""
    segment = queries.get(segment_id, actor=request.actor)
    wanted = request.GET.get("with", "")
    other = queries.get(int(wanted[:18]), actor=request.actor) if wanted.isdecimal() else None
    pair = [queries.segment_rule(segment), EVERYBODY if other is None else queries.segment_rule(other)]
    context = {
        "segment": segment,
        "other": other,
        "others": queries.visible(request.actor).exclude(pk=segment.pk)[:200],
        "profiles": pictures.profiles(pair, request),
        "as_of": engine.as_of(),
    }
    return render(request, "console/segments/compare.html", context)


@page("customers.export", methods=("POST",))
def export(request: HttpRequest, segment_id: int) -> HttpResponse:
    segment = queries.get(segment_id, actor=request.actor)
    use = request.POST.get("use", Use.PERSONALISED)
    if use not in set(Use):
        raise Invalid(field="use", field_label=gettext("Use"), reason=gettext("Choose one of the list."))
    table = members.export(
        segment, currency=request.merchant.currency, use=Use(use), is_full=request.POST.get("full") == "1",
        actor=request.actor,
    )  # fmt: skip
    text = io.StringIO()
    csv.writer(text).writerows(table)
    # Excel in China reads UTF-8 only by its mark.
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="segment-{segment.pk}.csv"'
    return response


@page("segments.edit", methods=("POST",))
def archive(request: HttpRequest, segment_id: int) -> HttpResponse:
    with refused_as_message(request):
        segment = services.archive(segment_id=segment_id, actor=request.actor)
        messages.success(request, gettext("Deleted “%(name)s”.") % {"name": segment.name})
        return redirect("console:segments")
    return redirect("console:segment", segment_id)
