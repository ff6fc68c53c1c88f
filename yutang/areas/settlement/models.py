"""Terms, statements and payments between headquarters and the others."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel

WHOLE = 10_000  # shares are in hundredths of a percent


class StoreTerms(TenantModel):
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    share = models.IntegerField(default=WHOLE)  # of what its orders came to, the store keeps
    serve_share = models.IntegerField(default=0)  # of goods it gives out for another store's order, that one pays it
    gift_share = models.IntegerField(default=0)  # of gift balance spent there, the store bears

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "node"], name="store_terms_once"),
            models.CheckConstraint(
                condition=Q(share__range=(0, WHOLE), serve_share__range=(0, WHOLE), gift_share__range=(0, WHOLE)),
                name="store_terms_sane",
            ),
        ]


class Supplier(TenantModel):
    name = models.CharField(max_length=80)
    category = models.ForeignKey("catalog.Category", on_delete=models.PROTECT, related_name="+", db_index=False)
    share = models.IntegerField()  # of the sales of the category and all below it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "name"], name="supplier_name_unique"),
            models.UniqueConstraint(fields=["merchant", "category"], name="supplier_of_category"),
            models.CheckConstraint(condition=Q(share__range=(0, WHOLE)), name="supplier_share_sane"),
        ]


class Statement(TenantModel):
    """Closed: of a store or a supplier, for days `since` to `until` inclusive. + is owed to the party."""

    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    since = models.DateField()
    until = models.DateField()
    currency = models.CharField(max_length=3)
    due = models.BigIntegerField()
    terms = models.JSONField()  # everybody's, as they were: what changes later is computed by them
    closed_by = models.CharField(max_length=200)
    closed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(node__isnull=False, supplier__isnull=True) | Q(node__isnull=True, supplier__isnull=False),
                name="statement_of_one",
            ),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="statement_days"),
            models.UniqueConstraint(
                fields=["merchant", "node", "supplier", "since"], name="statement_once", nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="statement_newest"),
            models.Index(fields=["merchant", "node", "-until"], name="statement_of_node"),
        ]


class StatementLine(TenantModel):
    """Frozen. `about`: the earlier statement that this line corrects."""

    class What(models.TextChoices):
        SOLD = "sold", _("Sold by the store")
        SERVED_FOR = "served_for", _("Given out for other stores")
        SERVED_BY = "served_by", _("Given out by other stores")
        CASH = "cash", _("Cash in its drawers")
        RECHARGED = "recharged", _("Recharge money it holds")
        GIFT = "gift", _("Gift balance spent there")
        SUPPLIED = "supplied", _("Sales of supplied goods")

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines", db_index=False)
    about = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    what = models.CharField(max_length=12, choices=What)
    base = models.BigIntegerField()
    due = models.BigIntegerField()
    count = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "statement", "id"], name="statement_line_of"),
            models.Index(fields=["merchant", "about"], condition=Q(about__isnull=False), name="statement_line_about"),
        ]


class Payment(TenantModel):
    """Money between headquarters and a party on account of a statement; + went to the party. Append-only."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="settlement_payment_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="settlement_payment_not_zero"),
        ]
        indexes = [models.Index(fields=["merchant", "statement", "id"], name="settlement_payment_of")]
