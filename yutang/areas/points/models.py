"""The rules of points and what follows from them; the points themselves are in the ledger (kind `points`)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Kind(models.TextChoices):
    """What points are given for."""

    PURCHASE = "purchase", _("Purchase")
    CHECK_IN = "check_in", _("Check-in")
    REVIEW = "review", _("Review")
    SHARE = "share", _("Sharing")
    PROFILE = "profile", _("Completed profile")
    BIRTHDAY = "birthday", _("Birthday")
    ACTIVITY = "activity", _("Activity")


class Terms(TenantModel):
    """What a merchant has set for all points. One row; without it the defaults hold and nothing is given."""

    class Expiry(models.TextChoices):
        NEVER = "never", pgettext_lazy("points expire", "Never")
        DAYS = "days", _("So many days after they are given")
        YEAR = "year", _("With a calendar year")

    expiry = models.CharField(max_length=5, choices=Expiry, default=Expiry.YEAR)
    expiry_days = models.PositiveIntegerField(default=365)
    expiry_years = models.PositiveSmallIntegerField(default=1)  # 0: this year's end, 1: the next one's
    person_day_cap = models.PositiveIntegerField(null=True)  # over all rules
    rate = models.PositiveIntegerField(default=1)  # so many points are worth one minor unit
    is_tender = models.BooleanField(default=False)  # whether the checkout takes points
    ceiling_percent = models.PositiveSmallIntegerField(default=50)  # of the goods
    least_points = models.PositiveIntegerField(default=100)  # at the checkout
    approve_from = models.PositiveIntegerField(default=1000)  # changes by hand of so many points need a second person

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant"], name="points_terms_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="points_rate_positive"),
            models.CheckConstraint(condition=Q(ceiling_percent__lte=100), name="points_ceiling_percent"),
        ]


class Rule(TenantModel):
    """For what points are given, how many, and how many at most in a day of the merchant's calendar."""

    kind = models.CharField(max_length=10, choices=Kind)
    is_active = models.BooleanField(default=False)
    points = models.PositiveIntegerField(default=0)  # each time; of purchases for every `per_amount`
    per_amount = models.PositiveBigIntegerField(null=True)  # minor units; purchases only
    person_day_cap = models.PositiveIntegerField(null=True)
    day_cap = models.PositiveIntegerField(null=True)  # of all people together: the brake against fraud

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "kind"], name="points_rule_once"),
            models.CheckConstraint(
                condition=~Q(kind="purchase") | Q(per_amount__gt=0), name="points_rule_purchase_per_amount"
            ),
        ]


class DayTally(TenantModel):
    """What a person was given by a rule on a day; the row without a kind is the day's sum, and its lock."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind, blank=True)
    points = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "home_customer", "day", "kind"], name="points_tally_once")
        ]
        indexes = [models.Index(fields=["merchant", "customer", "day"], name="points_tally_of_person")]


class RuleDay(TenantModel):
    """What a rule with a cap gave everybody on a day."""

    kind = models.CharField(max_length=10, choices=Kind)
    day = models.DateField()
    points = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "kind", "day"], name="points_rule_day_once")]


class OrderPoints(TenantModel):
    """The points that a paid order gave, and how many of them its refunds took. `shortfall`: those that should have
    been taken and were spent already."""

    order_id = models.BigIntegerField()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    paid = models.BigIntegerField()  # minor units
    earned = models.BigIntegerField()
    taken = models.BigIntegerField(default=0)
    shortfall = models.BigIntegerField(default=0)
    entry = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "order_id"], name="points_of_order_once"),
            models.CheckConstraint(
                condition=Q(taken__gte=0, shortfall__gte=0, earned__gte=models.F("taken") + models.F("shortfall")),
                name="points_of_order_taken_within",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="points_of_order_person"),
            models.Index(fields=["merchant", "-id"], condition=Q(shortfall__gt=0), name="points_of_order_short"),
        ]


class Change(TenantModel):
    """A change by hand: asked for with a reason, and from some size on decided by somebody else."""

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for approval")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    points = models.BigIntegerField()  # signed
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    key = models.CharField(max_length=80)
    asked_by = models.CharField(max_length=200)
    asked_by_key = models.CharField(max_length=40)
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_by_key = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)  # why it was refused

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="points_change_once"),
            models.CheckConstraint(condition=~Q(points=0), name="points_change_changes"),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_at__isnull=False), name="points_change_decided"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="points_change_newest"),
            models.Index(fields=["merchant", "-id"], condition=Q(state="asked"), name="points_change_waiting"),
            models.Index(fields=["merchant", "customer", "-id"], name="points_change_person"),
        ]


class Offer(TenantModel):
    """Something that points can be exchanged for. What is left stands in its pool."""

    title = models.CharField(max_length=80)
    text = models.CharField(max_length=300, blank=True)
    points = models.PositiveIntegerField()
    rewards = models.JSONField(default=list)  # core.rewards
    pool = models.OneToOneField("reservations.Pool", on_delete=models.PROTECT, related_name="+")
    person_limit = models.PositiveIntegerField(null=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(points__gt=0), name="points_offer_costs")]
        indexes = [models.Index(fields=["merchant", "is_active", "points", "id"], name="points_offer_list")]


class Exchange(TenantModel):
    """One piece of an offer that somebody took for points."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    points = models.PositiveIntegerField()
    key = models.CharField(max_length=80)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="points_exchange_once")]
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="points_exchange_person"),
            models.Index(fields=["merchant", "offer", "customer"], name="points_exchange_limit"),
        ]
