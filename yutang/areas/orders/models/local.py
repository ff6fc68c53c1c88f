"""What a store says of bringing goods to people near it. Whether it does so at all stands with the store
(`OrgNode.delivers`)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yutang.areas.orders.models.shop import Bound
from yutang.core.tenancy import TenantModel

LEAD_MINUTES = Bound(0, 24 * 60, 60)


class LocalTerms(TenantModel):
    """One row a store, from when it was first set."""

    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    lead_minutes = models.SmallIntegerField(default=LEAD_MINUTES.default)  # until goods can be at the buyer's door

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "node"], name="local_terms_once"),
            models.CheckConstraint(
                condition=Q(lead_minutes__gte=LEAD_MINUTES.least, lead_minutes__lte=LEAD_MINUTES.most),
                name="local_terms_bounds",
            ),
        ]


class LocalFee(TenantModel):
    """A district that a store brings goods to, and for how much. Amounts in minor units, of the goods after every
    discount."""

    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    province = models.CharField(max_length=40)  # as in the address book
    city = models.CharField(max_length=40)
    district = models.CharField(max_length=40)
    fee = models.BigIntegerField()
    free_from = models.BigIntegerField(null=True)  # goods worth so much are brought free of charge
    least = models.BigIntegerField(default=0)  # goods worth less are not brought

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "province", "city", "district", "node"], name="local_fee_once"),
            models.CheckConstraint(
                condition=Q(fee__gte=0, least__gte=0) & (Q(free_from__isnull=True) | Q(free_from__gt=0)),
                name="local_fee_amounts",
            ),
        ]
        indexes = [models.Index(fields=["merchant", "node"], name="local_fee_of_store")]
