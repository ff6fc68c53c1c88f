"""What follows from an event, at once and at the hour at which it is told: nobody waits for a job of tonight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from yutang.core import events
from yutang.core.models import Event

if TYPE_CHECKING:
    from yutang.core.access import Actor


def newest() -> int:
    """To be asked before something is told."""
    return Event.objects.aggregate(newest=Max("pk"))["newest"] or 0


def follow(since: int, actor: Actor) -> None:
    """Hands the events after `since`, and those that follow from them, to their handlers; their jobs find it done.
    Call in the transaction that told them."""
    while happened := list(Event.objects.filter(pk__gt=since).order_by("pk")):
        for event in happened:
            for handler in events.HANDLERS.get(event.name, {}):
                events.handle(merchant_id=actor.merchant_id, event_id=event.pk, handler=handler)
        since = happened[-1].pk
