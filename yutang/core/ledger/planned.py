"""What a book holds in memory while entries are planned: accounts, lots, moves, postings."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from yutang.core.ledger import kinds
from yutang.core.ledger.lines import Holder

if TYPE_CHECKING:
    from datetime import datetime


class Ref(NamedTuple):
    """An account by name."""

    kind: str
    unit: str
    holder: Holder
    stripe: int


def ref(kind: str, unit: str, holder: Holder, key: str) -> Ref:
    """The account a line means; of a striped one the row that the entry's key falls on, the same at every repeat."""
    stripes = kinds.kind_of(kind).stripes
    return Ref(kind, unit, holder, zlib.crc32(key.encode()) % stripes if stripes > 1 else 0)


@dataclass(slots=True, eq=False)
class BookAccount:
    id: int
    ref: Ref
    balance: int
    floor: int | None
    moved_to: int | None
    before: int
    moved_to_before: int | None

    @property
    def has_lots(self) -> bool:
        return kinds.kind_of(self.ref.kind).has_lots


@dataclass(slots=True, eq=False)
class BookLot:
    id: int | None  # None until it is written
    account: BookAccount
    granted: int
    remaining: int
    expires_at: datetime | None
    origin: str
    granted_at: datetime
    before: int = 0
    entry_no: int = -1
    no: int = -1

    def is_spendable(self, at: datetime) -> bool:
        return self.remaining > 0 and (self.expires_at is None or self.expires_at > at)


@dataclass(slots=True, eq=False)
class BookMoved:
    id: int | None
    move_id: int | None  # None: the entry being planned
    from_account: BookAccount
    to_account: BookAccount
    from_lot: BookLot | None
    to_lot: BookLot | None
    amount: int
    is_open: bool = True
    before: tuple[int, bool] | None = None
    entry_no: int = -1


@dataclass(slots=True)
class PlannedEntry:
    key: str
    kind: str
    fingerprint: bytes
    at: datetime
    source: tuple[str, int] | None = None
    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    reverses: int | None = None


class PlannedPosting(NamedTuple):
    entry_no: int
    account: BookAccount
    lot: BookLot | None
    amount: int
    balance_after: int
