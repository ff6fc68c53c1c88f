"""Named rules and what they gave."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from yutang.areas.segments.schedules import Every as Rhythm
from yutang.areas.segments.schedules import Schedule
from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Segment(TenantModel):
    """A rule with a name. It belongs to a node: the HQ's are seen by everybody and cover the whole merchant, a
    region's or store's are seen there and cover only people at home below it."""

    class Kind(models.TextChoices):
        DYNAMIC = "dynamic", _("Follows its rule")

    class Every(models.TextChoices):
        HOUR = "hour", _("Every hour")
        DAY = "day", _("Every day")
        WEEK = "week", _("Every week")
        NEVER = "never", _("Only by hand")

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DYNAMIC)
    rule = models.JSONField()
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    last_count = models.BigIntegerField(null=True)  # of the newest snapshot
    last_change = models.BigIntegerField(null=True)  # against the one before
    refreshed_at = models.DateTimeField(null=True)
    every = models.CharField(max_length=5, choices=Every, default=Every.DAY)  # how often it is counted anew
    at = models.TimeField(default=time(4))  # the merchant's own time
    weekday = models.PositiveSmallIntegerField(default=0)  # of a weekly one: 0 is Monday
    due_at = models.DateTimeField(null=True)  # the next run; null with a rhythm: at once
    refresh_error = models.CharField(max_length=500, blank=True)  # why the last refresh could not be done
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    updated_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "name"], condition=models.Q(archived_at__isnull=True), name="segment_name_once"
            )
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="segment_newest"),
            models.Index(
                fields=["merchant", "due_at"],
                condition=models.Q(archived_at__isnull=True) & ~models.Q(every="never"),
                name="segment_due",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def schedule(self) -> Schedule:
        return Schedule(Rhythm(self.every), self.at, self.weekday)


class SegmentSnapshot(TenantModel):
    """Who was in a segment at one instant; never changed, and forgotten when many newer ones are there."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(default=clock.now)
    as_of = models.DateTimeField(null=True)  # up to when the lake was complete
    size = models.BigIntegerField()
    entered = models.BigIntegerField()
    left = models.BigIntegerField()
    members = models.BinaryField()  # BitMap64 of customer ids, pyroaring's portable format

    class Meta:
        indexes = [models.Index(fields=["merchant", "segment", "-id"], name="segment_snapshot_newest")]
