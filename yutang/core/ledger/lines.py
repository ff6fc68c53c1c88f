"""What callers hand to the ledger: holders, lines and drafts of entries. Plain values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yutang.core.ledger import kinds
from yutang.core.ledger.errors import Unbalanced, UnknownAccount

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """Whose account: ("customer", 5), ("node", 3); the merchant itself is MERCHANT."""

    type: str
    id: int


MERCHANT = Holder("merchant", 0)


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` in the unit's smallest step; + gives to the account, − takes from it.

    On an account with lots, + makes a lot (`expires_at` None: never; `origin`: a free word such as "gift") and − takes
    from the lots that expire first, of that `origin` alone when one is named."""

    kind: str
    holder: Holder
    amount: int
    unit: str = ""  # needed where the kind has none of its own
    expires_at: datetime | None = None
    origin: str = ""

    @property
    def account_unit(self) -> str:
        return kinds.kind_of(self.kind).unit or self.unit


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be posted. `key` is unique per merchant and says what is being booked: "order:5:points"."""

    key: str
    kind: str
    lines: tuple[Line, ...]
    source: tuple[str, int] | None = None  # (source_type, source_id)
    reason: str = ""
    at: datetime | None = None  # None: now. Also the moment at which lots count as expired.
    detail: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """UnknownAccount for a line of the wrong holder or unit, Unbalanced when a unit does not sum to zero."""
        sums: dict[str, int] = {}
        for line in self.lines:
            kind = kinds.kind_of(line.kind)
            if (
                line.holder.type != kind.holder
                or not line.account_unit
                or (kind.unit and line.unit not in ("", kind.unit))
            ):
                raise UnknownAccount(field="kind", kind=line.kind)
            if line.amount == 0:
                raise ValueError(f"{self.key}: a line of zero")
            if (line.expires_at is not None or line.origin) and not kind.has_lots:
                raise ValueError(f"{self.key}: {line.kind} has no lots")
            sums[line.account_unit] = sums.get(line.account_unit, 0) + line.amount
        if not sums:
            raise ValueError(f"{self.key}: an entry without lines")
        for unit, difference in sums.items():
            if difference:
                raise Unbalanced(field="amount", unit=unit, difference=difference)

    def fingerprint(self) -> bytes:
        """16 bytes over what the entry means: kind, lines and source; not its time, reason or actor."""
        return fingerprint(
            self.kind,
            [
                [
                    line.kind, line.holder.type, line.holder.id, line.account_unit, line.amount,
                    line.expires_at.timestamp() if line.expires_at else None, line.origin,
                ]
                for line in self.lines
            ],
            self.source,
        )  # fmt: skip


def fingerprint(*content: Any) -> bytes:
    """16 bytes of SHA-256 over JSON values."""
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).digest()[:16]
