from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseMoved(DomainEvent):
    """Something happened in an after-sale case: `action` as its log calls it, `state` after it."""

    name: ClassVar[str] = "aftersale.moved"
    case_id: int
    order_id: int
    customer_id: int | None
    action: str
    state: str

    def lock(self) -> str | None:
        return f"order:{self.order_id}"
