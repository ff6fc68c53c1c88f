"""What people and browsers did, day by day, whose browser it was, and the codes that brought them."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from yutang.areas.customers.models import unchecked_merchant
from yutang.core import clock
from yutang.core.tenancy import CurrentTransaction, TenantModel


class Code(TenantModel):
    """A QR code that hangs somewhere or belongs to somebody. Never deleted: people keep it as their source.

    Its short link is public, so the slug is unique in the whole installation and cannot be guessed.
    """

    class Kind(models.TextChoices):
        STORE = "store", _("Store")
        GUIDE = "guide", _("Guide")
        POSTER = "poster", _("Poster")
        CAMPAIGN = "campaign", _("Campaign")
        AD = "ad", _("Advertisement")

    slug = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=80)  # the poster, the campaign, the guide's name
    holder = models.CharField(max_length=80, blank=True)  # number or account of the guide, place of the poster
    # Whoever comes by it first is looked after by this colleague, and was brought by this person of the pool.
    guide = models.ForeignKey("merchants.Member", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    home_customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-id"], name="code_newest"),
            models.Index(fields=["merchant", "node", "-id"], name="code_by_node"),
            models.Index(
                fields=["merchant", "customer"], condition=models.Q(customer__isnull=False), name="code_of_customer"
            ),
            models.Index(
                fields=["merchant", "home_customer"],
                condition=models.Q(home_customer__isnull=False),
                name="code_of_home",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Visitor(TenantModel):
    """A stretch of time in which a browser, an app or an account belongs to one person, known or not yet.

    `key` is the client's visitor id. The first stretch begins with time itself; when somebody else is recognised on
    the same device another one begins, so that nobody inherits what others did. `id` comes from the sequence of
    customers: until the person is known it stands for the person in facts, and redirects lead on from it afterwards.
    """

    merchant = unchecked_merchant()
    id = models.BigIntegerField(primary_key=True)
    key = models.CharField(max_length=64)
    since = models.DateTimeField()
    claim_key = models.BinaryField(max_length=16, null=True)  # blind index of the account it was recognised by
    identity_id = models.BigIntegerField(null=True)
    home_customer_id = models.BigIntegerField(null=True)  # the person of that day
    customer_id = models.BigIntegerField(null=True)  # whose it is now
    # The codes that brought this stretch. A person's first and latest are the earliest and latest of all stretches, so
    # they follow every merge and split.
    first_code = models.ForeignKey(Code, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    first_code_at = models.DateTimeField(null=True)
    latest_code = models.ForeignKey(Code, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    latest_code_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key", "since"], name="visitor_stretch_once")]
        indexes = [
            models.Index(
                fields=["merchant", "customer_id"],
                condition=models.Q(customer_id__isnull=False),
                name="visitor_by_customer",
            ),
            models.Index(
                fields=["merchant", "customer_id"],
                condition=models.Q(customer_id__isnull=False, first_code__isnull=False),
                name="visitor_with_code",
            ),
        ]


class Claim(TenantModel):
    """An account that an event showed for a visitor: written with the event, linked by a job, then gone."""

    merchant = unchecked_merchant()
    visitor = models.ForeignKey(
        Visitor, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=20)
    namespace = models.CharField(max_length=60, blank=True)
    value_encrypted = models.BinaryField()
    node_id = models.BigIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["merchant", "id"], name="claim_oldest")]


class Interaction(TenantModel):
    """An event: something a person or a browser did. Append-only, partitioned by its day in UTC.

    Its identity is (merchant, day, key): a unique key of a partitioned table must hold the partition's column, and a
    retry repeats both the client's event id and the time (docs/decisions/0019-events-by-day.md). There is no primary
    key over `id`: the sequence makes it unique, and another index would only cost.
    """

    merchant = unchecked_merchant()
    id = models.BigIntegerField(primary_key=True)
    occurred_on = models.DateField()  # UTC
    key = models.CharField(max_length=64)  # the client's event id
    kind = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    visitor_id = models.BigIntegerField(null=True)
    identity_id = models.BigIntegerField(null=True)  # the account the visitor was known by at that time
    home_customer_id = models.BigIntegerField(null=True)  # the person of that day, if known
    channel = models.CharField(max_length=40, blank=True)
    page = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=120, blank=True)
    item = models.CharField(max_length=120, blank=True)
    properties = models.JSONField()
    xid = models.BigIntegerField(editable=False, db_default=CurrentTransaction())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "occurred_on", "key"], name="interaction_once"),
        ]
        indexes = [
            models.Index(
                fields=["merchant", "visitor_id", "-occurred_at", "-id"],
                condition=models.Q(visitor_id__isnull=False),
                name="interaction_by_visitor",
            ),
            BrinIndex(fields=["xid"], name="interaction_export"),
        ]
