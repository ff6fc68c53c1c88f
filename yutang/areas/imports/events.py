from __future__ import annotations

from dataclasses import dataclass

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class OrdersImported(DomainEvent):
    """A run has ended; `facts` fact rows are new."""

    name = "imports.orders_imported"
    run_id: int
    facts: int
