"""Money in and money back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class ProviderAccount(TenantModel):
    """The merchant's account with a provider. What opens it is sealed; the provider alone reads it."""

    provider = models.CharField(max_length=20)
    account_no = models.CharField(max_length=64)  # what the provider calls the merchant; shown
    methods = models.JSONField(default=list)  # the ways that buyers are offered, in their order
    is_active = models.BooleanField(default=True)  # else no new payments; old ones are still asked about
    sealed = models.BinaryField()  # core.crypto, JSON of the provider's fields
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "provider"], name="provider_account_once")]


class Tender(TenantModel):
    """One way of paying a payable or a part of it. Amounts in minor units of `currency`."""

    class State(models.TextChoices):
        STARTED = "started", _("Waiting for the money")
        PAID = "paid", _("Paid")
        CLOSED = "closed", _("Closed")

    no = models.CharField(max_length=32)  # our number at the provider
    payable_type = models.CharField(max_length=20)
    payable_id = models.BigIntegerField()
    provider = models.CharField(max_length=20)
    method = models.CharField(max_length=20, blank=True)  # the provider's way: jsapi, h5, native, wap, page …
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State, default=State.STARTED)
    provider_no = models.CharField(max_length=64, blank=True)  # the provider's number, once paid
    client = models.JSONField(default=dict)  # what the buyer's browser needs to pay
    refunded_amount = models.BigIntegerField(default=0)  # Σ of its refunds that did not fail
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # when the provider was last asked about it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "no"], name="tender_no_unique"),
            models.UniqueConstraint(
                fields=["merchant", "provider", "provider_no"], condition=~Q(provider_no=""), name="tender_money_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="tender_amount_positive"),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=F("amount")), name="tender_refund_within"
            ),
            models.CheckConstraint(condition=Q(refunded_amount=0) | Q(state="paid"), name="tender_refund_of_paid"),
        ]
        indexes = [
            models.Index(fields=["merchant", "payable_type", "payable_id"], name="tender_of_payable"),
            models.Index(fields=["merchant", "created_at"], condition=Q(state="started"), name="tender_waiting"),
            models.Index(fields=["merchant", "-id"], name="tender_newest"),
            models.Index(fields=["merchant", "provider", "paid_at"], condition=Q(state="paid"), name="tender_of_day"),
        ]


class Refund(TenantModel):
    """Money of one tender on its way back; its `key` makes a repeat harmless."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("To be sent")
        PROCESSING = "processing", _("On its way")
        SUCCEEDED = "succeeded", _("Refunded")
        FAILED = "failed", _("Refund failed")

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="refunds", db_index=False)
    no = models.CharField(max_length=32)
    key = models.CharField(max_length=120)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    provider_no = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=200, blank=True)
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    asked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "no"], name="refund_no_unique"),
            models.UniqueConstraint(fields=["merchant", "key"], name="refund_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["tender", "id"], name="refund_of_tender"),
            models.Index(
                fields=["merchant", "created_at"],
                condition=Q(state__in=["requested", "processing"]),
                name="refund_open",
            ),
            models.Index(fields=["merchant", "finished_at"], condition=Q(state="succeeded"), name="refund_of_day"),
        ]


class Shift(TenantModel):
    """A cashier's drawer, from the float to the count. Amounts in minor units of `currency`."""

    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    user_id = models.BigIntegerField()
    by = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    opening = models.BigIntegerField()  # the float
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    expected = models.BigIntegerField(null=True)  # the float and what moved since, fixed when it closes
    counted = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "user_id"], condition=Q(closed_at__isnull=True), name="shift_one_open"
            ),
            models.CheckConstraint(condition=Q(opening__gte=0), name="shift_float_sane"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, counted__isnull=True, expected__isnull=True)
                | Q(closed_at__isnull=False, counted__isnull=False, expected__isnull=False),
                name="shift_closed_with_count",
            ),
        ]
        indexes = [models.Index(fields=["merchant", "node", "-id"], name="shift_of_node")]

    @property
    def difference(self) -> int | None:
        """What is too much in the drawer; below zero: what is missing."""
        return None if self.counted is None or self.expected is None else self.counted - self.expected


