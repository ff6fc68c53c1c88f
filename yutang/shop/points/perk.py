"""Points at the checkout: one tick, which uses as many as the terms let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.orders import queries_perks

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.orders.pricing import Quote
    from yutang.areas.orders.services import Wish


class PointsShopPerk:
    key = queries_perks.POINTS
    template = "shop/points/_checkout.html"

    def chosen(self, request: HttpRequest, wish: Wish, picked: str | None) -> str:
        """Nothing by itself: points are the buyer's to keep."""
        del request, wish
        return queries_perks.ALL_POINTS if picked == "1" else ""

    def context(self, request: HttpRequest, wish: Wish, quote: Quote | None) -> queries_perks.Points | None:
        if quote is None:
            return None
        return queries_perks.points(wish=wish, quote=quote, customer_id=request.shopper.customer_id)
