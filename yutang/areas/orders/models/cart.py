"""What lies in carts: wishes. Nothing of it is promised or held."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yutang.areas.customers.models import unchecked_merchant
from yutang.core import clock
from yutang.core.tenancy import TenantModel

MOST_PIECES = 999  # of a SKU in a cart


class CartLine(TenantModel):
    """Pieces of a SKU in a cart: a browser's until somebody logs in, then an account's. Whose account it is today is
    known to `customers`, so a merge of people touches no row here (docs/decisions/0032-carts-and-defaults.md)."""

    merchant = unchecked_merchant()
    visitor = models.CharField(max_length=32, blank=True)  # the shop's cookie; empty where there is an account
    identity = models.ForeignKey(
        "customers.Identity", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    sku_id = models.BigIntegerField()
    quantity = models.IntegerField()
    price = models.BigIntegerField()  # of one piece as it was seen, minor units
    added_at = models.DateTimeField(default=clock.now)  # the last time that pieces came in

    class Meta:
        constraints = [
            # services/carting.py names the columns of these two where it adds pieces.
            models.UniqueConstraint(
                fields=["merchant", "visitor", "sku_id"], condition=~Q(visitor=""), name="cart_line_of_visitor"
            ),
            models.UniqueConstraint(
                fields=["merchant", "identity", "sku_id"],
                condition=Q(identity__isnull=False),
                name="cart_line_of_account",
            ),
            models.CheckConstraint(
                condition=Q(visitor="", identity__isnull=False) | (~Q(visitor="") & Q(identity__isnull=True)),
                name="cart_line_of_one",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lte=MOST_PIECES), name="cart_line_pieces"),
        ]
        indexes = [models.Index(fields=["merchant", "added_at"], condition=~Q(visitor=""), name="cart_line_oldest")]
