"""What buyers ask back: cases with their lines, evidence and log, disputes about them, and the merchant's terms."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yutang.areas.aftersale.rules import BOUNDS, NO_REASON, OPEN, REASONS, Reason
from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Case(TenantModel):
    """One request about pieces of one order. Whose it is, the order says. Amounts in minor units of the order's
    currency."""

    class Kind(models.TextChoices):
        REFUND_ONLY = "refund_only", _("Refund only")
        RETURN_REFUND = "return_refund", _("Return and refund")
        EXCHANGE = "exchange", pgettext_lazy("after-sale", "Exchange")

    class State(models.TextChoices):
        ASKED = "asked", _("To be answered")
        REFUSED = "refused", _("Refused")
        SENDING = "sending", _("Buyer is to send it back")
        RETURNING = "returning", _("On its way back")
        RESENDING = "resending", _("Replacement to be shipped")
        DISPUTED = "disputed", _("Disputed")
        DONE = "done", pgettext_lazy("after-sale", "Done")
        CLOSED = "closed", pgettext_lazy("after-sale", "Closed")

    number = models.CharField(max_length=20)
    key = models.CharField(max_length=64)  # of the form it was asked with: sent twice, it is one case
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+", db_index=False)
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=14, choices=Kind)
    reason = models.CharField(max_length=20)  # rules.REASONS
    text = models.CharField(max_length=500, blank=True)
    is_unshipped = models.BooleanField(default=False)  # about pieces that never left
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    amount = models.BigIntegerField()  # asked for the goods: Σ of its lines
    freight = models.BigIntegerField(default=0)  # asked beside it
    offered = models.BigIntegerField(null=True)  # what a refusal offers instead
    agreed = models.BigIntegerField(null=True)  # what will be paid once the goods are back
    granted = models.BigIntegerField(default=0)  # what was paid
    deadline_at = models.DateTimeField(null=True)  # then it goes on by itself (rules.STEPS); null: nobody is waited for
    version = models.IntegerField(default=1)  # counts every step
    return_address = models.CharField(max_length=300, blank=True)  # as it stood when the return was agreed
    carrier = models.CharField(max_length=40, blank=True)
    tracking_no = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    is_received_late = models.BooleanField(default=False)  # by itself, because nobody did in time
    sku_id = models.BigIntegerField(null=True)  # exchange: what the buyer gets
    hold_key = models.CharField(max_length=80, blank=True)  # exchange: what is held for the buyer, and where
    hold_node_id = models.BigIntegerField(null=True)
    replacement = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    is_ruled = models.BooleanField(default=False)  # after a ruling nothing is refused any more
    is_overturned = models.BooleanField(default=False)  # it was refused, and a ruling gave the buyer something
    closed_because = models.CharField(max_length=20, blank=True)  # refunded, exchanged, withdrawn, not_sent …
    opened_by = models.CharField(max_length=200)
    opened_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True)  # for the first time
    refused_at = models.DateTimeField(null=True)  # for the first time
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "number"], name="case_number_unique"),
            models.UniqueConstraint(fields=["merchant", "key"], name="case_once"),
            models.CheckConstraint(condition=Q(amount__gte=0, freight__gte=0, granted__gte=0), name="case_amounts"),
            # Paying more than was asked is never right, and an open case is never forgotten.
            models.CheckConstraint(
                condition=Q(granted__lte=models.F("amount") + models.F("freight")), name="case_granted_asked"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, deadline_at__isnull=False)
                | Q(state__in=("done", "closed"), deadline_at__isnull=True),
                name="case_open_has_deadline",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="case_newest"),
            models.Index(fields=["merchant", "order"], name="case_of_order"),
            models.Index(
                fields=["merchant", "replacement"], condition=Q(replacement__isnull=False), name="case_by_new"
            ),
            models.Index(fields=["merchant", "node", "-id"], name="case_of_store"),
            models.Index(fields=["merchant", "opened_at", "node"], name="case_by_day"),
            models.Index(fields=["merchant", "tracking_no"], condition=~Q(tracking_no=""), name="case_by_tracking"),
            # What waits for somebody is little of a million.
            models.Index(fields=["merchant", "deadline_at", "id"], condition=Q(state__in=OPEN), name="case_due"),
            models.Index(fields=["merchant", "state", "-id"], condition=Q(state="closed"), name="case_closed"),
            models.Index(
                fields=["merchant", "state", "deadline_at", "id"], condition=Q(state__in=OPEN), name="case_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None

    @property
    def asked(self) -> int:
        """Goods and freight."""
        return self.amount + self.freight

    @property
    def why(self) -> Reason:
        return REASONS[self.reason]


class CaseLine(TenantModel):
    """Pieces of one order item."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.SmallIntegerField()
    pieces = models.IntegerField()
    amount = models.BigIntegerField()  # asked for them; of an exchange, what they are worth

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "case", "position"], name="case_line_once"),
            models.CheckConstraint(condition=Q(pieces__gt=0, amount__gte=0), name="case_line_sane"),
        ]


