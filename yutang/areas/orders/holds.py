"""What areas above still have to decide about an order: pieces that are not to be handed over now, and orders that time
alone does not complete. They register in `apps.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.orders.models import OrderItem


@dataclass(frozen=True)
class Holder:
    """`held`: ids of orders → order id → position of an item → pieces; orders that hold nothing are missing.
    `is_undecided`: whether something about an order is open."""

    held: Callable[[Collection[int]], Mapping[int, Mapping[int, int]]]
    is_undecided: Callable[[int], bool]


_holders: dict[str, Holder] = {}


def register(name: str, holder: Holder) -> None:
    _holders[name] = holder


def held(order_id: int) -> dict[int, int]:
    """Position → pieces that are held back, by whomever."""
    return held_of([order_id]).get(order_id, {})


def held_of(order_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """The same of many orders; those that hold nothing are missing."""
    found: dict[int, dict[int, int]] = {}
    for holder in _holders.values():
        for order_id, positions in holder.held(order_ids).items():
            own = found.setdefault(order_id, {})
            for position, pieces in positions.items():
                own[position] = own.get(position, 0) + pieces
    return found


def with_gifts(items: Sequence[OrderItem], kept: Mapping[int, int]) -> dict[int, int]:
    """What is held back of one order, and its gifts too where nothing else of it may leave: they do not go alone while
    somebody waits for an answer."""
    found = dict(kept)
    if found and all(item.is_gift or found.get(item.position, 0) >= item.left for item in items):
        found.update((item.position, item.left) for item in items if item.is_gift and item.left)
    return found


def is_undecided(order_id: int) -> bool:
    return any(holder.is_undecided(order_id) for holder in _holders.values())
