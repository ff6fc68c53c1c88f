"""Consent, requests of people about their data, legal holds, and how long data is kept."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Purpose(models.TextChoices):
    """What personal data is used for, beyond what an order itself needs."""

    MARKETING = "marketing", _("Marketing messages")
    PROFILING = "profiling", _("Personalised recommendations and marketing")
    SHARING = "sharing", _("Sharing with another company")
    SENSITIVE = "sensitive", _("Sensitive data")
    MINOR = "minor", _("Guardian's consent for a child")
    # What a shop must show at the log-in (documents.py); no use of data by itself.
    TERMS = "terms", _("Terms of use")
    POLICY = "policy", _("Privacy policy")


DOCUMENTS = (Purpose.TERMS, Purpose.POLICY)
USES = tuple(purpose for purpose in Purpose if purpose not in DOCUMENTS)


class Channel(models.TextChoices):
    """How people are reached; empty stands for every channel."""

    ANY = "", _("Every channel")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone call")
    WECHAT = "wechat", _("WeChat")
    WECOM = "wecom", _("WeCom")


class ConsentText(TenantModel):
    """What people agreed to, word by word. A change is a new version; nothing is overwritten."""

    purpose = models.CharField(max_length=20, choices=Purpose)
    version = models.IntegerField()
    text = models.TextField(max_length=20_000)  # of a document rich text, cleaned
    text_en = models.TextField(max_length=20_000, blank=True, default="")  # the same in English, where there is one
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "purpose", "version"], name="consent_text_once")]


class Consent(TenantModel):
    """One statement of a person: agreed or refused, when, how, to which text. Append-only."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=20, choices=Purpose)
    channel = models.CharField(max_length=20, choices=Channel, blank=True, default="")
    is_given = models.BooleanField()
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    evidence = models.CharField(max_length=500, blank=True)  # "form /newsletter", "call of 12 March"
    recorded_at = models.DateTimeField(default=clock.now)
    recorded_by = models.CharField(max_length=200)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-id"], name="consent_newest"),
            models.Index(fields=["merchant", "customer", "-at", "-id"], name="consent_by_customer"),
            models.Index(fields=["merchant", "home_customer"], name="consent_by_home"),
            models.Index(fields=["merchant", "purpose", "customer"], name="consent_by_purpose"),
        ]


class Request(TenantModel):
    """Somebody asks for a copy of their data, or for its erasure."""

    class Kind(models.TextChoices):
        EXPORT = "export", _("Copy of all data")
        ERASURE = "erasure", _("Erasure")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Needs attention")

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=500, blank=True)
    despite_orders = models.BooleanField(default=False)  # somebody decided not to wait for open orders
    steps_done = models.JSONField(default=list)
    # Encrypted: what to look for while the erasure runs. Gone when it is done.
    dossier = models.BinaryField(null=True)
    snapshot_at = models.DateTimeField(null=True)  # since then the lake's present state does not know the person
    proof = models.JSONField(null=True)  # proving.Proof
    file = models.CharField(max_length=200, blank=True)  # of a copy, below settings.FILES
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "home_customer"],  # by home: merging two who wait must be possible
                condition=models.Q(kind="erasure") & ~models.Q(state="done"),
                name="request_one_erasure",
            )
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="request_newest"),
            models.Index(fields=["merchant", "customer", "-id"], name="request_by_customer"),
            models.Index(fields=["merchant", "home_customer"], name="request_by_home"),
        ]


class Hold(TenantModel):
    """The law or a dispute forbids erasing this person for now."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=500)
    placed_at = models.DateTimeField(default=clock.now)
    placed_by = models.CharField(max_length=200)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["merchant", "customer"], name="hold_by_customer")]


class RetentionRule(TenantModel):
    """For how many days the merchant keeps data of a kind, where that differs from the default."""

    kind = models.CharField(max_length=40)
    days = models.IntegerField()
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "kind"], name="retention_once")]
