"""Tables every area leans on: audit trail, events and idempotency keys."""

from __future__ import annotations

from django.db import models

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class AuditEntry(TenantModel):
    """Who did what to which object, and every sensitive read. Append-only."""

    at = models.DateTimeField(default=clock.now)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80)  # "customers.merge"
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-at", "-id"], name="audit_newest"),
            models.Index(fields=["merchant", "object_type", "object_id", "-id"], name="audit_object"),
        ]


class Event(TenantModel):
    """A published fact, kept so that handlers can be repeated and webhooks replayed."""

    name = models.CharField(max_length=80)
    payload = models.JSONField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["merchant", "-id"], name="event_newest")]


class EventHandling(TenantModel):
    """Written in the handler's own transaction: an event acts once per handler, however often its job runs."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+", db_index=False)
    handler = models.CharField(max_length=120)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="event_handled_once")]


class Allowance(TenantModel):
    """What somebody may still do at once (limits.py). Neither who nor what can be had from the key."""

    key = models.BinaryField(max_length=16)
    tokens = models.FloatField()
    refilled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="allowance_once")]
        indexes = [models.Index(fields=["merchant", "refilled_at"], name="allowance_age")]


class IdempotencyKey(TenantModel):
    """The answer to a request that carried an Idempotency-Key; a repeat gets the same answer."""

    scope = models.CharField(max_length=80)  # who asked and for what: "api_key:3 POST /api/v1/…"
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the request body
    status = models.IntegerField(null=True)  # null while the first request is still running
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "scope", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]
