"""The vocabulary of tags: the list, one tag, its rule with what saving it would do."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.customers import queries as customers
from yutang.areas.segments import parser, vocabulary
from yutang.areas.tags import queries, services
from yutang.areas.tags.models import TagGroup
from yutang.console.access import page
from yutang.console.segments import pictures
from yutang.console.segments.builder import texts
from yutang.console.shell.listing import render_list
from yutang.console.staff.forms import id_of
from yutang.console.tags.forms import TagForm
from yutang.core import money
from yutang.core.errors import DomainError
from yutang.lake import engine
from yutang.ui.forms import errors_of, refused_as_message
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.tags.models import Tag

SAMPLE = 8


@page("tags.view", methods=("GET",))
def tag_list(request: HttpRequest) -> HttpResponse:
    filters = {key: request.GET.get(key, "").strip()[:60] for key in ("q", "group", "kind", "how")}
    found = queries.tags()
    if filters["q"]:
        found = found.filter(name__icontains=filters["q"])
    if (group_id := id_of(filters["group"])) is not None:
        found = found.filter(group=group_id)
    if filters["kind"] in TagGroup.Kind.values:
        found = found.filter(group__kind=filters["kind"])
    if filters["how"] in ("rule", "hand"):
        found = found.filter(rule__isnull=filters["how"] == "hand")
    shown = page_of(found, request)
    counts = queries.counts(actor=request.actor) if shown.rows else {}
    for tag in shown.rows:
        tag.people = counts.get(tag.pk, 0)
    context = {
        "page": shown, "filters": filters, "groups": queries.groups().order_by("name")[:500],
        "kinds": TagGroup.Kind.choices, "as_of": engine.as_of(),
        "may_define": request.actor.may("tags.edit") and request.actor.nodes("tags.edit") is None,
    }  # fmt: skip
    return render_list(request, "console/tags/list.html", "console/tags/_rows.html", context)


@page("tags.edit")
def create(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor)
    return _form(request, None)


@page("tags.edit")
def edit(request: HttpRequest, tag_id: int) -> HttpResponse:
    queries.require_everywhere(request.actor)
    return _form(request, queries.tag(tag_id))


def _form(request: HttpRequest, tag: Tag | None) -> HttpResponse:
    """`?rule=1` asks for a rule tag, `?rule=0` for one without; else it stays what it is."""
    stored = None if tag is None else tag.rule
    is_automatic = {"1": True, "0": False}.get(request.GET.get("rule", ""), stored is not None)
    initial = {"group": id_of(request.GET.get("group", ""))}
    if tag is not None:
        initial = {
            "name": tag.name, "group": tag.group_id, "description": tag.description, "keep_days": tag.keep_days
        }  # fmt: skip
    form = TagForm(request.POST or None, initial=initial)
    rule, rule_error = stored or {"all": []}, None
    if form.is_valid():
        with errors_of(form):
            try:
                rule = parser.load(request.POST.get("rule", "")) if is_automatic else None
                values = {**form.values(), "rule": rule, "actor": request.actor}
                saved = services.create(**values) if tag is None else services.update(tag_id=tag.pk, **values)
            except DomainError as error:
                if not (error.field or "").startswith(("rule", "all", "any", "not")):
                    raise
                rule_error = error
            else:
                messages.success(request, gettext("Saved “%(name)s”.") % {"name": saved.name})
                return redirect("console:tags")
    context: dict[str, Any] = {"form": form, "tag": tag, "is_automatic": is_automatic, "rule_error": rule_error}
    if is_automatic:
        context |= {
            "rule": rule, "vocabulary": vocabulary.vocabulary(actor=request.actor),
            "texts": texts() | {"decimals": money.exponent(request.merchant.currency)},
        }  # fmt: skip
    return render(request, "console/tags/tag.html", context, status=422 if form.is_bound else 200)


@page("tags.edit", methods=("POST",))
def preview(request: HttpRequest) -> HttpResponse:
    """Who would get the tag and who would lose it, before anything is saved."""
    tag_id = id_of(request.POST.get("tag", ""))
    try:
        raw = parser.load(request.POST.get("rule", ""))
        tag = None if tag_id is None else queries.tag(tag_id)
        effect = services.preview(rule=raw, tag=tag, actor=request.actor)
    except DomainError as error:
        return render(request, "console/tags/_preview.html", {"error": error})
    context = {
        "effect": effect, "gained": len(effect.gained), "lost": len(effect.lost),
        "sentence": pictures.sentence(raw, request), "as_of": engine.as_of(),
        "some_gained": _some(request, effect.gained), "some_lost": _some(request, effect.lost),
    }  # fmt: skip
    return render(request, "console/tags/_preview.html", context)


def _some(request: HttpRequest, people: Any) -> list[tuple[int, str]]:
    ids = list(islice(people, SAMPLE))
    names = customers.named(request.actor, ids) if request.actor.may("customers.view") else {}
    return [(pk, names.get(pk, f"#{pk}")) for pk in ids]


@page("tags.edit", methods=("POST",))
def recompute(request: HttpRequest, tag_id: int) -> HttpResponse:
    services.recompute_soon(tag_id=tag_id, actor=request.actor)
    messages.success(request, gettext("The tag is being computed anew; its people follow in a moment."))
    return redirect("console:tags")


@page("tags.edit", methods=("POST",))
def archive(request: HttpRequest, tag_id: int) -> HttpResponse:
    with refused_as_message(request):
        tag = services.archive(tag_id=tag_id, actor=request.actor)
        messages.success(request, gettext("Deleted “%(name)s”.") % {"name": tag.name})
        return redirect("console:tags")
    return redirect("console:tag", tag_id)
