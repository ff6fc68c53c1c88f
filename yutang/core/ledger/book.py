"""The engine: a book holds some accounts locked, entries are planned on it in memory and written in one statement.

Order of things, always: lock the accounts in id order, read the lots and the keys already used (a fresh statement, so
that it sees what those before us committed), plan, check, write. Nothing is written before everything is checked, so
a refused entry leaves the caller's transaction sound. See docs/algorithms/ledger.md.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import connection

from yutang.core import prepared
from yutang.core.ledger import kinds
from yutang.core.ledger.errors import AlreadyMoved, IdempotencyConflict, Insufficient
from yutang.core.ledger.lines import Holder
from yutang.core.ledger.models import Entry
from yutang.core.ledger.planned import BookAccount, BookLot, BookMoved, PlannedEntry, PlannedPosting, Ref
from yutang.core.ledger.sql import (
    BY_REF,
    KNOWN,
    LIVE_LOTS,
    LIVE_LOTS_AND_KEYS,
    LOCK,
    LOCKED,
    MOVED,
    NAMED_LOTS,
    OPEN_ACCOUNTS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from yutang.core.access import Actor


class Book:
    """The locked accounts of one merchant, for the rest of the transaction."""

    def __init__(self, *, actor: Actor) -> None:
        if not connection.in_atomic_block:
            raise RuntimeError("the ledger is written inside tenancy.scope(merchant_id)")
        self.actor = actor
        self.merchant_id = actor.merchant_id
        self.accounts: dict[int, BookAccount] = {}
        self.by_ref: dict[Ref, BookAccount] = {}
        self.lots: dict[int, BookLot] = {}
        self.lots_of: dict[int, list[BookLot]] = {}  # in spending order; only of accounts whose lots were loaded
        self.moved: list[BookMoved] = []
        self.entries: list[PlannedEntry] = []
        self.postings: list[PlannedPosting] = []
        self.new_lots: list[BookLot] = []

    # -- loading ---------------------------------------------------------------------------------------------------

    def lock(self, refs: Iterable[Ref]) -> None:
        """Locks these accounts, and makes those that do not exist yet. One statement, three when some are new."""
        wanted = sorted(set(refs) - self.by_ref.keys())
        self._lock_refs(wanted)
        missing = [r for r in wanted if r not in self.by_ref]
        if missing:
            floors = [None if kinds.kind_of(r.kind).may_be_negative else 0 for r in missing]
            with connection.cursor() as cursor:
                cursor.execute(OPEN_ACCOUNTS, [self.merchant_id, *_columns(missing), [0] * len(missing), floors])
            self._lock_refs(missing)
        self._follow_moved()

    def lock_ids(self, ids: Iterable[int]) -> None:
        """Locks accounts by id, and those their balances were moved to."""
        wanted = sorted(set(ids) - self.accounts.keys())
        if wanted:
            self._lock(f"{LOCK} WHERE a.id = ANY(%s::bigint[]) {LOCKED}", [wanted])
        self._follow_moved()

    def load_lots(self, account_ids: Iterable[int], lot_ids: Iterable[int] = ()) -> None:
        """The lots with something left of these accounts, and these lots whatever is left."""
        if with_lots := self._without_lots(account_ids):
            self._keep_lots(prepared.rows(LIVE_LOTS, [with_lots]))
        if rest := sorted(set(lot_ids) - self.lots.keys()):
            self._keep_lots(prepared.rows(NAMED_LOTS, [rest]))

    def load_moved(self) -> None:
        """The open moves out of the locked accounts, with both their lots."""
        with connection.cursor() as cursor:
            cursor.execute(MOVED, [list(self.accounts)])
            rows = cursor.fetchall()
        self.load_lots((), {lot for row in rows for lot in row[4:6] if lot is not None})
        for id_, move_id, from_account, to_account, from_lot, to_lot, amount in rows:
            self.moved.append(
                BookMoved(
                    id_, move_id, self.accounts[from_account], self.accounts[to_account],
                    self.lots[from_lot] if from_lot else None, self.lots[to_lot] if to_lot else None,
                    amount, before=(amount, True),
                )
            )  # fmt: skip

    def known(self, fingerprints: dict[str, bytes]) -> dict[str, Entry]:
        """Entries that were posted under these keys; IdempotencyConflict when one of them meant something else."""
        found = {}
        for entry in prepared.instances(Entry, KNOWN, [self.merchant_id, list(fingerprints)]):
            if bytes(entry.fingerprint) != fingerprints[entry.idempotency_key]:
                raise IdempotencyConflict(field="key", key=entry.idempotency_key)
            found[entry.idempotency_key] = entry
        return found

    def known_with_lots(self, fingerprints: dict[str, bytes], account_ids: Iterable[int]) -> dict[str, Entry]:
        """`known`, and `load_lots` of these accounts; one statement where no key was used before."""
        with_lots = self._without_lots(account_ids)
        if not with_lots:
            return self.known(fingerprints)
        found = prepared.rows(LIVE_LOTS_AND_KEYS, [with_lots, self.merchant_id, list(fingerprints)])
        lots = [row for row in found if row[1] is not None]
        self._keep_lots(lots)
        return self.known(fingerprints) if len(lots) < len(found) else {}

    def _lock_refs(self, refs: list[Ref]) -> None:
        if refs:
            self._lock(f"{LOCK} {BY_REF} {LOCKED}", [*_columns(refs), self.merchant_id])

    def _lock(self, sql: str, parameters: list[Any]) -> None:
        for id_, kind, unit, holder_type, holder_id, stripe, balance, floor, moved_to in prepared.rows(sql, parameters):
            named = Ref(kind, unit, Holder(holder_type, holder_id), stripe)
            account = BookAccount(id_, named, balance, floor, moved_to, balance, moved_to)
            self.accounts[id_] = self.by_ref[named] = account

    def _follow_moved(self) -> None:
        # Rare. Locks out of id order: a deadlock is possible then, PostgreSQL ends it and the caller repeats.
        while beyond := {a.moved_to for a in self.accounts.values() if a.moved_to} - self.accounts.keys():
            self._lock(f"{LOCK} WHERE a.id = ANY(%s::bigint[]) {LOCKED}", [sorted(beyond)])

    def _without_lots(self, account_ids: Iterable[int]) -> list[int]:
        """Those whose lots are still to be loaded."""
        found = [i for i in set(account_ids) - self.lots_of.keys() if self.accounts[i].has_lots]
        for account_id in found:
            self.lots_of[account_id] = []
        return found

    def _keep_lots(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for id_, account_id, granted, remaining, expires_at, origin, granted_at in rows:
            if id_ in self.lots:
                continue
            lot = BookLot(
                id_, self.accounts[account_id], granted, remaining, expires_at, origin, granted_at, before=remaining
            )
            self.lots[id_] = lot
            self.lots_of.setdefault(account_id, []).append(lot)

    # -- planning --------------------------------------------------------------------------------------------------

    def begin(self, entry: PlannedEntry) -> None:
        """Following postings belong to this entry."""
        self.entries.append(entry)

    def account(self, named: Ref) -> BookAccount:
        """The locked account, or the one its balance was moved to."""
        return self.root(self.by_ref[named])

    def root(self, account: BookAccount) -> BookAccount:
        while account.moved_to is not None:
            account = self.accounts[account.moved_to]
        return account

    def book(self, account: BookAccount, amount: int, lot: BookLot | None = None) -> None:
        """One posting; floors are checked when the whole entry is planned."""
        if amount == 0:
            return
        account.balance += amount
        if lot is not None:
            lot.remaining += amount
        self.postings.append(PlannedPosting(len(self.entries) - 1, account, lot, amount, account.balance))

    def grant(
        self, account: BookAccount, amount: int, *, expires_at: datetime | None, origin: str, granted_at: datetime
    ) -> BookLot:
        """A new lot with this amount in it."""
        lot = BookLot(
            None, account, amount, 0, expires_at, origin, granted_at, entry_no=len(self.entries) - 1,
            no=len(self.new_lots),
        )  # fmt: skip
        self.new_lots.append(lot)
        self.lots_of.setdefault(account.id, []).append(lot)
        self.book(account, amount, lot)
        return lot

    def spend(self, account: BookAccount, amount: int, *, at: datetime, origin: str = "") -> None:
        """Takes `amount` > 0, from the lots that expire first. Insufficient when the usable lots hold less."""
        if not account.has_lots:
            self.book(account, -amount)
            return
        usable = [
            lot for lot in self.lots_of[account.id] if lot.is_spendable(at) and (not origin or lot.origin == origin)
        ]
        available = sum(lot.remaining for lot in usable)
        if available < amount:
            raise _insufficient(account, available, amount)
        usable.sort(key=_spending_order)
        for lot in usable:
            taken = min(lot.remaining, amount)
            self.book(account, -taken, lot)
            amount -= taken
            if not amount:
                return

    def check(self) -> None:
        """Insufficient for the first account that this entry left below its floor."""
        for posting in reversed(self.postings):
            if posting.entry_no != len(self.entries) - 1:
                return
            account = posting.account
            if account.floor is not None and account.balance < account.floor:
                lacking = account.floor - account.balance
                wanted = -sum(
                    p.amount for p in self.postings if p.account is account and p.entry_no == posting.entry_no
                )
                raise _insufficient(account, wanted - lacking, wanted)

    # -- moves -----------------------------------------------------------------------------------------------------

    def move_out(self, account: BookAccount, to: BookAccount) -> None:
        """Points an account at another and carries over all it holds."""
        if account.moved_to is not None or self.root(to) is account:
            raise AlreadyMoved(field="holder")
        entry_no = len(self.entries) - 1
        account.moved_to = to.id
        self.moved.append(BookMoved(None, None, account, to, None, None, 0, entry_no=entry_no))
        if account.has_lots:
            for lot in sorted((x for x in self.lots_of[account.id] if x.remaining), key=_spending_order):
                self.carry(account, lot.remaining, lot)
        else:
            self.carry(account, account.balance)

    def carry(self, account: BookAccount, amount: int, lot: BookLot | None = None) -> None:
        """Sends what just arrived at a moved account (or in one of its lots) after the rest, so that an undone move
        brings it home. `amount` may be negative where there are no lots."""
        if account.moved_to is None:
            return
        to = self.accounts[account.moved_to]
        way = self._way(account)
        self.book(account, -amount, lot)
        if lot is None:
            way.amount += amount
            self.book(to, amount)
            self.carry(to, amount)
            return
        arrived = self.grant(to, amount, expires_at=lot.expires_at, origin=lot.origin, granted_at=lot.granted_at)
        self.moved.append(
            BookMoved(None, way.move_id, account, to, lot, arrived, amount, entry_no=len(self.entries) - 1)
        )
        self.carry(to, amount, arrived)

    def fetch(self, moved: BookMoved, wanted: int) -> int:
        """Brings up to `wanted` of a move back the way it went, through later moves too; how much was still there."""
        if moved.to_lot is not None and moved.from_lot is not None:
            target = moved.to_lot
            for onward in [m for m in self.moved if m.from_lot is target and m.is_open]:
                if target.remaining >= wanted:
                    break
                self.fetch(onward, min(onward.amount, wanted - target.remaining))
            got = min(wanted, target.remaining)
        else:
            if moved.to_account.moved_to is not None:
                onward = self._way(moved.to_account)
                # No more than went on: what was spent before is not taken from others whom it reached. Debts all are.
                self.fetch(onward, wanted if moved.from_account.floor is None else min(wanted, onward.amount))
            if moved.from_account.floor is None:
                got = wanted  # an account that may be negative can always give it back
            elif wanted > 0:
                got = min(wanted, max(0, moved.to_account.balance))
            else:
                got = max(wanted, moved.from_account.floor - moved.from_account.balance)
        self.book(moved.to_account, -got, moved.to_lot)
        self.book(moved.from_account, got, moved.from_lot)
        moved.amount -= got
        return got

    def fetch_lot(self, lot: BookLot, wanted: int) -> None:
        """Brings up to `wanted` of a lot's moved value back into it."""
        for moved in [m for m in self.moved if m.from_lot is lot and m.is_open]:
            if wanted <= 0:
                return
            wanted -= self.fetch(moved, min(moved.amount, wanted))

    def _way(self, account: BookAccount) -> BookMoved:
        return next(m for m in self.moved if m.from_account is account and m.from_lot is None and m.is_open)

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(self) -> list[Entry]:
        """Writes the planned entries in one statement (a few more with moves); IdempotencyConflict, see below."""
        sql, parameters = self._statement()
        ids: dict[int, int] = dict(prepared.rows(sql, parameters))
        if len(ids) < len(self.entries):
            # Same key, other accounts, at the same time; never a repeat, which would have waited for our locks.
            taken = next(entry for no, entry in enumerate(self.entries) if no not in ids)
            raise IdempotencyConflict(field="key", key=taken.key)
        self._write_moves(ids)
        return [self._entry(ids[no], planned) for no, planned in enumerate(self.entries)]

    def _entry(self, id_: int, planned: PlannedEntry) -> Entry:
        source_type, source_id = planned.source or ("", None)
        entry = Entry(
            id=id_, merchant_id=self.merchant_id, idempotency_key=planned.key, fingerprint=planned.fingerprint,
            kind=planned.kind, actor_kind=self.actor.kind, actor_id=self.actor.id, actor_name=self.actor.name,
            source_type=source_type, source_id=source_id, reason=planned.reason, detail=planned.detail, at=planned.at,
            reverses_id=planned.reverses,
        )  # fmt: skip
        entry._state.adding = False
        entry._state.db = "default"
        return entry

    def _statement(self) -> tuple[str, list[Any]]:
        actor, merchant_id = self.actor, self.merchant_id
        sources = [e.source or ("", None) for e in self.entries]
        parts = [
            ENTRIES, WRITTEN.format(lots=", l AS MATERIALIZED (" + NEW_LOTS + ")" if self.new_lots else ""),
        ]  # fmt: skip
        parameters: list[Any] = [
            *_transposed(
                [
                    (
                        no, e.key, e.fingerprint.hex(), e.kind, s[0], s[1], e.reason, json.dumps(e.detail), e.at,
                        e.reverses,
                    )
                    for no, (e, s) in enumerate(zip(self.entries, sources, strict=True))
                ],
                10,
            ),
            merchant_id, actor.kind, actor.id, actor.name,
        ]  # fmt: skip
        if self.new_lots:
            parts.append(INSERT_LOTS)
            parameters += _transposed(
                [
                    (
                        lot.no, lot.entry_no, lot.account.id, lot.granted, lot.remaining, lot.expires_at, lot.origin,
                        lot.granted_at,
                    )
                    for lot in self.new_lots
                ],
                8,
            )  # fmt: skip
            parameters.append(merchant_id)
        parts.append(POSTINGS.format(lot_id="COALESCE(p.lot_id, l.id)" if self.new_lots else "p.lot_id",
                                     lots="LEFT JOIN l ON l.no = p.lot_no" if self.new_lots else ""))  # fmt: skip
        parameters.append(merchant_id)
        parameters += _transposed(
            [
                (
                    no, p.entry_no, p.account.id, p.lot.id if p.lot else None,
                    p.lot.no if p.lot and p.lot.id is None else None, p.amount, p.balance_after,
                )
                for no, p in enumerate(self.postings)
            ],
            7,
        )  # fmt: skip
        changed = [
            (a.id, a.balance - a.before, a.moved_to)
            for a in self.accounts.values()
            if a.balance != a.before or a.moved_to != a.moved_to_before
        ]
        parts.append(ACCOUNTS)
        parameters += _transposed(changed, 3)
        if drained := [
            (lot.id, lot.remaining - lot.before) for lot in self.lots.values() if lot.remaining != lot.before
        ]:
            parts.append(LOT_CHANGES)
            parameters += _transposed(drained, 2)
        return "WITH " + ",\n".join(parts) + "\nSELECT no, id FROM written", parameters

    def _write_moves(self, ids: dict[int, int]) -> None:
        fresh = [m for m in self.moved if m.id is None]
        changed = [m for m in self.moved if m.id is not None and m.before != (m.amount, m.is_open)]
        if not fresh and not changed:
            return
        numbers = self._new_lot_ids(ids)
        with connection.cursor() as cursor:
            if changed:
                cursor.execute(MOVED_CHANGES, _transposed([(m.id, m.amount, m.is_open) for m in changed], 3))
            if fresh:
                cursor.execute(
                    NEW_MOVED,
                    [
                        self.merchant_id,
                        *_transposed(
                            [
                                (
                                    m.move_id or ids[m.entry_no], m.from_account.id, m.to_account.id,
                                    _lot_id(m.from_lot, numbers), _lot_id(m.to_lot, numbers), m.amount, m.is_open,
                                )
                                for m in fresh
                            ],
                            7,
                        ),
                    ],
                )  # fmt: skip

    def _new_lot_ids(self, ids: dict[int, int]) -> dict[int, int]:
        # Ids are drawn in the order of the list: the lots of these entries, sorted, are ours.
        if not self.new_lots:
            return {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM ledger_lot WHERE entry_id = ANY(%s) ORDER BY id", [list(ids.values())])
            return {no: row[0] for no, row in enumerate(cursor.fetchall())}


ENTRIES = """e AS MATERIALIZED (
  SELECT nextval('ledger_entry_id_seq') AS id, u.*
    FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::jsonb[],
                %s::timestamptz[], %s::bigint[])
         AS u(no, key, fingerprint, kind, source_type, source_id, reason, detail, at, reverses_id)
)"""
WRITTEN = """entry AS (
  INSERT INTO ledger_entry (id, merchant_id, idempotency_key, fingerprint, kind, actor_kind, actor_id, actor_name,
                            source_type, source_id, reason, detail, at, reverses_id)
  SELECT e.id, %s::bigint, e.key, decode(e.fingerprint, 'hex'), e.kind, %s::text, %s::bigint, %s::text,
         e.source_type, e.source_id, e.reason, e.detail, e.at, e.reverses_id
    FROM e ORDER BY e.no
      ON CONFLICT (merchant_id, idempotency_key) DO NOTHING
  RETURNING id
), written AS (
  SELECT e.no, e.id FROM e JOIN entry USING (id)
){lots}"""
NEW_LOTS = """
  SELECT nextval('ledger_lot_id_seq') AS id, u.*
    FROM unnest(%s::int[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[],
                %s::timestamptz[])
         AS u(no, entry_no, account_id, granted, remaining, expires_at, origin, granted_at)
"""
INSERT_LOTS = """lot AS (
  INSERT INTO ledger_lot (id, merchant_id, account_id, entry_id, granted, remaining, expires_at, origin, granted_at)
  SELECT l.id, %s::bigint, l.account_id, written.id, l.granted, l.remaining, l.expires_at, l.origin, l.granted_at
    FROM l JOIN written ON written.no = l.entry_no
)"""
POSTINGS = """posting AS (
  INSERT INTO ledger_posting (merchant_id, entry_id, account_id, lot_id, amount, balance_after)
  SELECT %s::bigint, written.id, p.account_id, {lot_id}, p.amount, p.balance_after
    FROM unnest(%s::int[], %s::int[], %s::bigint[], %s::bigint[], %s::int[], %s::bigint[], %s::bigint[])
         AS p(no, entry_no, account_id, lot_id, lot_no, amount, balance_after)
    JOIN written ON written.no = p.entry_no {lots}
   ORDER BY p.no
)"""
ACCOUNTS = """account AS (
  UPDATE ledger_account a SET balance = a.balance + d.change, moved_to_id = d.moved_to
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS d(id, change, moved_to)
   WHERE a.id = d.id AND EXISTS (SELECT FROM written)
)"""
LOT_CHANGES = """drained AS (
  UPDATE ledger_lot t SET remaining = t.remaining + d.change
    FROM unnest(%s::bigint[], %s::bigint[]) AS d(id, change)
   WHERE t.id = d.id AND EXISTS (SELECT FROM written)
)"""
MOVED_CHANGES = """
UPDATE ledger_moved m SET amount = d.amount, is_open = d.is_open
  FROM unnest(%s::bigint[], %s::bigint[], %s::bool[]) AS d(id, amount, is_open) WHERE m.id = d.id
"""
NEW_MOVED = """
INSERT INTO ledger_moved
       (merchant_id, move_id, from_account_id, to_account_id, from_lot_id, to_lot_id, amount, is_open)
SELECT %s, d.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                           %s::bool[]) AS d
"""


def _transposed(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _columns(refs: list[Ref]) -> list[list[Any]]:
    return _transposed([(r.kind, r.unit, r.holder.type, r.holder.id, r.stripe) for r in refs], 5)


def _spending_order(lot: BookLot) -> tuple[bool, float, float, bool, int]:
    expires = lot.expires_at.timestamp() if lot.expires_at else 0.0
    return (lot.expires_at is None, expires, lot.granted_at.timestamp(), lot.id is None, lot.id or lot.no)


def _lot_id(lot: BookLot | None, new: dict[int, int]) -> int | None:
    return None if lot is None else lot.id or new[lot.no]


def _insufficient(account: BookAccount, available: int, wanted: int) -> Insufficient:
    return Insufficient(
        field="amount", available=available, wanted=wanted, unit=account.ref.unit, kind=account.ref.kind,
        holder=account.ref.holder,
    )  # fmt: skip
