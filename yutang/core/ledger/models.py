"""Accounts, the entries between them, and lots. Rows are written by `services` only; the engine is in `book.py`."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yutang.core import clock
from yutang.core.tenancy import CurrentTransaction, TenantModel


class Account(TenantModel):
    """A balance somebody holds. Positive is what the holder has: customers' balances are positive, the merchant's
    counter-accounts negative, and all of one unit sum to zero."""

    kind = models.CharField(max_length=60)
    unit = models.CharField(max_length=20)  # "CNY" (minor units), "points", …
    holder_type = models.CharField(max_length=20)
    holder_id = models.BigIntegerField()  # 0 for the merchant itself
    stripe = models.SmallIntegerField(default=0)
    balance = models.BigIntegerField(default=0)  # cached sum of the postings
    floor = models.BigIntegerField(null=True, default=0)  # null: may be negative
    moved_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "holder_type", "holder_id", "kind", "unit", "stripe"], name="ledger_account_unique"
            ),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(balance__gte=F("floor")), name="ledger_account_floor"
            ),
        ]
        indexes = [models.Index(fields=["merchant", "kind", "unit"], name="ledger_account_kind")]


class Entry(TenantModel):
    """One balanced booking. Append-only: corrections are further entries."""

    idempotency_key = models.CharField(max_length=200)
    fingerprint = models.BinaryField(max_length=16)  # of the content: the same key must mean the same thing
    kind = models.CharField(max_length=60)  # "points.earn", …
    actor_kind = models.CharField(max_length=20)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    source_type = models.CharField(max_length=40, blank=True)
    source_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "idempotency_key"], name="ledger_entry_once")]
        indexes = [
            models.Index(fields=["merchant", "source_type", "source_id"], name="ledger_entry_source"),
            models.Index(fields=["merchant", "at"], name="ledger_entry_at"),
            models.Index(fields=["reverses"], condition=Q(reverses__isnull=False), name="ledger_entry_reverses"),
        ]


class Lot(TenantModel):
    """A part of an account that was granted together and expires together. `remaining` is its cached sum."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    granted = models.BigIntegerField()
    remaining = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)  # the first instant at which it can no longer be spent
    origin = models.CharField(max_length=40, blank=True)  # "principal", "gift", "order", …
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(remaining__gte=0) & Q(remaining__lte=F("granted")), name="ledger_lot_within_grant"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "expires_at", "granted_at", "id"],
                condition=Q(remaining__gt=0),
                name="ledger_lot_spending",
            ),
            models.Index(
                fields=["merchant", "expires_at", "id"],
                condition=Q(remaining__gt=0, expires_at__isnull=False),
                name="ledger_lot_due",
            ),
        ]


class Posting(TenantModel):
    """What an entry added to (+) or took from (−) one account, and from which lot. Append-only."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    xid = models.BigIntegerField(editable=False, db_default=CurrentTransaction())

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="ledger_posting_not_zero")]
        indexes = [
            models.Index(fields=["merchant", "entry", "id"], name="ledger_posting_entry"),
            models.Index(fields=["merchant", "account", "-id"], name="ledger_posting_account"),
            models.Index(fields=["merchant", "xid"], name="ledger_posting_xid"),
        ]


class Moved(TenantModel):
    """What a move of a holder's balances carried from one account (lot by lot) to another and has not gone home yet.

    An account without lots has one row per move, also for zero: later corrections travel the same way. An account with
    lots has one row per lot besides."""

    move = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    from_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    from_lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    to_lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    is_open = models.BooleanField(default=True)  # false once the move was taken back

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_lot__isnull=True, to_lot__isnull=True)
                | Q(from_lot__isnull=False, to_lot__isnull=False, amount__gte=0),
                name="ledger_moved_lot_pair",
            ),
            models.UniqueConstraint(
                fields=["from_account"], condition=Q(is_open=True, from_lot__isnull=True), name="ledger_moved_once"
            ),
        ]
        indexes = [
            models.Index(fields=["move"], name="ledger_moved_move"),
            models.Index(fields=["from_account"], condition=Q(is_open=True), name="ledger_moved_open"),
        ]


class AuditRun(TenantModel):
    """One proof that everything adds up, nightly or when somebody asked for it."""

    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)  # null: still to be done
    by = models.CharField(max_length=200)
    found = models.JSONField(default=list)  # [{"what", "id", "expected", "found"}], the first `MOST_FOUND`
    found_count = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-id"], name="ledger_audit_newest"),
            models.Index(fields=["merchant"], condition=Q(finished_at__isnull=True), name="ledger_audit_open"),
        ]
