"""Paid membership cards: what is sold, who has one until when, and the codes that open one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from yutang.areas.customers.models import unchecked_merchant
from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Plan(TenantModel):
    """A card as it is sold. `price` in minor units of the merchant's currency."""

    class Months(models.IntegerChoices):
        MONTH = 1, _("One month")
        QUARTER = 3, _("Three months")
        YEAR = 12, _("One year")

    name = models.CharField(max_length=40)
    months = models.SmallIntegerField(choices=Months)
    price = models.BigIntegerField()
    benefits = models.JSONField(default=dict)  # benefits.Benefits
    free_freights = models.SmallIntegerField(default=0)  # uses a month
    is_on_sale = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0, free_freights__gte=0, months__gt=0), name="plan_sane")
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="plan_newest")]

    def __str__(self) -> str:
        return self.name


class CodeBatch(TenantModel):
    """Activation codes of a plan. They are made when they are exported, once; only their digests stay."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    count = models.IntegerField()
    note = models.CharField(max_length=120, blank=True)
    valid_until = models.DateField(null=True)  # the last day on which they open a card
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    exported_at = models.DateTimeField(null=True)
    exported_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(count__gt=0), name="code_batch_sane")]
        indexes = [models.Index(fields=["merchant", "-id"], name="code_batch_newest")]


class Card(TenantModel):
    """A plan for a stretch of time: a renewal is a further row that begins where the last one ends. Also what is paid
    for (payable "card"). `amount` in minor units of `currency`, 0 where it was given."""

    class State(models.TextChoices):
        UNPAID = "unpaid", _("Waiting for payment")
        GIFT = "gift", _("Waiting to be accepted")
        ACTIVE = "active", _("Active")
        REFUNDED = "refunded", _("Refunded")
        CLOSED = "closed", _("Closed")

    class Source(models.TextChoices):
        BOUGHT = "bought", _("Bought")
        CODE = "code", _("Activation code")
        REWARD = "reward", _("Reward")
        STAFF = "staff", _("Given by staff")

    merchant = unchecked_merchant()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    # Of a gift: who bought it, and keeps the bill. The holder is the customer.
    buyer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    home_buyer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=6, choices=Source)
    state = models.CharField(max_length=8, choices=State)
    key = models.CharField(max_length=160)  # of the purchase, code or reward: a repeat is the same card
    amount = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    months = models.SmallIntegerField(null=True)  # as the plan was when it was sold; null: given for days
    is_gift = models.BooleanField(default=False)
    gift_code = models.CharField(max_length=40, null=True)  # what the link of a gift carries
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True)  # unpaid until then, it closes by itself
    paid_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    refunded_amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="card_once"),
            models.UniqueConstraint(
                fields=["merchant", "gift_code"], condition=Q(gift_code__isnull=False), name="card_gift_code_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, refunded_amount__gte=0, refunded_amount__lte=F("amount")),
                name="card_amounts",
            ),
            models.CheckConstraint(
                condition=Q(state="active", starts_at__isnull=False, ends_at__gt=F("starts_at")) | ~Q(state="active"),
                name="card_active_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "customer", "-ends_at", "-id"], name="card_of_customer"),
            models.Index(fields=["merchant", "home_customer"], name="card_of_home"),
            models.Index(fields=["merchant", "buyer", "-id"], condition=Q(buyer__isnull=False), name="card_of_buyer"),
            models.Index(fields=["merchant", "-id"], name="card_newest"),
            models.Index(fields=["merchant", "ends_at", "id"], condition=Q(state="active"), name="card_ending"),
            models.Index(fields=["merchant", "expires_at"], condition=Q(state="unpaid"), name="card_unpaid"),
        ]

    @property
    def stage(self) -> str:
        """The state; of an active card also "ahead" and "over": its time has not begun, or has passed."""
        if self.state != self.State.ACTIVE or self.starts_at is None or self.ends_at is None:
            return str(self.state)
        now = clock.now()
        return "ahead" if self.starts_at > now else "over" if self.ends_at <= now else str(self.state)

    @property
    def stage_label(self) -> str:
        own = {
            "active": pgettext("card", "Active"),
            "ahead": pgettext("card", "Not begun"),
            "over": pgettext("card", "Ended"),
        }
        return own.get(self.stage) or str(self.get_state_display())


class CardCode(TenantModel):
    """An activation code, known by its digest alone."""

    merchant = unchecked_merchant()
    batch = models.ForeignKey(CodeBatch, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField()
    used_at = models.DateTimeField(null=True)
    card = models.ForeignKey(Card, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "digest"], name="card_code_once"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, card__isnull=True) | Q(used_at__isnull=False, card__isnull=False),
                name="card_code_used_with_card",
            ),
        ]
        indexes = [models.Index(fields=["merchant", "batch", "id"], name="card_code_of_batch")]


class CardUse(TenantModel):
    """A metered benefit of a card was used: free freight of an order."""

    merchant = unchecked_merchant()
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=7)  # "2026-11", the merchant's own month
    source_type = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    at = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "source_type", "source_id"], name="card_use_once")]
        indexes = [
            models.Index(
                fields=["merchant", "card", "period"], condition=Q(released_at__isnull=True), name="card_use_of_month"
            )
        ]
