from __future__ import annotations

from dataclasses import dataclass

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class FriendBrought(DomainEvent):
    """Somebody new came by a person's code."""

    name = "relations.friend_brought"
    customer_id: int
    bringer_id: int
