"""The registry of blocks, and how a page is read from and written to JSON."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext
from pydantic import ValidationError

from yutang.areas.decoration.blocks.base import LINKS, Block, Input, Kind, Link, PictureValue, Value
from yutang.areas.decoration.errors import BadBlock, TooManyBlocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic_core import ErrorDetails

__all__ = [
    "KINDS", "LINKS", "MOST", "Block", "Input", "Kind", "Link", "PictureValue", "Value", "dumped", "fresh", "in_order",
    "new_id", "parse", "parse_one", "register",
]  # fmt: skip

MOST = 40  # blocks of a page
KINDS: dict[str, Kind] = {}  # filled in apps.ready(), in the order of the palette


def register(kind: Kind) -> None:
    """Adds a kind; areas above do so for their own (a face needs a template of the same name)."""
    KINDS[kind.key] = kind


def new_id() -> str:
    return secrets.token_hex(4)


def fresh(kind: str) -> Block:
    """An empty block."""
    return parse_one({"kind": kind, "id": new_id()})


def parse(raw: Any) -> list[Block]:
    """The blocks of a page. BadBlock names the first field that is wrong; TooManyBlocks."""
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        raise BadBlock(reason=gettext("This is not a list of blocks."), errors={})
    if len(raw) > MOST:
        raise TooManyBlocks(most=MOST)
    found = [parse_one(each) for each in raw]
    if len({block.id for block in found}) < len(found):
        raise BadBlock(reason=gettext("Two blocks have the same id."), errors={})
    return found


def parse_one(raw: dict[str, Any]) -> Block:
    kind = KINDS.get(str(raw.get("kind")))
    if kind is None:
        raise BadBlock(reason=gettext("There is no such kind of block."), errors={})
    try:
        return kind.block.model_validate({name: value for name, value in raw.items() if name != "kind"})
    except ValidationError as error:
        errors = {_place(each): _said(each) for each in error.errors()}
        first = next(iter(errors.values()))
        raise BadBlock(reason=f"{gettext(kind.label)}: {first}", errors=errors) from error


def dumped(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """As the database keeps them."""
    return [{"kind": block.kind, **block.model_dump(mode="json")} for block in blocks]


def _place(error: ErrorDetails) -> str:
    """`slides-0-link`: as forms name their fields. A link and a picture are one field each."""
    return "-".join(str(part) for part in error["loc"]) or "block"


def _said(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "refused":
            return str(context["reason"])
        case "string_too_long":
            most = context["max_length"]
            return ngettext("At most %(most)s character.", "At most %(most)s characters.", most) % {"most": most}
        case "too_long":
            return gettext("At most %(most)s.") % {"most": context["max_length"]}
        case "greater_than_equal" | "less_than_equal":
            return gettext("Not this number: choose another.")
        case _:
            return gettext("This cannot be read.")


def in_order(blocks: Sequence[Block], block_id: str) -> int | None:
    """Where the block stands."""
    return next((place for place, block in enumerate(blocks) if block.id == block_id), None)
