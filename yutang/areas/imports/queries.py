"""Reads about imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.imports.models import ImportRun, SavedMapping
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.core.access import Actor


def runs(*, actor: Actor) -> QuerySet[ImportRun]:
    """Newest first."""
    actor.require("imports.view")
    return ImportRun.objects.order_by("-id")


def run(run_id: int, *, actor: Actor) -> ImportRun:
    actor.require("imports.view")
    found = ImportRun.objects.filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found


def saved_mapping(signature: str) -> SavedMapping | None:
    return SavedMapping.objects.filter(signature=signature).first()
