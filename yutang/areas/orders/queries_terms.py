"""What a merchant has set for all its orders."""

from __future__ import annotations

from yutang.areas.orders.models import OrderTerms
from yutang.areas.orders.models.shop import RECEIVE_DAYS, Bound
from yutang.core.access import Actor
from yutang.core.errors import NotAllowed

SETUP = "orders.setup"


def terms() -> OrderTerms:
    """The merchant's row, or one with the defaults that is not saved."""
    return OrderTerms.objects.first() or OrderTerms()


def receive_days() -> Bound:
    return RECEIVE_DAYS


def require_everywhere(actor: Actor) -> None:
    """It belongs to the whole merchant: setting it takes the permission for all of it."""
    if actor.nodes(SETUP) is not None:
        raise NotAllowed(permission=SETUP)
