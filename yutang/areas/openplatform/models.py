"""Keys of other systems, and how many requests each has left."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from yutang.areas.openplatform import rules
from yutang.core import clock
from yutang.core.tenancy import TenantModel


class ApiKey(TenantModel):
    """What another system shows to be let in. Stays as a row when it is revoked: the audit trail names it."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")

    public_id = models.CharField(max_length=16, unique=True)
    secret_hash = models.BinaryField(max_length=32)  # HMAC-SHA-256 under the installation's secret
    name = models.CharField(max_length=80)
    scopes = models.JSONField()  # ["customers.view", …]
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, null=True, related_name="+")  # null: all
    requests_per_minute = models.IntegerField(default=rules.REQUESTS_PER_MINUTE)
    # A site key: public, without a secret, write-only, for pages of these origins. Empty: an ordinary key.
    origins = models.JSONField(default=list)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)  # to the minute
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["merchant", "-id"], name="apikey_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def shown(self) -> str:
        """How the key is recognised without its secret."""
        return rules.site_token(self.public_id) if self.origins else f"yk_{self.public_id}_…"

    def state(self, at: datetime | None = None) -> State:
        if self.revoked_at is not None:
            return self.State.REVOKED
        if self.expires_at is not None and self.expires_at <= (at or clock.now()):
            return self.State.EXPIRED
        return self.State.ACTIVE


class Bucket(TenantModel):
    """Requests a key may still make at once."""

    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, primary_key=True, related_name="+")
    tokens = models.FloatField()
    refilled_at = models.DateTimeField(default=clock.now)
