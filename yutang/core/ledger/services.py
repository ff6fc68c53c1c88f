"""All writes to the ledger. Call inside `tenancy.scope`; a refused entry writes nothing and leaves the scope usable."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from yutang.core import clock
from yutang.core.ledger import kinds
from yutang.core.ledger.book import Book
from yutang.core.ledger.errors import AlreadyReversed, IdempotencyConflict, Insufficient, UnknownEntry
from yutang.core.ledger.lines import MERCHANT, Draft, Holder, Line, fingerprint
from yutang.core.ledger.models import Account, Entry, Lot, Moved, Posting
from yutang.core.ledger.planned import BookAccount, BookLot, PlannedEntry, Ref, ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from yutang.core.access import Actor

MOVE = "ledger.move"
MOVE_BACK = "ledger.move_back"
EXPIRE = "ledger.expire"


def post(
    *,
    key: str,
    kind: str,
    lines: Sequence[Line],
    source: tuple[str, int] | None = None,
    reason: str = "",
    at: datetime | None = None,
    detail: dict[str, Any] | None = None,
    actor: Actor,
) -> Entry:
    """One entry; its lines sum to zero in every unit. Accounts are made at first use.

    Repeating a key with the same kind, lines and source returns the earlier entry; with others it raises
    IdempotencyConflict (`ledger.idempotency_conflict`). Insufficient (`ledger.insufficient`, with `available`) when an
    account would fall below its floor or its unexpired lots do not reach. A line on an account whose balance was
    moved goes to where it moved. Three statements."""
    draft = Draft(key, kind, tuple(lines), source, reason, at, detail or {})
    return post_many(drafts=[draft], actor=actor)[0]


def lock_accounts(*, accounts: Iterable[tuple[str, str, Holder]], actor: Actor) -> None:
    """Locks (kind, unit, holder), none of them striped, until the transaction ends: for who books on them only after
    taking other locks that come later for everybody else. Made where they do not exist yet."""
    Book(actor=actor).lock(ref(kind, unit, holder, "") for kind, unit, holder in accounts)


def post_many(*, drafts: Sequence[Draft], actor: Actor) -> list[Entry]:
    """Many entries, all or none, in their order, in the same few statements as one. Errors as for `post`.

    Whatever books several entries in one transaction should use this: all accounts are locked at once, in id order."""
    for draft in drafts:
        draft.check()
    if not drafts:
        return []
    fingerprints: dict[str, bytes] = {}
    for draft in drafts:
        if fingerprints.setdefault(draft.key, draft.fingerprint()) != draft.fingerprint():
            raise IdempotencyConflict(field="key", key=draft.key)
    book = Book(actor=actor)
    book.lock(_ref(line, draft) for draft in drafts for line in draft.lines)
    spending = {book.account(_ref(line, draft)).id for draft in drafts for line in draft.lines if line.amount < 0}
    done = book.known_with_lots(fingerprints, spending)
    fresh = {draft.key: draft for draft in drafts if draft.key not in done}
    for draft in fresh.values():
        at = draft.at or clock.now()
        book.begin(
            PlannedEntry(draft.key, draft.kind, fingerprints[draft.key], at, draft.source, draft.reason, draft.detail)
        )
        for line in draft.lines:
            account = book.account(_ref(line, draft))
            if line.amount < 0:
                book.spend(account, -line.amount, at=at, origin=line.origin)
            elif account.has_lots:
                book.grant(account, line.amount, expires_at=line.expires_at, origin=line.origin, granted_at=at)
            else:
                book.book(account, line.amount)
        book.check()
    done |= {entry.idempotency_key: entry for entry in _write(book)}
    return [done[draft.key] for draft in drafts]


def reverse(
    *,
    entry_id: int,
    key: str,
    amount: int | None = None,
    expired_until: datetime | None = None,
    at: datetime | None = None,
    reason: str = "",
    actor: Actor,
) -> Entry:
    """The opposite of what is left of an entry, or of `amount` of it where it moved value between two accounts.

    What had been spent returns to the very lots it was taken from, the last taken first. A lot that expired meanwhile
    takes it back all the same and the next expiry run takes it out; with `expired_until` it goes into a new lot of the
    same origin that expires then. What had been granted is taken from the lot it made and, as far as that was spent,
    from the account's other lots. Balances that were moved since are found where they are.

    UnknownEntry, also for a move, which `move_back` takes back; AlreadyReversed (`available`: how much can still be
    reversed); Insufficient."""
    meaning = fingerprint("reverse", entry_id, amount, expired_until.timestamp() if expired_until else None)
    original = Entry.objects.filter(pk=entry_id, merchant_id=actor.merchant_id).first()
    if original is None or original.kind in (MOVE, MOVE_BACK):
        raise UnknownEntry(field="entry", entry=entry_id)
    postings = list(
        Posting.objects.filter(entry_id=entry_id).order_by("-id").values_list("account_id", "amount", "lot_id")
    )
    book = Book(actor=actor)
    book.lock_ids(account_id for account_id, _, _ in postings)
    if earlier := book.known({key: meaning}):
        return earlier[key]
    book.load_lots(book.accounts, {lot_id for _, _, lot_id in postings if lot_id})
    if any(account.moved_to for account in book.accounts.values()):
        book.load_moved()

    at = at or clock.now()
    part = _part(postings, amount, _reversed_so_far(entry_id))
    detail = {"reversed": sum(value for _, value, _ in part if value > 0)}
    kind = f"{original.kind}.reverse"
    book.begin(PlannedEntry(key, kind, meaning, at, _source(original), reason, detail, entry_id))
    for account_id, value, lot_id in part:
        account, lot = book.accounts[account_id], book.lots[lot_id] if lot_id else None
        if value > 0:
            _take_back(book, account, value, lot, at=at)
        else:
            _give_back(book, account, -value, lot, at=at, expired_until=expired_until)
    book.check()
    return _write(book)[0]


def expire_due(*, now: datetime, limit: int = 1000, actor: Actor) -> int:
    """Books out lots expired by `now`, about `limit` at once, one entry per account; how many it were.

    Repeat until 0. Harmless when run twice or beside spending: what a lot still holds is read under the lock."""
    due = list(
        Lot.objects.filter(merchant_id=actor.merchant_id, expires_at__lte=now, remaining__gt=0)
        .order_by("expires_at", "id")
        .values_list("id", "account_id")[:limit]
    )
    if not due:
        return 0
    book = Book(actor=actor)
    run = uuid.uuid4().hex
    keys = {account_id: f"expire:{account_id}:{run}" for _, account_id in due}
    accounts = {a.pk: a for a in Account.objects.filter(pk__in=keys)}
    # Both sides in one lock statement: the accounts that lose and the merchant's that receive.
    losing = {pk: Ref(a.kind, a.unit, Holder(a.holder_type, a.holder_id), a.stripe) for pk, a in accounts.items()}
    gaining = {pk: _expiry_ref(losing[pk], keys[pk]) for pk in losing}
    book.lock([*losing.values(), *gaining.values()])
    book.load_lots(losing)
    count = 0
    for account_id in sorted(losing):
        lots = [x for x in book.lots_of[account_id] if x.remaining and x.expires_at and x.expires_at <= now]
        if not lots:
            continue
        count += len(lots)
        book.begin(PlannedEntry(keys[account_id], EXPIRE, fingerprint(keys[account_id]), now))
        total = sum(lot.remaining for lot in lots)
        for lot in lots:
            book.book(book.accounts[account_id], -lot.remaining, lot)
        book.book(book.account(gaining[account_id]), total)
    _write(book)
    return count


def move_holder(
    *, from_holder: Holder, to_holder: Holder, key: str, at: datetime | None = None, reason: str = "", actor: Actor
) -> Entry:
    """Moves every balance of one holder to another, lot by lot; lots keep expiry, origin and time of grant.

    From then on, lines on the old accounts go to the new ones. AlreadyMoved (`ledger.already_moved`) when the old
    holder's balances are elsewhere already, or when the new holder's would come round to itself."""
    meaning = fingerprint("move", from_holder.type, from_holder.id, to_holder.type, to_holder.id)
    if from_holder == to_holder or from_holder.type != to_holder.type:
        raise ValueError("a move needs two holders of one type")
    held = Account.objects.filter(
        merchant_id=actor.merchant_id, holder_type=from_holder.type, holder_id=from_holder.id
    ).values_list("kind", "unit", "stripe")
    pairs = [(Ref(k, u, from_holder, s), Ref(k, u, to_holder, s)) for k, u, s in held.order_by("id")]
    book = Book(actor=actor)
    book.lock(named for pair in pairs for named in pair)
    if earlier := book.known({key: meaning}):
        return earlier[key]
    book.load_lots(book.accounts)
    book.load_moved()
    book.begin(
        PlannedEntry(key, MOVE, meaning, at or clock.now(), (from_holder.type, from_holder.id), reason, {})
    )  # fmt: skip
    for old, new in pairs:
        book.move_out(book.by_ref[old], book.by_ref[new])
    return _write(book)[0]


def move_back(*, key: str, at: datetime | None = None, reason: str = "", actor: Actor) -> Entry:
    """Takes back the move posted under `key`: every lot and balance returns as far as it is still there, also from
    where later moves carried it; moves may be taken back in any order.

    `detail["shortfall"]` of the entry lists what was spent meanwhile: [{"kind", "unit", "amount"}]. Repeating it
    returns the same entry. UnknownEntry when there was no such move."""
    move = Entry.objects.filter(merchant_id=actor.merchant_id, idempotency_key=key, kind=MOVE).first()
    if move is None:
        raise UnknownEntry(field="key", entry=key)
    back_key, meaning = f"{key}:back", fingerprint("move_back", move.pk)
    book = Book(actor=actor)
    sides = Moved.objects.filter(move_id=move.pk, from_lot=None).values_list("from_account_id", "to_account_id")
    book.lock_ids(account_id for pair in sides for account_id in pair)
    if earlier := book.known({back_key: meaning}):
        return earlier[back_key]
    book.load_lots(book.accounts)
    book.load_moved()

    planned = PlannedEntry(back_key, MOVE_BACK, meaning, at or clock.now(), _source(move), reason, {}, move.pk)
    book.begin(planned)
    short: dict[tuple[str, str], int] = {}
    for moved in [m for m in book.moved if m.move_id == move.pk]:
        if moved.amount:
            book.fetch(moved, moved.amount)
        if moved.amount:
            named = moved.from_account.ref
            short[named.kind, named.unit] = short.get((named.kind, named.unit), 0) + moved.amount
        moved.is_open = False
        moved.from_account.moved_to = None
    planned.detail["shortfall"] = [
        {"kind": kind, "unit": unit, "amount": amount} for (kind, unit), amount in sorted(short.items())
    ]
    book.check()
    return _write(book)[0]


# -- parts -------------------------------------------------------------------------------------------------------------


def _write(book: Book) -> list[Entry]:
    if not book.entries:
        return []
    # One entry is one statement and fails whole; several, or moves, need a savepoint for that.
    with transaction.atomic() if len(book.entries) > 1 or book.moved else nullcontext():
        return book.write()


def _ref(line: Line, draft: Draft) -> Ref:
    return ref(line.kind, line.account_unit, line.holder, draft.key)


def _expiry_ref(losing: Ref, key: str) -> Ref:
    target = kinds.kind_of(losing.kind).expires_to
    assert target is not None  # kinds with lots name one
    return ref(target, losing.unit, MERCHANT, key)


def _source(entry: Entry) -> tuple[str, int] | None:
    return (entry.source_type, entry.source_id) if entry.source_id is not None else None


def _reversed_so_far(entry_id: int) -> int:
    """How much earlier reversals took back, counted on the side that gave."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(sum((e.detail->>'reversed')::bigint), 0) FROM ledger_entry e WHERE e.reverses_id = %s",
            [entry_id],
        )
        return int(cursor.fetchone()[0])