class CashMove(TenantModel):
    """Money into a drawer or out of it. Append-only; `key` makes a repeat harmless."""

    class Kind(models.TextChoices):
        SALE = "sale", _("Sale")
        REFUND = "refund", _("Refund")
        IN = "in", _("Put in")
        OUT = "out", _("Taken out")

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="moves", db_index=False)
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=6, choices=Kind)
    amount = models.BigIntegerField()  # signed
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    given = models.BigIntegerField(null=True)  # what the buyer put on the counter; the rest went back as change
    reason = models.CharField(max_length=80, blank=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="cash_move_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["sale", "in"], amount__gt=0) | Q(kind__in=["refund", "out"], amount__lt=0),
                name="cash_move_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "shift", "-id"], name="cash_move_of_shift"),
            models.Index(fields=["merchant", "tender"], condition=Q(tender__isnull=False), name="cash_move_of_tender"),
        ]


class Notice(TenantModel):
    """What a provider told us and what came of it. Kept: a dispute about money begins here."""

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("Applied")
        REPEATED = "repeated", _("Already known")
        UNKNOWN = "unknown", _("Nothing of ours")
        AMOUNT_DIFFERS = "amount_differs", _("The amount differs")

    provider = models.CharField(max_length=20)
    key = models.CharField(max_length=120)  # the provider's number of the notice
    no = models.CharField(max_length=64)  # of the tender or refund it speaks of
    body = models.JSONField(default=dict)
    outcome = models.CharField(max_length=16, choices=Outcome)
    times = models.IntegerField(default=1)
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "provider", "key"], name="notice_once")]
        indexes = [models.Index(fields=["merchant", "-id"], name="notice_newest")]


class BillDay(TenantModel):
    """One day of a provider's bill: what the provider says moved, beside what we know. Amounts in minor units."""

    class State(models.TextChoices):
        WAITING = "waiting", _("No bill yet")
        COMPARED = "compared", _("Compared")

    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()  # as the provider counts days
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    tried_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)  # of the last try
    entry_count = models.IntegerField(default=0)
    matched_count = models.IntegerField(default=0)
    difference_count = models.IntegerField(default=0)
    paid_amount = models.BigIntegerField(default=0)  # Σ payments of the bill
    refunded_amount = models.BigIntegerField(default=0)  # Σ refunds of the bill
    fee_amount = models.BigIntegerField(default=0)  # what the provider kept, less what it gave back

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "account", "day"], name="billday_once")]
        indexes = [models.Index(fields=["merchant", "-day", "-id"], name="billday_newest")]


class About(models.TextChoices):
    PAYMENT = "payment", _("Payment")
    REFUND = "refund", _("Refund")


class BillEntry(TenantModel):
    """A line of a bill."""

    bill = models.ForeignKey(BillDay, on_delete=models.CASCADE, related_name="entries", db_index=False)
    about = models.CharField(max_length=8, choices=About)
    no = models.CharField(max_length=64)  # our number of the tender or the refund
    provider_no = models.CharField(max_length=64, blank=True)
    amount = models.BigIntegerField()  # positive, of a refund too
    currency = models.CharField(max_length=3)
    fee = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["bill", "about", "no"], name="billentry_of_bill"),
            models.Index(fields=["merchant", "about", "no"], name="billentry_by_no"),
        ]


class Difference(TenantModel):
    """Where a bill and our books say different things. An amount is empty where that side has nothing on that day."""

    class Kind(models.TextChoices):
        AMOUNT_DIFFERS = "amount_differs", _("The amount differs")
        ONLY_OURS = "only_ours", _("Only in our books")
        ONLY_THEIRS = "only_theirs", _("Only in the bill")
        REFUND_MISMATCH = "refund_mismatch", _("The refund went otherwise")
        OTHER_DAY = "other_day", _("On another day")

    bill = models.ForeignKey(BillDay, on_delete=models.CASCADE, related_name="differences", db_index=False)
    kind = models.CharField(max_length=16, choices=Kind)
    about = models.CharField(max_length=8, choices=About)
    no = models.CharField(max_length=64)
    provider_no = models.CharField(max_length=64, blank=True)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    our_amount = models.BigIntegerField(null=True)
    their_amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()  # theirs, or ours where they have none

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "bill", "id"], name="difference_of_bill"),
            models.Index(fields=["merchant", "-id"], name="difference_newest"),
        ]
