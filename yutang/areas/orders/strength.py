"""How strongly a person is tied to the brand and to products, with the rows it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from yutang.areas.interactions import queries as interactions
from yutang.areas.orders import queries
from yutang.areas.orders.rules import HALF_LIFE, WINDOW, Counted, Deed, Line, Strength, strengths
from yutang.core import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.core.access import Actor

MOST_LINES, MOST_EVENTS = 5_000, 5_000  # the newest of a person; who has more than these is no single person
PRODUCTS = 5


@dataclass(frozen=True)
class Strengths:
    brand: Strength
    products: list[Strength]  # the strongest
    is_cut: bool  # whether older rows were left out


def of_customer(customer_id: int, visitors: Sequence[int], *, actor: Actor) -> Strengths:
    """Of a person of today whom the caller has fetched through the checked door, from the orders the actor sees and
    the interactions of these visitors (`interactions.queries.numbers`); one query each."""
    now = clock.now()
    since = now - timedelta(days=WINDOW)
    lines = [Line(*row) for row in queries.line_amounts(actor, customer_id, since=since)[: MOST_LINES + 1]]
    deeds = [Deed(*row) for row in interactions.kinds_and_items(visitors, since=since)[: MOST_EVENTS + 1]]
    brand, products = strengths(lines[:MOST_LINES], deeds[:MOST_EVENTS], now=now)
    return Strengths(brand, products[:PRODUCTS], len(lines) > MOST_LINES or len(deeds) > MOST_EVENTS)


__all__ = ["HALF_LIFE", "WINDOW", "Counted", "Strength", "Strengths", "of_customer"]
