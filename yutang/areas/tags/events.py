from __future__ import annotations

from dataclasses import dataclass

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class TagRecomputed(DomainEvent):
    """A rule tag followed its rule: so many people got it, so many lost it."""

    name = "tags.recomputed"
    tag_id: int
    gained: int
    lost: int

    def lock(self) -> str:
        return f"tag:{self.tag_id}"


@dataclass(frozen=True, kw_only=True)
class TaggingRunEnded(DomainEvent):
    """A run came to its end, was stopped, or was undone."""

    name = "tags.run_ended"
    run_id: int
    state: str
    changed: int
