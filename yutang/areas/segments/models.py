"""Named rules and what they gave."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Segment(TenantModel):
    """A rule with a name. It belongs to a node: the HQ's are seen by everybody and cover the whole merchant, a
    region's or store's are seen there and cover only people at home below it."""

    class Kind(models.TextChoices):
        DYNAMIC = "dynamic", _("Follows its rule")

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DYNAMIC)
    rule = models.JSONField()
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    last_count = models.BigIntegerField(null=True)  # of the newest snapshot
    last_change = models.BigIntegerField(null=True)  # against the one before
    refreshed_at = models.DateTimeField(null=True)
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
        indexes = [models.Index(fields=["merchant", "-id"], name="segment_newest")]

    def __str__(self) -> str:
        return self.name


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
