"""The statements a book reads with; what it writes is composed in `book.py`."""

from __future__ import annotations

LOCK = """
SELECT a.id, a.kind, a.unit, a.holder_type, a.holder_id, a.stripe, a.balance, a.floor, a.moved_to_id
  FROM ledger_account a
"""
# NO KEY: the foreign keys of other people's postings need not wait for us.
LOCKED = " ORDER BY a.id FOR NO KEY UPDATE OF a"
BY_REF = """
  JOIN unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::smallint[])
       AS w(kind, unit, holder_type, holder_id, stripe)
    ON a.kind = w.kind AND a.unit = w.unit AND a.holder_type = w.holder_type AND a.holder_id = w.holder_id
   AND a.stripe = w.stripe
 WHERE a.merchant_id = %s
"""
KNOWN = "merchant_id = %s AND idempotency_key = ANY(%s::text[])"
OPEN_ACCOUNTS = """
INSERT INTO ledger_account (merchant_id, kind, unit, holder_type, holder_id, stripe, balance, floor, created_at)
SELECT %s, w.*, now()
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[]) AS w
 ORDER BY 3, 4, 1, 2, 5
    ON CONFLICT (merchant_id, holder_type, holder_id, kind, unit, stripe) DO NOTHING
"""
LOTS = """
SELECT id, account_id, granted, remaining, expires_at, origin, granted_at FROM ledger_lot
"""
_LIVE = LOTS + " WHERE account_id = ANY(%s::bigint[]) AND remaining > 0"
_SOONEST_FIRST = " ORDER BY expires_at NULLS LAST, granted_at, id"
LIVE_LOTS = _LIVE + _SOONEST_FIRST
# As `KNOWN`, a row without an account for each.
_KEYS = """
SELECT id, NULL, NULL, NULL, NULL, NULL, NULL FROM ledger_entry
 WHERE merchant_id = %s AND idempotency_key = ANY(%s::text[])
"""
LIVE_LOTS_AND_KEYS = _LIVE + " UNION ALL " + _KEYS + _SOONEST_FIRST
NAMED_LOTS = LOTS + " WHERE id = ANY(%s::bigint[])"
MOVED = """
SELECT id, move_id, from_account_id, to_account_id, from_lot_id, to_lot_id, amount FROM ledger_moved
 WHERE from_account_id = ANY(%s::bigint[]) AND is_open ORDER BY id
"""
