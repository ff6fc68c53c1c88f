"""Scarce things and who holds them for a while."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Pool(TenantModel):
    """So many of one thing: pieces of a SKU at a store, cents of a coupon budget, seats of a group."""

    kind = models.CharField(max_length=40)  # "stock", "coupon_budget", …
    key = models.CharField(max_length=120)  # the owner's name for it: "sku:17@store:3"
    capacity = models.BigIntegerField()
    reserved = models.BigIntegerField(default=0)
    confirmed = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "kind", "key"], name="pool_key_unique"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="pool_reserved_not_negative"),
            models.CheckConstraint(condition=Q(confirmed__gte=0), name="pool_confirmed_not_negative"),
            models.CheckConstraint(
                condition=Q(capacity__gte=F("reserved") + F("confirmed")), name="pool_never_oversold"
            ),
        ]

    @property
    def available(self) -> int:
        return self.capacity - self.reserved - self.confirmed


class Reservation(TenantModel):
    """A part of one pool, held for somebody. Several pools reserved together share the idempotency key."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        CONFIRMED = "confirmed", _("Confirmed")
        RELEASED = "released", _("Released")
        EXPIRED = "expired", _("Expired")

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+", db_index=False)
    idempotency_key = models.CharField(max_length=200)
    holder_key = models.CharField(max_length=120)  # "order:5"
    quantity = models.BigIntegerField()
    returned = models.BigIntegerField(default=0)  # given back after it was confirmed
    state = models.CharField(max_length=10, choices=State, default=State.RESERVED)
    expires_at = models.DateTimeField(null=True)  # null: held until somebody decides
    created_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "idempotency_key", "pool"], name="reservation_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_quantity_positive"),
            models.CheckConstraint(
                condition=Q(returned=0) | Q(returned__gt=0, returned__lte=F("quantity"), state="confirmed"),
                name="reservation_returned_within",
            ),
        ]
        indexes = [
            models.Index(
                fields=["merchant", "expires_at"],
                condition=Q(state="reserved", expires_at__isnull=False),
                name="reservation_due",
            ),
            models.Index(fields=["merchant", "holder_key"], name="reservation_holder"),
            models.Index(fields=["pool", "state"], name="reservation_pool_state"),
        ]


class Return(TenantModel):
    """One giving back of confirmed quantity; its key makes a repeat harmless."""

    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="+", db_index=False)
    idempotency_key = models.CharField(max_length=200)
    quantity = models.BigIntegerField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "idempotency_key"], name="return_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="return_quantity_positive"),
        ]
        indexes = [models.Index(fields=["reservation"], name="return_by_reservation")]