class CasePicture(TenantModel):
    """Evidence. The files lie under the hash of the upload on a shelf of their own, which no public address reaches."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    side = models.CharField(max_length=8)  # rules.Side
    by = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "case", "digest", "side"], name="case_picture_once")]
        indexes = [models.Index(fields=["merchant", "digest"], name="case_picture_by_digest")]


class CaseStep(TenantModel):
    """The log of a case: who, when, what. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=20)  # an action of rules.STEPS, or opened, evidence, noted …
    side = models.CharField(max_length=8)
    state = models.CharField(max_length=10)  # the case's after it
    detail = models.JSONField(default=dict)
    by = models.CharField(max_length=200)
    by_id = models.BigIntegerField(null=True)  # of the account; null: no colleague
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["merchant", "case", "id"], name="case_step_of_case")]


class Dispute(TenantModel):
    """A case that the two sides cannot settle: evidence of both, then a ruling that acts."""

    class State(models.TextChoices):
        EVIDENCE = "evidence", _("Collecting evidence")
        RULING = "ruling", _("Waits for a ruling")
        RULED = "ruled", _("Ruled")
        DROPPED = "dropped", _("Dropped")

    class Ruling(models.TextChoices):
        BUYER = "buyer", _("For the buyer")
        MERCHANT = "merchant", _("For the shop")
        SPLIT = "split", _("Split")

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="dispute")
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_by = models.CharField(max_length=8)  # rules.Side
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.EVIDENCE)
    evidence_until = models.DateTimeField()
    opened_at = models.DateTimeField(default=clock.now)
    ruling = models.CharField(max_length=8, choices=Ruling, blank=True)
    amount = models.BigIntegerField(null=True)  # what the ruling grants
    text = models.CharField(max_length=500, blank=True)  # why
    ruled_by = models.CharField(max_length=200, blank=True)
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-id"], name="dispute_newest"),
            models.Index(fields=["merchant", "state", "-id"], name="dispute_by_state"),
            models.Index(fields=["merchant", "node", "-id"], name="dispute_of_store"),
        ]


class Terms(TenantModel):
    """Where goods go back to, and how long each side has (rules.BOUNDS). One row; without it the defaults hold."""

    answer_hours = models.SmallIntegerField(default=BOUNDS["answer_hours"].default)
    cancel_hours = models.SmallIntegerField(default=BOUNDS["cancel_hours"].default)  # to answer about unshipped pieces
    send_days = models.SmallIntegerField(default=BOUNDS["send_days"].default)
    receive_days = models.SmallIntegerField(default=BOUNDS["receive_days"].default)
    appeal_days = models.SmallIntegerField(default=BOUNDS["appeal_days"].default)
    resend_days = models.SmallIntegerField(default=BOUNDS["resend_days"].default)
    evidence_days = models.SmallIntegerField(default=BOUNDS["evidence_days"].default)
    rule_days = models.SmallIntegerField(default=BOUNDS["rule_days"].default)
    quality_days = models.SmallIntegerField(default=BOUNDS["quality_days"].default)  # to complain of a fault
    return_name = models.CharField(max_length=60, blank=True)
    return_phone = models.CharField(max_length=30, blank=True)
    return_address = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="terms_once")]

    def span(self, term: str, *, is_unshipped: bool = False) -> timedelta:
        """How long a deadline of rules.STEPS is."""
        if term == "answer_hours":
            return timedelta(hours=self.cancel_hours if is_unshipped else self.answer_hours)
        return timedelta(days=getattr(self, term))

    @property
    def return_to(self) -> str:
        """The address in one line."""
        return " ".join(filter(None, [self.return_name, self.return_phone, self.return_address]))


class Promise(TenantModel):
    """In how many days after receipt a kind of product may be sent back without a reason (rules.NO_REASON)."""

    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in NO_REASON])
    no_reason_days = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "kind"], name="promise_once"),
            models.CheckConstraint(condition=Q(no_reason_days__gte=0), name="promise_days"),
        ]
