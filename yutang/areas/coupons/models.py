"""Coupons: what they are, what was issued to whom, codes on paper, runs over many people."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yutang.areas.customers.models import unchecked_merchant
from yutang.core import clock
from yutang.core.tenancy import CurrentTransaction, TenantModel


class Template(TenantModel):
    """A coupon as it is offered: its limits and where it is had. What it takes off stands in its terms."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", pgettext_lazy("coupon", "Active")
        PAUSED = "paused", pgettext_lazy("coupon", "Paused")
        ENDED = "ended", pgettext_lazy("coupon", "Ended")

    name = models.CharField(max_length=60)
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    terms = models.ForeignKey("Terms", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    per_person = models.IntegerField(null=True)  # pieces; null: no limit
    total = models.BigIntegerField(null=True)  # pieces in all: the capacity of a pool; null: no limit
    budget = models.BigIntegerField(null=True)  # what all of them together may take off; the capacity of a pool
    is_claimable = models.BooleanField(default=False)  # stands in the coupon centre of the shop
    claim_from = models.DateTimeField(null=True)
    claim_until = models.DateTimeField(null=True)
    issued = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(per_person__isnull=True) | Q(per_person__gt=0), name="coupon_per_person"
            ),
            models.CheckConstraint(condition=Q(total__isnull=True) | Q(total__gt=0), name="coupon_total"),
            models.CheckConstraint(condition=Q(budget__isnull=True) | Q(budget__gt=0), name="coupon_budget"),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="coupon_template_newest"),
            models.Index(
                fields=["merchant", "-id"], condition=Q(state="active", is_claimable=True), name="coupon_template_claim"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Terms(TenantModel):
    """One wording of a template, never changed: what was issued keeps the terms it was issued with.

    Amounts in minor units. Empty lists limit nothing."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("Amount off")
        PERCENT = "percent", _("Percent off")
        EXCHANGE = "exchange", _("One piece for a price")
        FREIGHT = "freight", _("Freight off")
        GIFT = "gift", _("Gift with purchase")

    class Channel(models.TextChoices):
        ANY = "any", _("Shop and till")
        SHOP = "shop", _("Only in the shop")
        TILL = "till", _("Only at the till")

    class Returns(models.TextChoices):
        WHOLE = "whole", _("When the whole order is given back")
        PART = "part", _("Also when a part of what it lowered is given back")
        NEVER = "never", pgettext_lazy("coupon comes back", "Never")

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    # amount: off; percent: 1 … 100 off; exchange: price of the piece; freight: 0; gift: pieces, 1 … 9
    value = models.BigIntegerField()
    ceiling = models.BigIntegerField(null=True)  # the most it takes off; of a gift: what its pieces cost that day
    gift_sku_id = models.BigIntegerField(null=True)
    gift_title = models.CharField(max_length=340, blank=True)  # as it was called that day, with its variant
    threshold = models.BigIntegerField(default=0)  # what the goods it covers must cost
    product_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    category_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)  # with everything below them
    node_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)  # stores where it counts
    channel = models.CharField(max_length=4, choices=Channel, default=Channel.ANY)
    levels = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_exclusive = models.BooleanField(default=False)  # goes with no other coupon
    group = models.CharField(max_length=40, blank=True)  # of coupons of one group an order takes one
    valid_days = models.IntegerField(null=True)  # from the day of issue, which does not count; null: fixed
    starts_after = models.IntegerField(default=0)  # days from issue until it begins
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    returns = models.CharField(max_length=5, choices=Returns, default=Returns.WHOLE)
    extend_days = models.IntegerField(default=0)  # given when it comes back and has expired meanwhile
    is_giftable = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "template", "number"], name="coupon_terms_once"),
            models.CheckConstraint(condition=Q(value__gte=0, threshold__gte=0), name="coupon_terms_amounts"),
            models.CheckConstraint(
                condition=Q(kind="gift", gift_sku_id__isnull=False, value__gte=1, value__lte=9)
                | (~Q(kind="gift") & Q(gift_sku_id__isnull=True)),
                name="coupon_terms_gift",
            ),
            models.CheckConstraint(
                condition=Q(valid_days__gt=0, starts_after__gte=0)
                | Q(valid_days__isnull=True, valid_from__isnull=False, valid_until__gt=F("valid_from")),
                name="coupon_terms_validity",
            ),
        ]


class Coupon(TenantModel):
    """One piece in somebody's hands. Written by the million: references carry no database constraint where the one
    service that writes them has just read what they name."""

    class State(models.TextChoices):
        USABLE = "usable", _("Usable")
        USED = "used", pgettext_lazy("coupon", "Used")
        GIVEN = "given", _("Given to somebody")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Via(models.TextChoices):
        CLAIM = "claim", _("Claimed in the shop")
        CODE = "code", _("By a code")
        REWARD = "reward", _("As a reward")
        STAFF = "staff", _("By staff")
        RUN = "run", _("Issued to many")
        GIFT = "gift", _("From another person")

    merchant = unchecked_merchant()
    template = models.ForeignKey(
        Template, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    home_customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=9, choices=State, default=State.USABLE)
    via = models.CharField(max_length=6, choices=Via)
    issue_key = models.CharField(max_length=120, blank=True)  # the same key again issues nothing; runs have none
    run = models.ForeignKey(
        "Run", on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    given_from_id = models.BigIntegerField(null=True)  # the coupon that another person gave away
    issued_at = models.DateTimeField(default=clock.now)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    order_id = models.BigIntegerField(null=True)  # that uses it
    used_at = models.DateTimeField(null=True)
    xid = models.BigIntegerField(editable=False, db_default=CurrentTransaction())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "issue_key"], condition=~Q(issue_key=""), name="coupon_once"),
            # Of the person at that time: who is merged later may have got one as each of the two.
            models.UniqueConstraint(
                fields=["merchant", "run", "home_customer"], condition=Q(run__isnull=False), name="coupon_run_once"
            ),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="coupon_validity"),
            models.CheckConstraint(
                condition=Q(state="used", order_id__isnull=False) | (~Q(state="used") & Q(order_id__isnull=True)),
                name="coupon_used_by_order",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "customer", "state", "valid_until"], name="coupon_of_person"),
            models.Index(fields=["merchant", "template", "-id"], name="coupon_of_template"),
            BrinIndex(fields=["xid"], name="coupon_export"),
        ]

    @property
    def is_over(self) -> bool:
        """Nobody has used it in its time."""
        return self.state == self.State.USABLE and self.is_expired(clock.now())

    @property
    def last_at(self) -> datetime:
        """The last moment it counts: people read the day of it."""
        return self.valid_until - timedelta(microseconds=1)

    @property
    def occasion_key(self) -> str | None:
        """Of the reward that gave it (core.rewards.Occasion); None: it came in another way."""
        return self.issue_key.removeprefix("reward:").rsplit(":", 1)[0] if self.via == self.Via.REWARD else None

    @staticmethod
    def key_of_reward(occasion_key: str, number: int) -> str:
        """The issue key of the n-th piece that an occasion gives."""
        return f"reward:{occasion_key}:{number}"

    def is_expired(self, at: datetime) -> bool:
        return self.valid_until <= at


class Use(TenantModel):
    """An order took a coupon, or gave it back (`is_reversal`, with the opposite sign). Append-only."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+", db_index=False)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+", db_index=False)
    run_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    is_reversal = models.BooleanField(default=False)
    amount = models.BigIntegerField()  # taken off, minor units
    at = models.DateTimeField(default=clock.now)
    xid = models.BigIntegerField(editable=False, db_default=CurrentTransaction())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "order_id", "coupon", "is_reversal"], name="coupon_use_once")
        ]
        indexes = [
            models.Index(fields=["merchant", "template", "-id"], name="coupon_use_of_template"),
            models.Index(fields=["merchant", "coupon"], name="coupon_use_of_coupon"),
            models.Index(fields=["merchant", "customer"], name="coupon_use_of_person"),
            models.Index(fields=["merchant", "run_id"], condition=Q(run_id__isnull=False), name="coupon_use_of_run"),
            BrinIndex(fields=["xid"], name="coupon_use_export"),
        ]


