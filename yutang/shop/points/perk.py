"""Points at the checkout: one tick, which uses as many as the terms let in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.points import queries

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.orders.pricing import Quote
    from yutang.areas.orders.services import Wish

ALL = "999999999999"  # the pricing step takes no more than there are and may be


@dataclass(frozen=True, slots=True)
class Offered:
    """`used` points take `off` minor units; unticked, `usable` would take `worth`."""

    balance: int
    least: int
    is_chosen: bool
    used: int
    off: int
    usable: int
    worth: int


class PointsShopPerk:
    key = "points"
    template = "shop/points/_checkout.html"

    def chosen(self, request: HttpRequest, wish: Wish, picked: str | None) -> str:
        """Nothing by itself: points are the buyer's to keep."""
        del request, wish
        return ALL if picked == "1" else ""

    def context(self, request: HttpRequest, wish: Wish, quote: Quote | None) -> Offered | None:
        tender = queries.tender(request.shopper.customer_id)
        if tender is None or not tender.balance or quote is None:
            return None
        off = -sum(reason.amount for reason in quote.reasons if reason.step == self.key)
        usable = tender.usable(tender.balance, goods=quote.goods + off)
        return Offered(
            tender.balance, tender.least, is_chosen=bool(wish.choices.get(self.key)), used=off * tender.rate, off=off,
            usable=usable, worth=usable // tender.rate,
        )  # fmt: skip
