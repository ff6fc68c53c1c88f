"""The people behind a figure of a report, and the segment made of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.analytics import services
from yutang.areas.analytics.queries.behaviour import aisas, behind, frequency, funnel, paths, steps
from yutang.areas.grades import queries as grades
from yutang.areas.segments.parser import MAX_VALUES
from yutang.console.access import page
from yutang.console.behaviour import forms, pictures
from yutang.console.segments import pictures as segment_pictures
from yutang.core.errors import DomainError, NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from yutang.areas.analytics.queries.behaviour.behind import Behind
    from yutang.console.behaviour.forms import Question

PER_PAGE = 25
PARTS = ("band", "step", "dropped", "way", "move", "stage", "went_on", "in_order", "group")
NOBODY: dict[str, Any] = {"any": []}
NAMES = 120  # characters of a segment's name
LONGEST = 18  # digits of a number that fits
ADDRESSES = {
    "frequency": "console:behaviour_frequency", "funnel": "console:behaviour", "paths": "console:behaviour_paths",
    "aisas": "console:behaviour_aisas",
}  # fmt: skip


@page("interactions.view", methods=("GET",))
def people(request: HttpRequest) -> HttpResponse:
    """Who they are, 25 a page by number; visitors nobody knows are only counted."""
    form, found, title = _asked(request.GET, request)
    after = _number(request.GET, "from") or 0
    ids = behind.ids(found, after=after, limit=PER_PAGE + 1)
    rule = grades.numbered(ids[:PER_PAGE]) if ids else NOBODY
    table = segment_pictures.member_table(rule, request, limit=PER_PAGE, permission=steps.PERMISSION)
    table = replace(table, next_after=ids[PER_PAGE - 1] if len(ids) > PER_PAGE else None, is_first=after == 0)
    fields = _fields(form, request.GET)
    context = {
        "form": form, "members": table, "counted": behind.count(found), "title": title, "fields": fields,
        "address": f"{request.path}?{urlencode(fields)}", "follows": found.rule is not None, "limit": MAX_VALUES,
        "back": reverse(ADDRESSES[form.report]) + form.query, "sql": behind.sql(found), "asked": found.asked,
        "name": title[:NAMES],
    }  # fmt: skip
    return render(request, "console/behaviour/people.html", context)


@page("segments.edit", methods=("POST",))
def save(request: HttpRequest) -> HttpResponse:
    """The same people as a segment."""
    form, found, title = _asked(request.POST, request)
    days = gettext("%(since)s to %(until)s") % {"since": found.asked.since, "until": found.asked.until}
    try:
        made = services.save_segment(
            found=found, name=request.POST.get("name", ""), description=f"{title}, {days}", actor=request.actor
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('console:behaviour_people')}?{urlencode(_fields(form, request.POST))}")
    messages.success(request, gettext("Saved “%(name)s”.") % {"name": made.name})
    return redirect("console:segment", made.pk)


def _asked(values: QueryDict, request: HttpRequest) -> tuple[Question, Behind, str]:
    """Refuses what no report links to."""
    kind = forms.FORMS.get(values.get("report", ""))
    if kind is None:
        raise NotFound(field="report")
    form, question = forms.read(kind, values, request)
    if question is None:
        raise NotFound(field=next(iter(form.errors), None))
    found, title = _CHOSEN[form.report](question, values)
    return form, found, title


def _fields(form: Question, values: QueryDict) -> dict[str, str]:
    """What an address or a form keeps to ask the same again."""
    return {"report": form.report, **form.fields_given, **{name: values[name] for name in PARTS if name in values}}


def _of_frequency(question: frequency.Frequency, values: QueryDict) -> tuple[Behind, str]:
    band = _number(values, "band")
    title = pictures.step_label(question.step)
    if band is not None and band < len(frequency.BANDS):
        title += " · " + pictures.band_label(*frequency.BANDS[band], question.unit)
    return frequency.people(question, band), title


def _of_funnel(question: funnel.Funnel, values: QueryDict) -> tuple[Behind, str]:
    step, dropped = _number(values, "step") or 0, "dropped" in values
    found = funnel.people(question, step, dropped=dropped)
    said = gettext("Went no further than step %(n)s: %(what)s") if dropped else gettext("Reached step %(n)s: %(what)s")
    return found, said % {"n": step, "what": pictures.step_label(question.steps[step - 1])}


def _of_paths(question: paths.Paths, values: QueryDict) -> tuple[Behind, str]:
    if "way" in values:
        way = _json(values["way"])
        if way is None:
            return paths.people_of_path(question, None), gettext("All other ways")
        if not isinstance(way, list) or not all(isinstance(point, str) for point in way):
            raise NotFound(field="way")
        title = " → ".join(pictures.point_label(point, question.by) for point in way)
        return paths.people_of_path(question, tuple(way)), title
    if "move" in values:
        hop, point, following, ends = _move(_json(values["move"]))
        found = paths.people_of_move(question, hop=hop, point=point, following=following, ends=ends)
        return found, pictures.move_label(question, point, following, ends=ends)
    return paths.everybody(question), gettext("Everybody with such a visit")


def _of_aisas(question: aisas.Aisas, values: QueryDict) -> tuple[Behind, str]:
    stage, went_on, in_order = _number(values, "stage"), "went_on" in values, "in_order" in values
    group = values.get("group")
    found = aisas.people(question, stage, went_on=went_on, in_order=in_order, group=group)
    if stage is None:
        return found, gettext("At any stage")
    labels = pictures.stage_labels()
    title = labels[stage]
    if went_on:
        title = gettext("%(one)s and %(other)s") % {"one": title, "other": labels[stage + 1]}
    if in_order:
        title = gettext("In order up to %(stage)s") % {"stage": title}
    return found, title if group is None else f"{title} · {pictures.group_label(group, {})}"


_CHOSEN: dict[str, Any] = {
    "frequency": _of_frequency, "funnel": _of_funnel, "paths": _of_paths, "aisas": _of_aisas,
}  # fmt: skip


def _number(values: QueryDict, name: str) -> int | None:
    text = values.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST else None


def _json(text: str) -> Any:
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # half of a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise NotFound from error
    return found


def _move(given: Any) -> tuple[int, str | None, str | None, bool]:
    if isinstance(given, list) and len(given) == len(("hop", "point", "following", "ends")):
        hop, point, following, ends = given
        texts = all(text is None or isinstance(text, str) for text in (point, following))
        if type(hop) is int and texts and isinstance(ends, bool):
            return hop, point, following, ends
    raise NotFound(field="move")
