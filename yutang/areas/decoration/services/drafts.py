"""Working on a draft: every change is saved at once, and only on top of what the worker has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from yutang.areas.decoration import blocks, queries
from yutang.areas.decoration.errors import DraftChanged, TooManyBlocks
from yutang.areas.decoration.models import PageVariant
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.areas.decoration.edits import Edit
    from yutang.core.access import Actor


@transaction.atomic
def change(*, variant_id: int, revision: int, edit: Edit, actor: Actor) -> PageVariant:
    """Applies an edit (`edits`) to the draft as it was at `revision`. DraftChanged where somebody has saved since;
    BadBlock, NoSuchBlock, TooManyBlocks. Not audited change by change: publishing is."""
    variant = locked(variant_id, revision, actor)
    changed = edit(blocks.parse(variant.draft))
    if len(changed) > blocks.MOST:
        raise TooManyBlocks(most=blocks.MOST)
    variant.draft = blocks.dumped(changed)
    variant.revision += 1
    variant.drafted_at, variant.drafted_by = clock.now(), actor.name
    variant.save(update_fields=["draft", "revision", "drafted_at", "drafted_by"])
    return variant


def locked(variant_id: int, revision: int, actor: Actor) -> PageVariant:
    """The variant, if its draft is the one that the actor has in front of them."""
    queries.require_everywhere(actor)
    queries.variant(variant_id)
    variant = PageVariant.objects.select_for_update().get(pk=variant_id)
    if variant.revision != revision:
        at = timezone.localtime(variant.drafted_at).strftime("%H:%M")
        raise DraftChanged(name=variant.drafted_by, time=at)
    return variant
