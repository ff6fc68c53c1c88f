from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class LevelChanged(DomainEvent):
    """None: no level."""

    name: ClassVar[str] = "membership.level_changed"
    customer_id: int
    before_id: int | None
    after_id: int | None

    def lock(self) -> str | None:
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class LevelFalling(DomainEvent):
    """Unless enough growth comes, the level falls on that day ("2026-12-31")."""

    name: ClassVar[str] = "membership.level_falling"
    customer_id: int
    level_id: int
    falls_on: str

    def lock(self) -> str | None:
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class CardActivated(DomainEvent):
    """Somebody has a card, or has it for longer."""

    name: ClassVar[str] = "membership.card_activated"
    customer_id: int
    card_id: int

    def lock(self) -> str | None:
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class CardRefunded(DomainEvent):
    """`amount` in minor units went back."""

    name: ClassVar[str] = "membership.card_refunded"
    customer_id: int
    card_id: int
    amount: int

    def lock(self) -> str | None:
        return f"customer:{self.customer_id}"
