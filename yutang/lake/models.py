"""What the writer remembers outside the lake. Its position is not here: that is committed with the data itself."""

from __future__ import annotations

from django.db import models

from yutang.core.tenancy import CurrentTransaction, TenantModel


class PeopleChange(TenantModel):
    """Some people of the merchant changed: their snapshot is due. Written by services, removed by the writer."""

    xid = models.BigIntegerField(editable=False, db_default=CurrentTransaction())

    class Meta:
        indexes = [models.Index(fields=["merchant", "xid"], name="lake_people_change")]


class Freshness(TenantModel):
    """Up to which instant the lake holds everything of a merchant: "data as of" on every analytic screen."""

    as_of = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="lake_freshness_once")]
