"""What staff write on an order, and that somebody looked at whom it goes to, or printed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.orders.models import Order
from yutang.areas.orders.services.paying import note
from yutang.core import audit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.core.access import Actor

LONGEST = 500


@transaction.atomic
def add_note(*, order_id: int, text: str, actor: Actor) -> None:
    """For colleagues, into the history of an order of any channel; an empty text writes nothing."""
    if written := text.strip()[:LONGEST]:
        note(Order.objects.get(pk=order_id), "noted", actor, text=written)
        audit.record("orders.note", actor=actor, object_type="order", object_id=order_id)


@transaction.atomic
def record_look(*, order_id: int, actor: Actor) -> None:
    """Writes down that somebody reads the recipient in full (queries_shop.recipient)."""
    actor.require("customers.unmask")
    audit.record("orders.unmask", actor=actor, object_type="order", object_id=order_id)


@transaction.atomic
def record_print(*, order_ids: Sequence[int], actor: Actor) -> None:
    """Writes down, once for all of them, that somebody prints recipients in full (queries_shop.recipient)."""
    actor.require("customers.unmask")
    audit.record("orders.print", actor=actor, object_type="order", detail={"orders": list(order_ids)})
