"""Pieces that are not to be handed over now, because an area above has something to decide about them first. It
registers in `apps.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Held = Callable[[int], Mapping[int, int]]  # order id → position of an item → pieces
_holders: dict[str, Held] = {}


def register(name: str, held: Held) -> None:
    _holders[name] = held


def held(order_id: int) -> dict[int, int]:
    """Position → pieces that are held back, by whomever."""
    found: dict[int, int] = {}
    for ask in _holders.values():
        for position, pieces in ask(order_id).items():
            found[position] = found.get(position, 0) + pieces
    return found
