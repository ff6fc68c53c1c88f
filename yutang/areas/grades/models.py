"""Boundaries of the fifths by day, and the ladder of fish tiers. Nothing here is about one person."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Boundaries(TenantModel):
    """Where the fifths of everybody with a purchase ended on a day: the values at 20, 40, 60, 80 % (nearest rank)."""

    day = models.DateField()  # the last day counted, the merchant's own
    people = models.BigIntegerField()
    recency = ArrayField(models.BigIntegerField(), size=4)  # days from the last purchase to the day after `day`
    frequency = ArrayField(models.BigIntegerField(), size=4)  # purchases
    monetary = ArrayField(models.BigIntegerField(), size=4)  # net amount, minor units
    source = models.CharField(max_length=64)  # fingerprint of the snapshot's files they were read from
    computed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "day"], name="boundaries_once_a_day")]

    @property
    def counted_to(self) -> date:
        """Recency is counted to the day after the last one, so that who bought on it stands at 1."""
        return self.day + timedelta(days=1)

    def last_days(self) -> list[date]:
        """The ends of the recency fifths as days of a last purchase, newest first."""
        return [self.counted_to - timedelta(days=days) for days in self.recency]


class Ladder(TenantModel):
    """From which value on somebody is a middle, and a big fish. Append-only: the newest row holds."""

    class Measure(models.TextChoices):
        NET = "net", _("Net amount")
        PURCHASES = "purchases", _("Purchases")

    measure = models.CharField(max_length=10, choices=Measure)
    window_days = models.IntegerField(null=True)  # the last so many days; null: everything so far
    middle_from = models.BigIntegerField()  # minor units, or purchases
    big_from = models.BigIntegerField()
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(middle_from__gt=0, big_from__gt=F("middle_from")), name="ladder_goes_up")
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="ladder_newest")]
