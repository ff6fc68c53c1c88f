"""Accounts of the merchant on platforms."""

from __future__ import annotations

from django.db import models

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class OfficialAccount(TenantModel):
    """The merchant's WeChat Official Account (公众号, of the service kind)."""

    app_id = models.CharField(max_length=60)  # namespace of its OpenIDs
    sealed = models.BinaryField()  # core.credentials
    is_active = models.BooleanField(default=True)  # else nobody is asked to log in through it
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="official_account_once")]
