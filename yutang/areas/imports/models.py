"""Import runs and saved mappings."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class ImportRun(TenantModel):
    """One import of one or two files. `chunks_done` is committed together with what the chunk wrote."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    is_dry_run = models.BooleanField(default=False)
    file_names = models.JSONField()  # as uploaded
    files = models.JSONField()  # where they are stored, below settings.FILES
    signature = models.CharField(max_length=64, blank=True)  # of the first file's headers
    layout = models.CharField(max_length=40, blank=True)  # key of a built-in layout; empty: `mapping` says how
    mapping = models.TextField(blank=True)  # TOML
    source = models.CharField(max_length=40, blank=True)  # platform: the namespace of its buyer ids
    chunks_done = models.IntegerField(default=0)
    bytes_total = models.BigIntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)  # services.running.Counts
    # Roaring bitmaps: a person counts once over all chunks.
    people_created = models.BinaryField(default=bytes)
    people_matched = models.BinaryField(default=bytes)
    error = models.JSONField(null=True)  # {"code", "detail"}: why the file as a whole could not be read
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["merchant", "-id"], name="import_run_newest")]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class SavedMapping(TenantModel):
    """How files with these headers are to be read; the next one needs no questions."""

    signature = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    toml = models.TextField()
    saved_at = models.DateTimeField(default=clock.now)
    saved_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "signature"], name="mapping_once")]


class ShipmentRun(TenantModel):
    """Tracking numbers out of a file. What can be shipped stands in `rows`, fixed when the file was checked;
    `position` is committed together with what its row wrote."""

    class State(models.TextChoices):
        CHECKED = "checked", pgettext_lazy("file", "Checked")
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    file_name = models.CharField(max_length=200)
    rows = models.JSONField()  # [row of the file, order id, order number, carrier, tracking number]
    problems = models.JSONField(default=list)  # [row of the file, order number, msgid, its parameters]
    known = models.IntegerField(default=0)  # rows that were shipped by this number before
    position = models.IntegerField(default=0)
    shipped = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    created_by_key = models.CharField(max_length=60)  # "user:5"
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-id"], name="shipment_run_newest"),
            models.Index(fields=["merchant", "created_by_key", "-id"], name="shipment_run_mine"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self) -> int:
        return 100 * self.position // len(self.rows) if self.rows else 100
