"""What areas above still have to decide about an order: pieces that are not to be handed over now, and orders that time
alone does not complete. They register in `apps.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Holder:
    """`held`: of an order, position of an item → pieces; `is_undecided`: whether something about it is open;
    `among`: those of many orders that have pieces held."""

    held: Callable[[int], Mapping[int, int]]
    is_undecided: Callable[[int], bool]
    among: Callable[[Collection[int]], Collection[int]]


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


def among(order_ids: Collection[int]) -> set[int]:
    """Those of the orders that have pieces held back."""
    return {order_id for holder in _holders.values() for order_id in holder.among(order_ids)}


def is_undecided(order_id: int) -> bool:
    return any(holder.is_undecided(order_id) for holder in _holders.values())
