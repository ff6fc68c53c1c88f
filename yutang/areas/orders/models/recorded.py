"""Orders of every channel, and the sale lines that all figures are made of."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import CurrentTransaction, TenantModel


class SalesChannel(TenantModel):
    """Where orders come from: a shop at a platform, the own shop, a store's till."""

    source = models.CharField(max_length=40)  # "taobao", "jd", …, or the name of a merchant's own mapping
    shop = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "source", "shop"], name="channel_unique")]

    def __str__(self) -> str:
        return self.shop or self.source


class Order(TenantModel):
    """One order as it stands today. What it sold is in its sale lines; the amounts here are their cached sums."""

    class Status(models.TextChoices):
        UNPAID = "unpaid", _("To pay")
        PAID = "paid", _("To ship")
        PARTLY_SHIPPED = "partly_shipped", _("Partly shipped")
        SHIPPED = "shipped", _("Shipped")
        COMPLETED = "completed", _("Completed")
        CLOSED = "closed", _("Closed")

    channel = models.ForeignKey(SalesChannel, on_delete=models.PROTECT, related_name="+", db_index=False)
    order_no = models.CharField(max_length=80)
    status = models.CharField(max_length=20, choices=Status)
    raw_status = models.CharField(max_length=80, blank=True)  # the platform's own word
    identity = models.ForeignKey(
        "customers.Identity", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    ordered_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()  # the platform's; of two exports the newer wins
    sold_amount = models.BigIntegerField(default=0)  # Σ sale lines without refunds; > 0 makes it a purchase
    refunded_amount = models.BigIntegerField(default=0)  # Σ refund lines, ≤ 0
    line_count = models.IntegerField(default=0)
    guide = models.CharField(max_length=120, blank=True)
    host = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)
    import_run_id = models.BigIntegerField(null=True)  # the run that wrote it last

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "channel", "order_no"], name="order_no_unique")]
        indexes = [
            models.Index(fields=["merchant", "-ordered_at", "-id"], name="order_newest"),
            models.Index(fields=["merchant", "order_no"], name="order_by_no"),
            models.Index(fields=["merchant", "customer", "-ordered_at"], name="order_by_customer"),
            models.Index(fields=["merchant", "identity"], name="order_by_identity"),
            models.Index(fields=["merchant", "node", "-ordered_at"], name="order_by_node"),
            # What waits for somebody is little of a million; what is completed is found by the index of all.
            models.Index(
                fields=["merchant", "status", "-ordered_at", "-id"],
                condition=~models.Q(status="completed"),
                name="order_not_completed",
            ),
        ]

    @property
    def net_amount(self) -> int:
        return self.sold_amount + self.refunded_amount


class SaleLine(TenantModel):
    """The append-only fact: something was sold (or given back) for an amount, at a time, by a person.

    A line is identified by its order and `line_key`. A correction is two new rows: the version before it with the
    opposite sign (`is_reversal`) and the next version. Nothing is updated or deleted, except that a merge re-points
    `customer_id`. References carry no database constraint: these are the widest writes of the product, every
    reference is checked by the one service that writes them, and a million trigger calls cost more than the rows.
    """

    class Kind(models.TextChoices):
        GOODS = "goods", _("Goods")
        FREIGHT = "freight", _("Freight")
        REFUND = "refund", _("Refund")

    order_id = models.BigIntegerField()
    line_key = models.CharField(max_length=80)
    version = models.SmallIntegerField(default=1)
    is_reversal = models.BooleanField(default=False)
    kind = models.CharField(max_length=10, choices=Kind)
    product_code = models.CharField(max_length=80, blank=True)
    sku_code = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=400, blank=True)
    spec = models.CharField(max_length=200, blank=True)
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField()  # minor units, signed
    occurred_at = models.DateTimeField()
    identity_id = models.BigIntegerField(null=True)  # the account under which it happened; null: anonymous sale
    home_customer_id = models.BigIntegerField(null=True)  # the person of that day
    customer_id = models.BigIntegerField(null=True)  # whose it is now
    channel_id = models.BigIntegerField()
    node_id = models.BigIntegerField()
    source_row = models.BigIntegerField(default=0)  # row in the file of the import run
    import_run_id = models.BigIntegerField(null=True)
    # Written by the database: lets the lake's writer stay below transactions that are still running.
    xid = models.BigIntegerField(editable=False, db_default=CurrentTransaction())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "order_id", "line_key", "version", "is_reversal"], name="saleline_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["merchant", "customer_id"],
                condition=models.Q(customer_id__isnull=False),
                name="saleline_by_customer",
            ),
            BrinIndex(fields=["xid"], name="saleline_export"),  # rows lie in commit order: a tiny index is enough
        ]


class CustomerStatistic(TenantModel):
    """What the list of customers sorts by; derived from orders, rebuilt at any time."""

    customer = models.OneToOneField("customers.Customer", on_delete=models.CASCADE, primary_key=True, related_name="+")
    purchases = models.IntegerField(default=0)  # orders with a positive total
    purchase_days = models.IntegerField(default=0)  # distinct local days
    net_amount = models.BigIntegerField(default=0)
    first_purchase_at = models.DateTimeField(null=True)
    last_purchase_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-net_amount", "-customer"], name="stat_by_net"),
            # As the list asks for it: who has never bought comes last.
            models.Index(
                "merchant",
                models.F("last_purchase_at").desc(nulls_last=True),
                models.F("customer").desc(),
                name="stat_by_last",
            ),
        ]
