"""What a merchant sets for all its orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.orders import queries_terms
from yutang.areas.orders.errors import OutOfBounds
from yutang.areas.orders.models.shop import RECEIVE_DAYS
from yutang.core import audit

if TYPE_CHECKING:
    from yutang.areas.orders.models import OrderTerms
    from yutang.core.access import Actor


@transaction.atomic
def save_terms(*, receive_days: int, actor: Actor) -> OrderTerms:
    """For the whole merchant; orders on their way keep the deadline they have. OutOfBounds."""
    queries_terms.require_everywhere(actor)
    if not RECEIVE_DAYS.least <= receive_days <= RECEIVE_DAYS.most:
        raise OutOfBounds(field="receive_days", least=RECEIVE_DAYS.least, most=RECEIVE_DAYS.most)
    row = queries_terms.terms()
    row.merchant_id, row.receive_days = actor.merchant_id, receive_days
    row.save()
    audit.record(
        "orders.terms", actor=actor, object_type="order_terms", object_id=row.pk, detail={"receive_days": receive_days}
    )
    return row
