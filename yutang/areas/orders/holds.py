"""What areas above still have to decide about an order: pieces that are not to be handed over now, and orders that time
alone does not complete. They register in `apps.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Holder:
    """Both are asked with the number of an order. `held`: position of an item → pieces; `is_undecided`: whether
    something about it is open."""

    held: Callable[[int], Mapping[int, int]]
    is_undecided: Callable[[int], bool]


_holders: dict[str, Holder] = {}


def register(name: str, holder: Holder) -> None:
    _holders[name] = holder


def held(order_id: int) -> dict[int, int]:
    """Position → pieces that are held back, by whomever."""
    found: dict[int, int] = {}
    for holder in _holders.values():
        for position, pieces in holder.held(order_id).items():
            found[position] = found.get(position, 0) + pieces
    return found


def is_undecided(order_id: int) -> bool:
    return any(holder.is_undecided(order_id) for holder in _holders.values())
