"""A price that staff lower at the till: of one piece of a line, or of the whole basket; always with a reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

if TYPE_CHECKING:
    from yutang.areas.orders.pricing.basket import Line, Quote
    from yutang.areas.orders.pricing.pipeline import Draft

STEP, PLACE = "till", 500  # after everything that is the buyer's by right, before freight


@dataclass(frozen=True, slots=True)
class Lowered:
    """`prices`: SKU id → what one piece costs instead; `off`: taken off the whole basket. Minor units."""

    prices: Mapping[int, int] = field(default_factory=dict)
    off: int = 0
    reason: str = ""

    @property
    def choices(self) -> dict[str, str]:
        """As a basket carries it (Basket.choices)."""
        if not self.prices and not self.off:
            return {}
        prices = {str(sku_id): price for sku_id, price in self.prices.items()}
        return {STEP: json.dumps({"prices": prices, "off": self.off, "reason": self.reason})}


def fixed(choices: Mapping[str, str], lines: Sequence[Line]) -> frozenset[int]:
    """Places of the lines whose price staff named: it is the last word, so coupons and points are not spent on them."""
    chosen = choices.get(STEP)
    prices = json.loads(chosen)["prices"] if chosen else {}
    return frozenset(place for place, line in enumerate(lines) if str(line.offer.sku_id) in prices)


def till_price(draft: Draft) -> None:
    """Never raises a price: a line that other steps have made cheaper stays as it is."""
    chosen = draft.basket.choices.get(STEP)
    if not chosen:
        return
    lowered = json.loads(chosen)
    label, source = gettext_noop("Price changed at the till"), ("reason", lowered["reason"])
    for place, line in enumerate(draft.basket.lines):
        price = lowered["prices"].get(str(line.offer.sku_id))
        if price is not None:
            lower = min(price * line.quantity - draft.amounts[place], 0)
            draft.change(place, lower, step=STEP, label=label, source=source)
    if off := min(lowered["off"], sum(draft.amounts)):
        draft.share(off, range(len(draft.amounts)), step=STEP, label=label, source=source)


def lowered_by(quote: Quote) -> tuple[int, int]:
    """What the till took off the goods, and what they would have cost without it."""
    off = -sum(reason.amount for reason in quote.reasons if reason.step == STEP)
    return off, quote.goods + off
