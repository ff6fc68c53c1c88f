"""News that goes up: areas publish frozen facts, `reactions/` says what follows.

`publish` writes the event and one job per handler inside the running transaction. A handler runs in a transaction of
its own together with the row that marks it done, so a job that runs twice acts once.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.db import IntegrityError, transaction

from yutang.core import jobs, prepared, tenancy
from yutang.core.models import Event, EventHandling

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

REGISTRY: dict[str, type[DomainEvent]] = {}
HANDLERS: dict[str, dict[str, Callable[[Any], None]]] = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Base of all events: past tense, ids and numbers only. `name` is stable: `area.what_happened`."""

    name: ClassVar[str]
    merchant_id: int

    def __init_subclass__(cls) -> None:
        REGISTRY[cls.name] = cls

    def lock(self) -> str | None:
        """Events with the same lock are handled in order, e.g. those of one order."""
        return None


E = TypeVar("E", bound=DomainEvent)


def on(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Registers a handler; used in `reactions/` only."""

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        HANDLERS.setdefault(event.name, {})[f"{handler.__module__.removeprefix('yutang.')}.{handler.__name__}"] = (
            handler
        )
        return handler

    return register


def publish(event: DomainEvent) -> None:
    """Call inside the transaction that made the fact true."""
    publish_many([event])


def publish_many(happened: Sequence[DomainEvent]) -> None:
    """The same for many events: one statement for them, and one for the jobs of each."""
    rows = [
        Event(merchant_id=event.merchant_id, name=event.name, payload=dataclasses.asdict(event)) for event in happened
    ]
    prepared.insert(rows)
    for event, row in zip(happened, rows, strict=True):
        started = [
            {"merchant_id": event.merchant_id, "event_id": row.pk, "handler": handler}
            for handler in HANDLERS.get(event.name, {})
        ]
        jobs.defer_each("core.handle_event", started, lock=event.lock())


def handle(*, merchant_id: int, event_id: int, handler: str) -> bool:
    """Runs one handler for one event; False when it had acted already."""
    with tenancy.scope(merchant_id):
        row = Event.objects.get(pk=event_id)
        try:
            with transaction.atomic():
                EventHandling.objects.create(merchant_id=merchant_id, event=row, handler=handler)
        except IntegrityError:
            return False
        HANDLERS[row.name][handler](REGISTRY[row.name](**row.payload))
    return True


def count_before(before: datetime) -> int:
    """Events of the merchant in scope that are older."""
    return Event.objects.filter(at__lt=before).count()


def remove_before(before: datetime) -> int:
    """Deletes them with the marks of their handlers; returns how many events went."""
    old = Event.objects.filter(at__lt=before)
    EventHandling.objects.filter(event__in=old)._raw_delete("default")
    return int(old._raw_delete("default"))
