"""The ladder, what people earned, and where they stand."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yutang.areas.customers.models import unchecked_merchant
from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Scheme(TenantModel):
    """How growth is earned and how levels are kept. One row; without it the defaults hold. 0 growth: none is given."""

    spend_per_growth = models.BigIntegerField(default=100)  # minor units that give 1 growth; 0: purchases give none
    review_growth = models.IntegerField(default=10)
    review_limit = models.IntegerField(default=30)  # growth that a person's reviews give a day
    keep_months = models.SmallIntegerField(default=12)  # growth of so many months counts for keeping a level
    grace_days = models.SmallIntegerField(default=30)  # between the notice and the fall
    updated_at = models.DateTimeField(default=clock.now)
    updated_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant"], name="scheme_once"),
            models.CheckConstraint(
                condition=Q(
                    spend_per_growth__gte=0, review_growth__gte=0, review_limit__gte=0, keep_months__gte=1,
                    grace_days__gte=0,
                ),
                name="scheme_sane",
            ),
        ]  # fmt: skip


class Level(TenantModel):
    """A step of the ladder. `key` is what level prices name (catalog.LevelPrice.level) and never changes."""

    class Colour(models.TextChoices):
        BLUE = "blue", _("Blue")
        CYAN = "cyan", _("Cyan")
        GREEN = "green", _("Green")
        YELLOW = "yellow", _("Yellow")
        ORANGE = "orange", _("Orange")
        RED = "red", _("Red")
        PURPLE = "purple", _("Purple")
        DARK = "dark", _("Black")

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=40)
    icon = models.CharField(max_length=30, default="star")
    colour = models.CharField(max_length=10, choices=Colour, default=Colour.BLUE)
    threshold = models.BigIntegerField()  # growth from which on it is reached
    keep = models.BigIntegerField(null=True)  # growth of the last months that keeps it; None: it is kept for good
    benefits = models.JSONField(default=dict)  # benefits.Benefits
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="level_key_once"),
            models.UniqueConstraint(
                fields=["merchant", "threshold"], condition=Q(archived_at__isnull=True), name="level_threshold_once"
            ),
            models.CheckConstraint(
                condition=Q(threshold__gte=0) & (Q(keep__isnull=True) | Q(keep__gt=0, threshold__gt=0)),
                name="level_sane",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GrowthEntry(TenantModel):
    """Growth somebody earned, or that a refund took back. Append-only; nothing spends it. `key` makes a repeat
    harmless."""

    class Source(models.TextChoices):
        PURCHASE = "purchase", _("Purchase")
        REFUND = "refund", _("Refund")
        REVIEW = "review", _("Review")
        REWARD = "reward", _("Reward")
        MANUAL = "manual", _("By hand")

    merchant = unchecked_merchant()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    source = models.CharField(max_length=10, choices=Source)
    source_type = models.CharField(max_length=40, blank=True)
    source_id = models.BigIntegerField(null=True)
    key = models.CharField(max_length=160)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="growth_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="growth_not_nothing"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(source__in=["refund", "manual"]), name="growth_taken_back_only"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="growth_of_customer"),
            models.Index(fields=["merchant", "customer", "at"], include=["amount"], name="growth_of_months"),
            models.Index(fields=["merchant", "home_customer"], name="growth_of_home"),
        ]


class Member(TenantModel):
    """Where a person stands: one row per person of today. `growth` is the sum of their entries."""

    merchant = unchecked_merchant()
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    growth = models.BigIntegerField(default=0)
    level = models.ForeignKey(Level, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    counted_from = models.DateField(null=True)  # the months in which the level must be kept begin here
    falls_on = models.DateField(null=True)  # the day it falls unless enough growth comes; the person is told
    fell_from = models.BigIntegerField(null=True)  # threshold of the level it last fell from
    joined_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "customer"], name="member_once")]
        indexes = [
            models.Index(fields=["merchant", "level", "customer"], name="member_of_level"),
            models.Index(
                fields=["merchant", "falls_on", "customer"], condition=Q(falls_on__isnull=False), name="member_falling"
            ),
        ]


class LevelChange(TenantModel):
    """History: somebody's level changed. Append-only."""

    class Because(models.TextChoices):
        EARNED = "earned", _("Growth reached the level")
        NOT_KEPT = "not_kept", _("Too little growth to keep the level")
        TAKEN_BACK = "taken_back", _("Growth was taken back by a refund")
        RULES = "rules", _("The levels were changed")
        PEOPLE = "people", _("People were merged or separated")

    merchant = unchecked_merchant()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    before = models.ForeignKey(Level, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    after = models.ForeignKey(Level, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    because = models.CharField(max_length=10, choices=Because)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="level_change_of_customer"),
            models.Index(fields=["merchant", "home_customer"], name="level_change_of_home"),
        ]


class JudgingRun(TenantModel):
    """A day's look at everybody, chunk by chunk: `position` is committed with what its chunk changed."""

    day = models.DateField()  # the merchant's own
    position = models.BigIntegerField(default=0)  # the last person that is done
    judged = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    noticed = models.BigIntegerField(default=0)  # people told that their level will fall
    gifts_position = models.BigIntegerField(default=0)  # the last person whose gifts of the day are done
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "day"], name="judging_once_a_day")]


class MemberGift(TenantModel):
    """What a level or card gave somebody in a period: "2026-11" of the monthly gifts, "2026" of the birthday's."""

    class Kind(models.TextChoices):
        MONTHLY = "monthly", _("Monthly gift")
        BIRTHDAY = "birthday", _("Birthday gift")

    merchant = unchecked_merchant()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    period = models.CharField(max_length=7)
    rewards = models.JSONField(default=list)
    card = models.ForeignKey("membership.Card", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    card_from = models.SmallIntegerField(default=0)  # the first of the rewards that the card gave; before: the level
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "home_customer", "kind", "period"], name="member_gift_once")
        ]
        indexes = [
            models.Index(fields=["merchant", "customer", "kind", "period"], name="member_gift_of_customer"),
            models.Index(fields=["merchant", "card"], condition=Q(card__isnull=False), name="member_gift_of_card"),
        ]
