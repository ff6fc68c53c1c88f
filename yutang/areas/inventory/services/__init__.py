"""Writes about stock: one file per use case."""

from __future__ import annotations

from yutang.areas.inventory.services.moving import Move, count, move, set_safety, transfer
from yutang.areas.inventory.services.promising import GivenBack, Wanted, confirm, hold, lock, release, take_back

__all__ = [
    "GivenBack", "Move", "Wanted", "confirm", "count", "hold", "lock", "move", "release", "set_safety", "take_back",
    "transfer",
]  # fmt: skip
