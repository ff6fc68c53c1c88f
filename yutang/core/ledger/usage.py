"""What became of value that an entry granted, and how old what is owed is. Reads for areas with lots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Use:
    """granted = left + expired + taken_back + spent. `left` counts what has expired and is not booked out yet."""

    granted: int
    left: int
    expired: int
    taken_back: int

    @property
    def spent(self) -> int:
        return self.granted - self.left - self.expired - self.taken_back


# The lots of the entry, those they were moved to, and those that took back what a refund brought after they expired.
_USE = """
WITH RECURSIVE mine AS (
    SELECT l.id, l.account_id, l.origin, l.granted_at FROM ledger_lot l
     WHERE l.merchant_id = %(merchant)s AND l.entry_id = %(entry)s
     UNION
    SELECT n.id, n.account_id, n.origin, n.granted_at
      FROM mine m
      CROSS JOIN LATERAL (
        SELECT t.* FROM ledger_moved v JOIN ledger_lot t ON t.id = v.to_lot_id
         WHERE v.from_account_id = m.account_id AND v.from_lot_id = m.id AND v.is_open
         UNION ALL
        SELECT t.* FROM ledger_lot t JOIN ledger_entry e ON e.id = t.entry_id
         WHERE t.account_id = m.account_id AND t.granted_at = m.granted_at AND t.origin = m.origin
           AND e.reverses_id IS NOT NULL
      ) n
)
SELECT COALESCE((SELECT sum(granted) FROM ledger_lot WHERE merchant_id = %(merchant)s AND entry_id = %(entry)s), 0),
       COALESCE((SELECT sum(l.remaining) FROM mine JOIN ledger_lot l ON l.id = mine.id), 0),
       COALESCE((SELECT -sum(p.amount) FROM mine JOIN ledger_lot l ON l.id = mine.id
                 JOIN ledger_posting p ON p.account_id = l.account_id AND p.lot_id = l.id
                 JOIN ledger_entry e ON e.id = p.entry_id WHERE e.kind = 'ledger.expire'), 0),
       COALESCE((SELECT sum((e.detail->>'reversed')::bigint) FROM ledger_entry e WHERE e.reverses_id = %(entry)s), 0)
"""


def use_of(*, merchant_id: int, entry_id: int) -> Use:
    """Of an entry that granted one lot, wherever merges of people have carried it."""
    with connection.cursor() as cursor:
        cursor.execute(_USE, {"merchant": merchant_id, "entry": entry_id})
        return Use(*(int(value) for value in cursor.fetchone()))


@dataclass(frozen=True, slots=True)
class Aged:
    """What lots of a kind and origin hold that were granted between two ages, in days; the last is open."""

    kind: str
    origin: str
    bucket: int
    amount: int
    lots: int


_AGED = """
SELECT a.kind, l.origin, width_bucket(EXTRACT(EPOCH FROM %(at)s - l.granted_at) / 86400, %(edges)s::numeric[]),
       sum(l.remaining)::bigint, count(*)
  FROM ledger_lot l JOIN ledger_account a ON a.id = l.account_id
 WHERE l.merchant_id = %(merchant)s AND l.remaining > 0 AND a.kind = ANY(%(kinds)s) AND a.unit = %(unit)s
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def aged(*, merchant_id: int, kinds: Sequence[str], unit: str, at: datetime, edges: Sequence[int]) -> list[Aged]:
    """All that lots hold now, by age at `at`. Bucket 0 lies before the first edge. Sums to the accounts' balances."""
    with connection.cursor() as cursor:
        cursor.execute(
            _AGED, {"merchant": merchant_id, "kinds": list(kinds), "unit": unit, "at": at, "edges": list(edges)}
        )
        return [Aged(*row) for row in cursor.fetchall()]


def totals(*, merchant_id: int, kinds: Sequence[str], unit: str) -> dict[str, int]:
    """Kind → the sum of its accounts' balances; 0 where there are none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, sum(balance)::bigint FROM ledger_account"
            " WHERE merchant_id = %s AND kind = ANY(%s) AND unit = %s GROUP BY kind",
            [merchant_id, list(kinds), unit],
        )
        return dict.fromkeys(kinds, 0) | dict(cursor.fetchall())


def by_holder(*, merchant_id: int, kinds: Sequence[str], unit: str) -> list[tuple[int, str, int]]:
    """(holder's number, kind, balance) of accounts with a balance; for kinds with few holders, such as stores."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT holder_id, kind, sum(balance)::bigint FROM ledger_account"
            " WHERE merchant_id = %s AND kind = ANY(%s) AND unit = %s GROUP BY 1, 2 HAVING sum(balance) <> 0"
            " ORDER BY 1, 2",
            [merchant_id, list(kinds), unit],
        )
        return [(int(holder), kind, int(amount)) for holder, kind, amount in cursor.fetchall()]
