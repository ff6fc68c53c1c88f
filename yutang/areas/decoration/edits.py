"""Changes of a draft: functions from blocks to blocks. Pure; `services.drafts.change` applies them under the lock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from yutang.areas.decoration import blocks
from yutang.areas.decoration.blocks import Block
from yutang.areas.decoration.errors import NoSuchBlock

Edit = Callable[[list[Block]], list[Block]]


def add(block: Block, at: int | None = None) -> Edit:
    """Puts a new block before the place `at`, or at the end."""

    def edit(held: list[Block]) -> list[Block]:
        place = len(held) if at is None else max(0, min(at, len(held)))
        return [*held[:place], block, *held[place:]]

    return edit


def move(block_id: str, to: int) -> Edit:
    """The block stands at the place `to` afterwards, counted from 0."""

    def edit(held: list[Block]) -> list[Block]:
        place = _place(held, block_id)
        rest = [*held[:place], *held[place + 1 :]]
        to_place = max(0, min(to, len(rest)))
        return [*rest[:to_place], held[place], *rest[to_place:]]

    return edit


def copy(block_id: str, copied: str) -> Edit:
    """The same again below it, under the id `copied`."""

    def edit(held: list[Block]) -> list[Block]:
        place = _place(held, block_id)
        return [*held[: place + 1], held[place].model_copy(update={"id": copied}), *held[place + 1 :]]

    return edit


def remove(block_id: str) -> Edit:
    def edit(held: list[Block]) -> list[Block]:
        place = _place(held, block_id)
        return [*held[:place], *held[place + 1 :]]

    return edit


def put(raw: dict[str, Any]) -> Edit:
    """The block with this id, with these values."""
    changed = blocks.parse_one(raw)

    def edit(held: list[Block]) -> list[Block]:
        place = _place(held, changed.id)
        return [*held[:place], changed, *held[place + 1 :]]

    return edit


def replace(raw: Any) -> Edit:
    """All blocks at once: what undoing brings back, or another version's."""
    found = blocks.parse(raw)
    return lambda held: found  # noqa: ARG005


def _place(held: Sequence[Block], block_id: str) -> int:
    place = blocks.in_order(held, block_id)
    if place is None:
        raise NoSuchBlock
    return place
