"""The audit trail: one function to write, one to read; and how old entries go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yutang.core.models import AuditEntry

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.core.access import Actor


def record(
    action: str, *, actor: Actor, object_type: str = "", object_id: object = "", detail: dict[str, Any] | None = None
) -> None:
    """Adds an entry inside the running transaction. `detail` holds ids and numbers, never secrets or full phones."""
    AuditEntry.objects.create(
        merchant_id=actor.merchant_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        detail=detail or {},
        ip=actor.ip,
    )


def record_many(action: str, *, actor: Actor, object_type: str, objects: list[tuple[object, dict[str, Any]]]) -> None:
    """The same for many (object id, detail) in one statement."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            merchant_id=actor.merchant_id, actor_kind=actor.kind, actor_id=actor.id, actor_name=actor.name,
            action=action, object_type=object_type, object_id=str(object_id), detail=detail, ip=actor.ip,
        )
        for object_id, detail in objects
    )  # fmt: skip


def entries(*, actor: Actor) -> QuerySet[AuditEntry]:
    """Newest first; needs `audit.view`."""
    actor.require("audit.view")
    return AuditEntry.objects.order_by("-at", "-id")


def count_before(before: datetime) -> int:
    """Entries of the merchant in scope that are older."""
    return AuditEntry.objects.filter(at__lt=before).count()


def remove_before(before: datetime) -> int:
    """Deletes them, for the retention of the privacy area; nobody else takes anything out of the trail."""
    return AuditEntry.objects.filter(at__lt=before).delete()[0]
