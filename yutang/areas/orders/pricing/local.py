"""What a store asks for bringing goods to people near it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext_noop

from yutang.areas.orders.errors import NotReached, TooLittle
from yutang.core import money

if TYPE_CHECKING:
    from yutang.areas.orders.pricing.pipeline import Draft


@dataclass(frozen=True, slots=True)
class Reach:
    """A store's terms for one district. Amounts in minor units, compared with the goods after every discount; `lead`:
    until goods can be at the door."""

    node_id: int
    fee: int
    free_from: int | None
    least: int
    lead: timedelta

    def costs(self, worth: int) -> int | None:
        """None: not brought for so little."""
        if worth < self.least:
            return None
        return 0 if self.free_from is not None and worth >= self.free_from else self.fee


def local_fee(draft: Draft) -> None:
    """In place of the freight. NotReached, TooLittle."""
    basket, worth = draft.basket, sum(draft.amounts)
    if basket.local is None:
        raise NotReached(field="address")
    fee = basket.local.costs(worth)
    if fee is None:
        least = money.formatted(basket.local.least, basket.currency, get_language() or "en")
        raise TooLittle(field="lines", least=least)
    draft.change_freight(fee, step="freight", label=gettext_noop("Delivery fee"), source=("node", basket.local.node_id))
