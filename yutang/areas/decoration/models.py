"""Pages of the shop that the brand makes itself: drafts that change, versions that do not."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Page(TenantModel):
    """The home page, or a topic with an address of its own."""

    class Kind(models.TextChoices):
        HOME = "home", _("Home page")
        TOPIC = "topic", _("Topic page")

    kind = models.CharField(max_length=5, choices=Kind)
    slug = models.CharField(max_length=60, blank=True)  # of a topic: its address; the home page has none
    title = models.CharField(max_length=60)
    share_title = models.CharField(max_length=60, blank=True)  # without: the title
    share_text = models.CharField(max_length=120, blank=True)
    share_picture = models.CharField(max_length=64, blank=True)  # digest
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "slug"], condition=Q(archived_at__isnull=True), name="page_address_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="home", slug="") | (Q(kind="topic") & ~Q(slug="")), name="page_topic_has_address"
            ),
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="page_newest")]

    def __str__(self) -> str:
        return self.title


class PageVariant(TenantModel):
    """A page for one segment, or for everybody. The one with the lowest position that holds the shopper is shown."""

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="variants", db_index=False)
    segment = models.ForeignKey(
        "segments.Segment", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    position = models.IntegerField(default=0)
    draft = models.JSONField(default=list)  # blocks, as blocks.dumped gives them
    revision = models.IntegerField(default=0)  # counts the saves of the draft
    drafted_at = models.DateTimeField(default=clock.now)
    drafted_by = models.CharField(max_length=200)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "page", "segment"], condition=Q(archived_at__isnull=True),
                name="page_variant_once", nulls_distinct=False,
            )
        ]  # fmt: skip


class PageVersion(TenantModel):
    """What was published. Blocks and period never change; it can be taken down."""

    variant = models.ForeignKey(PageVariant, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.IntegerField()
    blocks = models.JSONField()
    copied_from = models.IntegerField(null=True)  # the number of the version that was published again
    shows_from = models.DateTimeField()
    shows_until = models.DateTimeField(null=True)
    published_at = models.DateTimeField(default=clock.now)
    published_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "variant", "number"], name="page_version_number"),
            models.CheckConstraint(
                condition=Q(shows_until__isnull=True) | Q(shows_until__gt=F("shows_from")), name="page_version_period"
            ),
        ]
        indexes = [
            models.Index(
                fields=["variant", "-shows_from", "-id"], condition=Q(withdrawn_at__isnull=True),
                name="page_version_shown",
            )
        ]  # fmt: skip


class BestSeller(TenantModel):
    """What sold best lately, worked out every hour: a page must not add up orders while somebody waits for it."""

    place = models.IntegerField()  # 1 sold most
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+", db_index=False)
    pieces = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "place"], name="best_seller_place")]
        indexes = [models.Index(fields=["product"], name="best_seller_product")]
