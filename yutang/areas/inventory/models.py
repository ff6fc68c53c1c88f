"""Stock of each store and the journal that it is the sum of."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class StockItem(TenantModel):
    """One SKU at one store. `on_hand` and `shipped` are cached sums of its moves."""

    sku = models.ForeignKey("catalog.Sku", on_delete=models.PROTECT, related_name="+", db_index=False)
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    pool = models.OneToOneField("reservations.Pool", on_delete=models.PROTECT, related_name="+")
    on_hand = models.BigIntegerField(default=0)
    shipped = models.BigIntegerField(default=0)  # handed over and not brought back
    safety = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "sku", "node"], name="stock_item_once"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="stock_on_hand_not_negative"),
            models.CheckConstraint(condition=Q(shipped__gte=0), name="stock_shipped_not_negative"),
        ]
        indexes = [
            models.Index(fields=["merchant", "node", "sku"], name="stock_of_store"),
            models.Index(fields=["merchant", "node", "sku"], condition=Q(on_hand__lte=F("safety")), name="stock_low"),
        ]


class StockMove(TenantModel):
    """Something came, went or was counted. Append-only; a mistake is corrected by another move."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        COUNT = "count", _("Stock count")
        TRANSFER_OUT = "transfer_out", _("Transfer out")
        TRANSFER_IN = "transfer_in", _("Transfer in")
        DAMAGE = "damage", _("Damaged or lost")
        SHIPPED = "shipped", _("Shipped or picked up")
        RETURNED = "returned", _("Brought back")

    # Of these the pool's capacity knows nothing new: what left had been promised, what came back was.
    PROMISED = frozenset({Kind.SHIPPED, Kind.RETURNED})

    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    quantity = models.BigIntegerField()  # signed: what it adds to on hand
    key = models.CharField(max_length=120)  # a repeat of the same act moves nothing
    source_type = models.CharField(max_length=40, blank=True)
    source_id = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=200, blank=True)
    moved_by = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key", "item"], name="stock_move_once"),
            models.CheckConstraint(condition=~Q(quantity=0), name="stock_move_moves"),
        ]
        indexes = [
            models.Index(fields=["merchant", "item", "-id"], name="stock_move_of_item"),
            models.Index(fields=["merchant", "-id"], name="stock_move_newest"),
        ]
