"""Reads of the ledger: balances, what expires, and the proof that everything adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Sum

from yutang.core import prepared
from yutang.core.ledger.models import Account, Entry, Lot, Posting

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.core.ledger.lines import Holder


_SPENDABLE = """
SELECT a.kind, sum(l.remaining) FROM ledger_account a JOIN ledger_lot l ON l.account_id = a.id
 WHERE a.holder_type = %s AND a.holder_id = %s AND a.unit = %s AND a.kind = ANY(%s) AND l.remaining > 0
       AND (l.expires_at IS NULL OR l.expires_at > %s)
 GROUP BY a.kind
"""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """`what`: "balance" (cached ≠ sum of postings), "lots" (balance ≠ what its lots hold), "lot" (remaining ≠ sum of
    its postings), "entry" (a unit of it does not sum to zero); `id` of the account, lot or entry."""

    what: str
    id: int
    expected: int
    found: int


@dataclass(frozen=True, slots=True)
class TrialLine:
    """`balance` of all accounts of a kind: + is owed to the holders, − stands against it."""

    kind: str
    unit: str
    balance: int


def balance(*, kind: str, unit: str, holder: Holder) -> int:
    """In the unit's smallest step; 0 for an account nobody used. Includes lots whose expiry is not booked out yet."""
    found = Account.objects.filter(
        holder_type=holder.type, holder_id=holder.id, kind=kind, unit=unit
    ).aggregate(total=Sum("balance"))  # fmt: skip
    return int(found["total"] or 0)


def spendable(*, kind: str, unit: str, holder: Holder, at: datetime) -> int:
    """What the lots of an account hold that is not expired at that moment."""
    return spendable_by_kind(kinds=[kind], unit=unit, holder=holder, at=at)[kind]


def spendable_by_kind(*, kinds: Sequence[str], unit: str, holder: Holder, at: datetime) -> dict[str, int]:
    """The same of several accounts of one holder, by one statement; 0 where there is none."""
    found = prepared.rows(_SPENDABLE, [holder.type, holder.id, unit, list(kinds), at])
    return dict.fromkeys(kinds, 0) | {kind: int(remaining) for kind, remaining in found}


def lots(*, kind: str, unit: str, holder: Holder) -> QuerySet[Lot]:
    """Lots with something left, in the order in which they will be spent."""
    return Lot.objects.filter(
        account__holder_type=holder.type, account__holder_id=holder.id, account__kind=kind, account__unit=unit,
        remaining__gt=0,
    ).order_by("expires_at", "granted_at", "id")  # PostgreSQL puts nulls last  # fmt: skip


def statement(*, kind: str, unit: str, holder: Holder) -> QuerySet[Posting]:
    """The postings of an account with their entries, newest first."""
    return (
        Posting.objects.filter(
            account__holder_type=holder.type, account__holder_id=holder.id, account__kind=kind, account__unit=unit
        )
        .select_related("entry")
        .order_by("-id")
    )


def posted(key: str) -> Entry | None:
    """The entry of this key."""
    return Entry.objects.filter(idempotency_key=key).first()


def holders(type: str, ids: Iterable[int]) -> set[int]:
    """Those of them that have any account."""
    found = Account.objects.filter(holder_type=type, holder_id__in=set(ids))
    return set(found.values_list("holder_id", flat=True))


def postings(kind: str) -> QuerySet[Posting]:
    """All postings on accounts of a kind, with entry and account, newest first."""
    return Posting.objects.filter(account__kind=kind).select_related("entry", "account").order_by("-id")


def due(*, kind: str, since: datetime | None = None, until: datetime | None = None) -> QuerySet[Lot]:
    """Lots of a kind with something left that expire from `since` on, before `until`, the first ones first."""
    found = Lot.objects.filter(account__kind=kind, remaining__gt=0, expires_at__isnull=False)
    if since is not None:
        found = found.filter(expires_at__gte=since)
    if until is not None:
        found = found.filter(expires_at__lt=until)
    return found.select_related("account", "entry").order_by("expires_at", "id")


@dataclass(frozen=True, slots=True)
class Due:
    """What the lots of a kind hold that expires at one moment."""

    expires_at: datetime
    amount: int
    lots: int


def due_sums(*, kind: str, merchant_id: int) -> list[Due]:
    """By the moment of expiry, the first ones first: days end for everybody at once, so there are few."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.expires_at, sum(l.remaining)::bigint, count(*) FROM ledger_lot l
              JOIN ledger_account a ON a.id = l.account_id
             WHERE l.merchant_id = %s AND a.kind = %s AND l.remaining > 0 AND l.expires_at IS NOT NULL
             GROUP BY 1 ORDER BY 1
            """,
            [merchant_id, kind],
        )
        return [Due(*row) for row in cursor.fetchall()]


def trial_balance(*, merchant_id: int, at: datetime) -> list[TrialLine]:
    """The sum of all postings up to `at` by account kind; each unit sums to zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.kind, a.unit, sum(p.amount)::bigint
              FROM ledger_posting p
              JOIN ledger_entry e ON e.id = p.entry_id JOIN ledger_account a ON a.id = p.account_id
             WHERE p.merchant_id = %s AND e.at <= %s GROUP BY a.kind, a.unit ORDER BY a.unit, a.kind
            """,
            [merchant_id, at],
        )
        return [TrialLine(*row) for row in cursor.fetchall()]


AUDIT = """
WITH account_sums AS (
  SELECT account_id, sum(amount)::bigint AS total FROM ledger_posting WHERE merchant_id = %(merchant)s GROUP BY 1
), lot_sums AS (
  SELECT lot_id, sum(amount)::bigint AS total FROM ledger_posting
   WHERE merchant_id = %(merchant)s AND lot_id IS NOT NULL GROUP BY 1
), lots_of_account AS (
  SELECT account_id, sum(remaining)::bigint AS total FROM ledger_lot WHERE merchant_id = %(merchant)s GROUP BY 1
)
SELECT 'balance', a.id, COALESCE(s.total, 0), a.balance
  FROM ledger_account a LEFT JOIN account_sums s ON s.account_id = a.id
 WHERE a.merchant_id = %(merchant)s AND a.balance <> COALESCE(s.total, 0)
UNION ALL
SELECT 'lots', a.id, l.total, a.balance FROM ledger_account a JOIN lots_of_account l ON l.account_id = a.id
 WHERE a.merchant_id = %(merchant)s AND a.balance <> l.total
UNION ALL
SELECT 'lot', l.id, COALESCE(s.total, 0), l.remaining FROM ledger_lot l LEFT JOIN lot_sums s ON s.lot_id = l.id
 WHERE l.merchant_id = %(merchant)s AND l.remaining <> COALESCE(s.total, 0)
UNION ALL
SELECT 'entry', p.entry_id, 0, sum(p.amount)::bigint FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
 WHERE p.merchant_id = %(merchant)s GROUP BY p.entry_id, a.unit HAVING sum(p.amount) <> 0
ORDER BY 1, 2
"""


def audit_balances(*, merchant_id: int) -> list[Discrepancy]:
    """Everything that does not add up, in one consistent look; empty is how it must be."""
    with connection.cursor() as cursor:
        cursor.execute(AUDIT, {"merchant": merchant_id})
        return [Discrepancy(*row) for row in cursor.fetchall()]
