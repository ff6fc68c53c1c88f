"""What the merchant sends to people."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yutang.areas.customers.models import unchecked_merchant
from yutang.core import clock
from yutang.core.tenancy import TenantModel

CODES_PER_DAY = 2_000  # of a merchant, unless it says otherwise
REMINDER_HOUR = 10


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


# -- notices -----------------------------------------------------------------------------------------------------------


class Notice(TenantModel):
    """Something a person is told in the shop. Its words are made when it is read, of `kind` and `figures`. `key` says
    what it is about: the same is told once, however often and by how many at once."""

    merchant = unchecked_merchant()
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=30)  # kinds.Kind.key
    key = models.CharField(max_length=80)
    figures = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "home_customer", "key"], name="notice_told_once")]
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="notice_of_person"),
            models.Index(fields=["merchant", "customer"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["merchant", "at"], name="notice_old"),
        ]


class ReminderTerms(TenantModel):
    """When reminders are written. One row; without it the default holds."""

    hour = models.SmallIntegerField(default=REMINDER_HOUR)  # of the merchant's own day

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant"], name="reminder_terms_once"),
            models.CheckConstraint(condition=Q(hour__range=(0, 23)), name="reminder_hour"),
        ]


class ReminderRule(TenantModel):
    """What the merchant has decided about one kind of notice. Without a row the kind is on, with its own days."""

    kind = models.CharField(max_length=30)
    is_on = models.BooleanField(default=True)
    days = models.SmallIntegerField(null=True)  # ahead, or of silence; null: the kind has none

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "kind"], name="reminder_rule_once"),
            models.CheckConstraint(condition=Q(days__isnull=True) | Q(days__gt=0), name="reminder_days"),
        ]


class ReminderRun(TenantModel):
    """One day's search for people to remind of one kind, chunk by chunk: where it stands is committed with what the
    chunk wrote."""

    day = models.DateField()  # the merchant's own
    kind = models.CharField(max_length=30)
    after_at = models.DateTimeField(null=True)  # the last row that is done, as the kind orders them
    after_id = models.BigIntegerField(default=0)
    seen = models.BigIntegerField(default=0)
    told = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "day", "kind"], name="reminder_run_once")]
