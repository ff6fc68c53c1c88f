"""Whom to remind of what they hold: SELECTs over accounts, lots and postings for those who remind by the million, chunk
after chunk. Their values are those of `areas/messaging/kinds.Find`; %(account)s is the kind of account."""

from __future__ import annotations

# What lots hold that can be spent now and expires in time, a row for each lot, with the sum of all lots of the account
# that end at the same moment.
EXPIRING = """
SELECT a.holder_id, a.unit, l.expires_at, l.id,
       (l.expires_at - interval '1 microsecond') AT TIME ZONE %(timezone)s AS last_at,
       (SELECT sum(s.remaining)::bigint FROM ledger_lot s
         WHERE s.account_id = l.account_id AND s.expires_at = l.expires_at AND s.remaining > 0) AS amount
  FROM ledger_lot l
  JOIN ledger_account a ON a.id = l.account_id AND a.kind = %(account)s AND a.holder_type = 'customer'
 WHERE l.merchant_id = %(merchant)s AND l.remaining > 0 AND l.expires_at > %(now)s AND l.expires_at <= %(until)s
   AND (l.expires_at, l.id) > (COALESCE(%(after_at)s::timestamptz, '-infinity'), %(after_id)s)
 ORDER BY l.expires_at, l.id LIMIT %(limit)s
"""

# Holders of an account of the kind with something on it, and when anything last happened on their accounts of
# %(accounts)s; a row for each, also for those who were here yesterday.
LAST_TOUCHED = """
SELECT h.holder_id, h.unit,
       (SELECT sum(b.balance)::bigint FROM ledger_account b
         WHERE b.merchant_id = %(merchant)s AND b.holder_type = 'customer' AND b.holder_id = h.holder_id
           AND b.kind = ANY(%(accounts)s) AND b.unit = h.unit) AS amount,
       (SELECT max(e.at) FROM ledger_account b
         CROSS JOIN LATERAL (SELECT p.entry_id FROM ledger_posting p WHERE p.account_id = b.id
                              ORDER BY p.id DESC LIMIT 1) p
          JOIN ledger_entry e ON e.id = p.entry_id
         WHERE b.merchant_id = %(merchant)s AND b.holder_type = 'customer' AND b.holder_id = h.holder_id
           AND b.kind = ANY(%(accounts)s) AND b.unit = h.unit) AS touched_at
  FROM (SELECT a.holder_id, a.unit FROM ledger_account a
         WHERE a.merchant_id = %(merchant)s AND a.holder_type = 'customer' AND a.kind = %(account)s AND a.balance > 0
           AND a.holder_id > %(after_id)s
         ORDER BY a.holder_id LIMIT %(limit)s) h
"""
