"""The form of a block, made from what its class declares: so a kind that an area adds has a form by itself."""

from __future__ import annotations

import types
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args

from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.catalog import services as catalog
from yutang.areas.decoration.blocks import Input, Value
from yutang.console.staff.forms import id_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest, QueryDict

    from yutang.areas.decoration.blocks import Block
    from yutang.core.access import Actor

MOST_ITEMS = 50  # that a form is read for; the block itself allows fewer


@dataclass(frozen=True)
class Asked:
    """A field as the template draws it. `items`: the fields of each item of a list."""

    name: str
    kind: str
    label: str
    hint: str
    value: Any
    choices: Mapping[str, str] = field(default_factory=dict)
    redraws: bool = False  # other fields appear or go with its value
    items: list[list[Asked]] = field(default_factory=list)


def asked(value: Value, prefix: str = "") -> list[Asked]:
    """The fields of a block, or of one of its items."""
    declared = list(_declared(type(value)))
    deciding = {each.when[0] for _, each in declared if each.when}
    found = []
    for name, each in declared:
        if each.when and str(getattr(value, each.when[0])) != each.when[1]:
            continue
        full, held = prefix + name, getattr(value, name)
        items = [asked(item, f"{full}-{at}-") for at, item in enumerate(held)] if each.kind == "items" else []
        choices = {key: gettext(label) for key, label in each.choices.items()}
        hint = gettext(each.hint) if each.hint else ""
        redraws = name in deciding
        found.append(Asked(full, each.kind, gettext(each.label), hint, held, choices, redraws, items))
    return found


def read(block: Block, request: HttpRequest) -> dict[str, Any]:
    """The block as JSON with what the form says; a field that the form did not ask for stays. Stores uploads; the
    errors of pictures. What cannot be read is for the block to refuse."""
    raw = {"kind": block.kind, **_read(block, type(block), request, "")}
    if act := request.POST.get("act", ""):
        _do(raw, type(block), act)
    return raw


def _declared(of: type[Value]) -> Iterator[tuple[str, Input]]:
    for name, info in of.model_fields.items():
        for each in info.metadata:
            if isinstance(each, Input):
                yield name, each


def _read(value: Value | None, of: type[Value], request: HttpRequest, prefix: str) -> dict[str, Any]:
    raw = value.model_dump(mode="json") if value is not None else {}
    for name, each in _declared(of):
        full = prefix + name
        if each.kind == "items":
            if f"{full}-count" in request.POST:
                count = min(id_of(request.POST[f"{full}-count"]) or 0, MOST_ITEMS)
                item = _item(of, name)
                raw[name] = [_read(None, item, request, f"{full}-{at}-") for at in range(count)]
        elif (given := _given(each.kind, full, request)) is not _ABSENT:
            raw[name] = given
    return raw


_ABSENT = object()


def _given(kind: str, name: str, request: HttpRequest) -> Any:
    post: QueryDict = request.POST
    if kind == "picture":
        if (file := request.FILES.get(f"{name}-file")) is not None:
            return _stored(file, request.actor)
        if f"{name}-digest" not in post:
            return _ABSENT
        sizes = {part: id_of(post.get(f"{name}-{part}", "")) or 0 for part in ("width", "height")}
        return {"digest": post[f"{name}-digest"], **sizes}
    if kind == "link":
        if (to := post.get(f"{name}-to")) is None:
            return _ABSENT
        # What was chosen for another sort of link is none for this one.
        return {"to": to, "value": post.get(f"{name}-value", "") if post.get(f"{name}-was") == to else ""}
    if kind == "products":
        return [text for text in post.getlist(name) if text] if f"{name}-asked" in post else _ABSENT
    if name not in post:
        return _ABSENT
    text = post[name].strip()
    if kind == "moment":
        return _moment(text) if text else None
    if kind == "category":
        return text or None
    if kind == "number" and not text:
        return _ABSENT
    return text


def _stored(file: Any, actor: Actor) -> dict[str, Any]:
    stored = catalog.store_picture(content=file, actor=actor)
    return {"digest": stored.digest, "width": stored.width, "height": stored.height}


def _moment(text: str) -> str:
    """A local time of the merchant as an instant."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (timezone.make_aware(local) if timezone.is_naive(local) else local).isoformat()


def moment(text: str) -> datetime | None:
    """The same of a form's field; None for an empty or unreadable one."""
    try:
        return datetime.fromisoformat(_moment(text)) if text else None
    except ValueError:
        return None


def _item(of: type[Value], name: str) -> type[Value]:
    """The class of the items of a `tuple[Item, ...]`."""
    annotation = of.model_fields[name].annotation
    assert isinstance(annotation, types.GenericAlias)
    found: type[Value] = get_args(annotation)[0]
    return found


def _do(raw: dict[str, Any], of: type[Value], act: str) -> None:
    """What a button of the form asks for: `add:slides`, `up:slides:2`, `pick:slides-0-link-value:17` …"""
    verb, _, rest = act.partition(":")
    name, _, argument = rest.partition(":")
    if verb in ("add", "up", "down", "remove"):
        held = raw.get(name)
        if not isinstance(held, list):
            return
        place = id_of(argument)
        if verb == "add":
            held.append(_item(of, name)().model_dump(mode="json"))
        elif place is not None and place < len(held):
            _shift(held, place, verb)
    elif verb in ("pick", "clear"):
        _set(raw, name.split("-"), argument, is_more=verb == "pick")


def _shift(held: list[Any], place: int, verb: str) -> None:
    if verb == "remove":
        del held[place]
        return
    other = place + (-1 if verb == "up" else 1)
    if 0 <= other < len(held):
        held[place], held[other] = held[other], held[place]


def _set(raw: Any, path: list[str], value: str, *, is_more: bool) -> None:
    """Puts a product into a list or a link; empties a picture."""
    *way, last = path
    for part in way:
        if isinstance(raw, list) and part.isdecimal() and int(part) < len(raw):
            raw = raw[int(part)]
        elif isinstance(raw, dict) and part in raw:
            raw = raw[part]
        else:
            return
    if not isinstance(raw, dict) or last not in raw:
        return
    if isinstance(raw[last], list):
        raw[last] = [*raw[last], value] if is_more and value not in map(str, raw[last]) else raw[last]
    elif is_more:
        raw[last] = value
    else:
        raw[last] = {}
