"""Points for a birthday, on the day itself in the merchant's calendar, once a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.customers import queries as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.points import queries
from yutang.areas.points.models import Kind
from yutang.areas.points.services.earning import earn
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.core.access import Actor


def give_birthdays(*, after: int, limit: int = 500, actor: Actor) -> int | None:
    """The next people by number after `after`; the last one's, None when nobody was left."""
    if queries.rule(Kind.BIRTHDAY) is None:
        return None
    day = clock.today(merchants.current_merchant(actor.merchant_id).timezone)
    found = customers.born_on(day, after=after, limit=limit)
    for customer_id in found:
        earn(kind=Kind.BIRTHDAY, customer_id=customer_id, key=f"{customer_id}:{day.year}", actor=actor)
    return found[-1] if found else None