def _take_back(book: Book, account: BookAccount, amount: int, lot: BookLot | None, *, at: datetime) -> None:
    """Takes what an entry had given: from its own lot, from where that was moved, then from what else is there."""
    if lot is None:
        book.book(account, -amount)
        book.carry(account, -amount)
        return
    if lot.remaining < amount:
        book.fetch_lot(lot, amount - lot.remaining)
    own = min(lot.remaining, amount)
    book.book(account, -own, lot)
    if own == amount:
        return
    try:
        book.spend(book.root(account), amount - own, at=at)
    except Insufficient as error:
        raise Insufficient(
            field="amount", **{**error.params, "available": own + error.params["available"], "wanted": amount}
        ) from error


def _give_back(
    book: Book, account: BookAccount, amount: int, lot: BookLot | None, *, at: datetime, expired_until: datetime | None
) -> None:
    """Gives what an entry had taken: into the lot it came from, and on to where that was moved."""
    if lot is None or lot.expires_at is None or lot.expires_at > at or expired_until is None:
        book.book(account, amount, lot)
    else:
        lot = book.grant(account, amount, expires_at=expired_until, origin=lot.origin, granted_at=lot.granted_at)
    book.carry(account, amount, lot)


def _part(
    postings: Sequence[tuple[int, int, int | None]], amount: int | None, done: int
) -> Sequence[tuple[int, int, int | None]]:
    """The (account, value, lot) to undo, last posting first: `amount` (None: all) per side after the first `done`."""
    whole = sum(value for _, value, _ in postings if value > 0)
    wanted = whole - done if amount is None else amount
    if wanted <= 0 or done + wanted > whole:
        raise AlreadyReversed(field="amount", available=whole - done)
    if wanted == whole:
        return postings
    if len({account for account, _, _ in postings}) != 2:
        raise ValueError("only an entry between two accounts can be reversed in part")
    part = []
    for sign in (-1, 1):
        skip, take = done, wanted
        for account, value, lot in postings:
            size = sign * value
            if size <= 0:
                continue
            skipped = min(skip, size)
            taken = min(take, size - skipped)
            skip, take = skip - skipped, take - taken
            if taken:
                part.append((account, sign * taken, lot))
    return part


__all__ = [
    "MERCHANT", "Draft", "Holder", "Line", "expire_due", "move_back", "move_holder", "post", "post_many", "reverse",
]  # fmt: skip
