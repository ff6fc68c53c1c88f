"""Pieces that are not to be handed over now, because an area above has something to decide about them first. It
registers in `apps.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

# ids of orders → order id → position of an item → pieces; orders that hold nothing are missing
Held = Callable[[Collection[int]], Mapping[int, Mapping[int, int]]]
_holders: dict[str, Held] = {}


def register(name: str, held: Held) -> None:
    _holders[name] = held


def held(order_id: int) -> dict[int, int]:
    """Position → pieces that are held back, by whomever."""
    return held_of([order_id]).get(order_id, {})


def held_of(order_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """The same of many orders; those that hold nothing are missing."""
    found: dict[int, dict[int, int]] = {}
    for ask in _holders.values():
        for order_id, positions in ask(order_ids).items():
            own = found.setdefault(order_id, {})
            for position, pieces in positions.items():
                own[position] = own.get(position, 0) + pieces
    return found