class CodeBatch(TenantModel):
    """Codes for one template. They are derived from `seed`, which goes with the export: after it nobody can read them
    here."""

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    count = models.IntegerField()
    seed = models.BinaryField(null=True)
    expires_at = models.DateTimeField(null=True)  # the last moment to redeem one
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    exported_at = models.DateTimeField(null=True)
    exported_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["merchant", "template", "-id"], name="coupon_batch_of_template")]


class Code(TenantModel):
    """Its hash; who knows the code may have the coupon once."""

    batch = models.ForeignKey(CodeBatch, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=32)
    redeemed_at = models.DateTimeField(null=True)
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "digest"], name="coupon_code_once")]
        indexes = [models.Index(fields=["merchant", "batch", "redeemed_at"], name="coupon_code_of_batch")]


class Gift(TenantModel):
    """A link by which another person may take a coupon, once."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=clock.now)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "digest"], name="coupon_gift_once")]
        indexes = [models.Index(fields=["merchant", "coupon"], name="coupon_gift_of_coupon")]


class Run(TenantModel):
    """Issues one coupon to each of many people. Whom it is about, and who of them is held out to compare with, is
    stored before anything is issued; `position` is committed together with what its chunk wrote."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+", db_index=False)
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="+", db_index=False)
    segment = models.ForeignKey(
        "segments.Segment", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    key = models.CharField(max_length=64)  # of the form: sent twice, it is one run
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    people = models.BinaryField()  # BitMap64 of who gets one
    withheld = models.BinaryField()  # BitMap64 of who is held out
    total = models.BigIntegerField()  # who gets one
    held_out = models.BigIntegerField()
    position = models.BigIntegerField(default=0)  # the last person that is done
    handled = models.BigIntegerField(default=0)
    issued = models.BigIntegerField(default=0)
    stopped_because = models.CharField(max_length=20, blank=True)  # by_hand, sold_out
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="coupon_run_key_once")]
        indexes = [models.Index(fields=["merchant", "-id"], name="coupon_run_newest")]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self) -> int:
        return 100 * self.handled // self.total if self.total else 100
