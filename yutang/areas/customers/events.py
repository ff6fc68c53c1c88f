from __future__ import annotations

from dataclasses import dataclass

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(DomainEvent):
    name = "customers.merged"
    survivor_id: int
    absorbed_id: int

    def lock(self) -> str:
        return f"customer:{self.survivor_id}"


@dataclass(frozen=True, kw_only=True)
class CustomersUnmerged(DomainEvent):
    name = "customers.unmerged"
    customer_id: int
    restored_id: int

    def lock(self) -> str:
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class IdentitiesSplit(DomainEvent):
    name = "customers.identities_split"
    customer_id: int
    new_customer_id: int

    def lock(self) -> str:
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class CustomersResolved(DomainEvent):
    """A batch of records found its people."""

    name = "customers.resolved"
    source: str
    created: int
    matched: int
    merged: int
