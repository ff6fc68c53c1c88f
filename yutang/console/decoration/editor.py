"""The editor: palette and blocks at the left, the phone in the middle, the form of the chosen block at the right."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog.queries import Search
from yutang.areas.decoration import blocks, edits, queries, services
from yutang.areas.decoration.errors import BadBlock, DraftChanged
from yutang.areas.decoration.needs import Viewer
from yutang.console.decoration import inputs
from yutang.console.decoration.door import whole_page
from yutang.console.staff.forms import id_of
from yutang.core import clock
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from yutang.areas.decoration.blocks import Block
    from yutang.areas.decoration.edits import Edit
    from yutang.areas.decoration.models import PageVariant

FOUND = 8  # products that a search in the form offers


@whole_page(queries.VIEW, methods=("GET",))
def editor(request: HttpRequest, variant_id: int) -> HttpResponse:
    variant = queries.variant(variant_id)
    token = queries.preview_token(variant)
    context = _state(variant) | {
        "page": variant.page, "kinds": blocks.KINDS.values(), "variants": queries.variants(variant.page),
        "live": queries.live(variant), "may_edit": request.actor.may(queries.EDIT),
        "preview": reverse("shop:preview", args=[request.merchant.slug, token]),
        "address": reverse("shop:topic", args=[request.merchant.slug, variant.page.slug]) if variant.page.slug
        else reverse("shop:home", args=[request.merchant.slug]),
    }  # fmt: skip
    return render(request, "console/decoration/editor.html", context)


@whole_page(queries.EDIT, methods=("POST",))
def change(request: HttpRequest, variant_id: int) -> HttpResponse:
    """`act`: `add:banner`, `move:<id>:2`, `copy:<id>`, `remove:<id>`, `replace` (with `blocks`). The answer is the form
    of the block that is worked on next, and the rest of the editor out of band."""
    verb, _, rest = request.POST.get("act", "").partition(":")
    block_id, _, argument = rest.partition(":")
    opened = request.POST.get("opened", "")
    if verb == "add" and block_id in blocks.KINDS:
        made = blocks.fresh(block_id)
        edit, opened = edits.add(made, id_of(argument)), made.id
    elif verb == "move":
        edit = edits.move(block_id, id_of(argument) or 0)
    elif verb == "copy":
        opened = blocks.new_id()
        edit = edits.copy(block_id, opened)
    elif verb == "remove":
        edit = edits.remove(block_id)
    elif verb == "replace":
        edit = edits.replace(_json(request.POST.get("blocks", "")))
    else:
        raise NotFound
    return _changed(request, variant_id, edit, opened)


@whole_page(queries.VIEW)
def block(request: HttpRequest, variant_id: int, block_id: str) -> HttpResponse:
    """GET: its form. POST: saves what the form says; the form is drawn anew only where its fields have changed, since
    somebody is typing in it."""
    variant = queries.variant(variant_id)
    found = _held(variant, block_id)
    if request.method == "GET":
        return render(request, "console/decoration/_form.html", _form(variant, found))
    request.actor.require(queries.EDIT)
    try:
        edit = edits.put(inputs.read(found, request))
    except BadBlock as error:
        context = {"error": error, "errors": _named(found, error.params["errors"])}
        return _part(request, "#block-errors", "console/decoration/_errors.html", context, 422)
    is_redrawn = "act" in request.POST or "redraw" in request.POST or bool(request.FILES)
    return _changed(request, variant_id, edit, block_id, is_redrawn=is_redrawn)


@whole_page(queries.EDIT, methods=("POST",))
def publish(request: HttpRequest, variant_id: int) -> HttpResponse:
    version = services.publish(
        variant_id=variant_id, revision=_revision(request), shows_from=inputs.moment(request.POST.get("from", "")),
        shows_until=inputs.moment(request.POST.get("until", "")), actor=request.actor,
    )  # fmt: skip
    is_shown = version.shows_from <= clock.now()
    said = gettext("Version %(n)s is shown.") if is_shown else gettext("Version %(n)s waits for its time.")
    messages.success(request, said % {"n": version.number})
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("console:page_variant", args=[variant_id])})


@whole_page(queries.EDIT, methods=("GET",))
def products(request: HttpRequest) -> HttpResponse:
    """What the search in a form finds; each is a button of that form."""
    wanted = Search(text=request.GET.get("find", "").strip()[:60], states=("on_sale",))
    found = list(catalog.search(wanted).order_by(*catalog.in_order(wanted))[:FOUND])
    covers = catalog.covers(row.pk for row in found)
    context = {"rows": [(row, covers.get(row.pk, "")) for row in found], "name": request.GET.get("name", "")[:60]}
    return render(request, "console/decoration/_found.html", context)


def _changed(
    request: HttpRequest, variant_id: int, edit: Edit, opened: str, *, is_redrawn: bool = True
) -> HttpResponse:  # fmt: skip
    try:
        variant = services.change(variant_id=variant_id, revision=_revision(request), edit=edit, actor=request.actor)
    except DraftChanged as error:
        return _part(request, "#conflict", "console/decoration/_conflict.html", {"error": error}, 409)
    variant = queries.variant(variant.pk)
    context = _state(variant) | {"may_edit": True, "is_fragment": True}
    if is_redrawn:
        found = next((each for each in context["held"] if each.id == opened), None)
        context |= _form(variant, found)
    response = render(request, "console/decoration/_changed.html", context)
    if not is_redrawn:
        response.headers["HX-Reswap"] = "none"
    return response


def _state(variant: PageVariant) -> dict[str, Any]:
    """What every change changes: the list of blocks with what is missing, the revision, the draft itself."""
    held = blocks.parse(variant.draft)
    missing = {each.id: texts for each, texts in queries.problems(held, Viewer(clock.now()))}
    rows = [(each, blocks.KINDS[each.kind], _summary(each), missing.get(each.id, [])) for each in held]
    return {"variant": variant, "held": held, "rows": rows, "problems": sum(map(len, missing.values()))}


def _summary(block: Block) -> str:
    """What tells one block from another in the list."""
    return next((text for name in ("title", "text") if (text := getattr(block, name, ""))), "")


def _form(variant: PageVariant, found: Block | None) -> dict[str, Any]:
    if found is None:
        return {"variant": variant, "block": None}
    fields = inputs.asked(found)
    return {
        "variant": variant, "block": found, "kind": blocks.KINDS[found.kind], "fields": fields, "links": blocks.LINKS,
        "branches": catalog.categories(), "topics": queries.topic_titles(), "names": _names(fields), "may_edit": True,
    }  # fmt: skip


def _names(fields: Iterable[inputs.Asked]) -> dict[str, str]:
    """Product id → name, of those that the form shows; what is not on sale says so."""
    ids: set[int] = set()
    for each in fields:
        if each.kind == "products":
            ids.update(each.value)
        elif each.kind == "link" and each.value.to == "product" and each.value.value:
            ids.add(each.value.number)
        for item in each.items:
            ids.update(int(pk) for pk in _names_wanted(item))
    found = catalog.search(Search()).filter(pk__in=ids)
    off = gettext("%(name)s (not on sale)")
    return {str(row.pk): row.name if row.state == "on_sale" else off % {"name": row.name} for row in found}


def _names_wanted(fields: Iterable[inputs.Asked]) -> list[str]:
    links = (each.value for each in fields if each.kind == "link")
    return [link.value for link in links if link.to == "product" and link.value]


def _named(found: Block, errors: dict[str, str]) -> list[tuple[str, str]]:
    """(label of the field, reason): items are counted from 1."""
    labels = {each.name: each.label for each in inputs.asked(found)}
    named = []
    for place, reason in errors.items():
        name, *rest = place.split("-")
        number = f" {int(rest[0]) + 1}" if rest and rest[0].isdecimal() else ""
        named.append((f"{labels.get(name, name)}{number}", reason))
    return named


def _held(variant: PageVariant, block_id: str) -> Block:
    found = next((each for each in blocks.parse(variant.draft) if each.id == block_id), None)
    if found is None:
        raise NotFound
    return found


def _part(
    request: HttpRequest, target: str, template: str, context: dict[str, Any], status: int
) -> HttpResponse:  # fmt: skip
    """An answer that goes elsewhere than the request meant."""
    headers = {"HX-Retarget": target, "HX-Reswap": "innerHTML"}
    return HttpResponse(render(request, template, context).content, status=status, headers=headers)


def _revision(request: HttpRequest) -> int:
    revision = id_of(request.POST.get("revision", ""))
    if revision is None:
        raise NotFound(field="revision")
    return revision


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
