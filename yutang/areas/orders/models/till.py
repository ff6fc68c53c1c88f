"""What the till of a store keeps: baskets that are not sold yet, and the merchant's rules for it."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from yutang.core import clock
from yutang.core.tenancy import TenantModel

PRESENT = timedelta(minutes=5)  # for so long after showing a payment code somebody stands at the counter


class TillBasket(TenantModel):
    """Goods on the counter. Each person has one in hand per store; parked ones are the store's. It goes when it is
    sold: the order has its `key`, so that a second Enter, a reload or a lost answer finds it instead of selling again.
    The buyer is an account, as in carts: a merge of people touches no row here."""

    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    user_id = models.BigIntegerField()  # who fills it; of a parked one, who parked it
    key = models.CharField(max_length=32)
    identity = models.ForeignKey(
        "customers.Identity", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    lines = models.JSONField(default=list)  # [[SKU id, pieces]], the newest last
    prices = models.JSONField(default=dict)  # SKU id → price of one piece that staff gave, minor units
    off = models.BigIntegerField(default=0)  # off the whole basket
    reason = models.CharField(max_length=80, blank=True)  # of the two
    # Of the buyer's coupons, as the step of pricing reads it: "auto", numbers ("12,15"), or none.
    coupons = models.CharField(max_length=120, blank=True, db_default="auto", default="auto")
    uses_points = models.BooleanField(db_default=False, default=False)
    shown_at = models.DateTimeField(null=True)  # when the buyer showed a payment code
    label = models.CharField(max_length=40, blank=True)  # by which it is found again
    parked_at = models.DateTimeField(null=True)
    parked_by = models.CharField(max_length=120, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="till_basket_key"),
            models.UniqueConstraint(
                fields=["merchant", "node", "user_id"], condition=Q(parked_at__isnull=True), name="till_basket_in_hand"
            ),
            models.CheckConstraint(condition=Q(off__gte=0), name="till_basket_off"),
        ]
        indexes = [
            models.Index(
                fields=["merchant", "node", "-parked_at"], condition=Q(parked_at__isnull=False), name="till_parked"
            ),
            models.Index(
                fields=["merchant", "identity"], condition=Q(identity__isnull=False), name="till_basket_of_account"
            ),
        ]

    @property
    def wanted(self) -> dict[int, int]:
        """SKU id → pieces, as they came onto the counter."""
        return dict(self.lines)

    @property
    def is_shown(self) -> bool:
        """Whether the buyer has shown a payment code a moment ago: then points and balance may pay."""
        return self.identity_id is not None and self.shown_at is not None and clock.now() - self.shown_at < PRESENT


class TillRules(TenantModel):
    """One row; without it the defaults hold."""

    largest_discount = models.SmallIntegerField(default=20)  # percent that staff may take off what goods cost
    tax_rate = models.IntegerField(default=0)  # in prices, hundredths of a percent; 0: receipts say nothing about it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant"], name="till_rules_once"),
            models.CheckConstraint(
                condition=Q(largest_discount__range=(0, 100), tax_rate__range=(0, 10_000)), name="till_rules_sane"
            ),
        ]
