"""What the merchant sends to people."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel

CODES_PER_DAY = 2_000  # of a merchant, unless it says otherwise


class SmsAccount(TenantModel):
    """The merchant's account with the service that sends its text messages. What opens it is sealed; the provider
    alone reads it."""

    provider = models.CharField(max_length=20)
    account_no = models.CharField(max_length=64)  # what the provider calls the account; shown
    is_active = models.BooleanField(default=True)
    codes_per_day = models.PositiveIntegerField(default=CODES_PER_DAY)  # whoever floods us must not empty the account
    sealed = models.BinaryField()  # core.credentials
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant"], name="sms_account_once"),
            models.CheckConstraint(condition=Q(codes_per_day__gt=0), name="sms_account_sends"),
        ]


class OneTimeCode(TenantModel):
    """A code sent to a phone, to prove whose it is. Neither the phone nor the code can be had from the row."""

    class Purpose(models.TextChoices):
        LOGIN = "login", _("Log-in")
        BIND = "bind", _("Adding a phone")

    class State(models.TextChoices):
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        UNKNOWN = "unknown", _("Perhaps sent")
        FAILED = "failed", _("Not sent")

    purpose = models.CharField(max_length=20, choices=Purpose)
    phone_key = models.BinaryField(max_length=16)  # blind index, as customers have it
    phone_shown = models.CharField(max_length=20)  # masked
    address_key = models.BinaryField(max_length=16)  # blind index of the visitor's address
    visitor_key = models.BinaryField(
        max_length=16, default=b""
    )  # blind index of the browser that asked; it alone may guess
    salt = models.BinaryField(max_length=16)
    code_hash = models.BinaryField(max_length=32)  # keyed; six digits would be guessed from any other
    provider = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=State, default=State.SENDING)
    error = models.CharField(max_length=100, blank=True)  # the provider's code, for staff
    tries = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-id"], name="one_time_code_newest"),
            models.Index(fields=["merchant", "state", "-id"], name="one_time_code_state"),
            models.Index(fields=["merchant", "phone_key", "-id"], name="one_time_code_phone"),
            models.Index(fields=["merchant", "address_key", "sent_at"], name="one_time_code_address"),
            models.Index(fields=["merchant", "sent_at"], name="one_time_code_day"),
        ]
