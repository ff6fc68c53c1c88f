"""A free delivery of the card at the checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.orders.pricing import Quote
    from yutang.areas.orders.services import Wish


class CardFreightShopPerk:
    """Used by itself where there is freight, unless the buyer keeps it."""

    key = "card_freight"
    template = "shop/buying/_card_freight.html"

    def chosen(self, request: HttpRequest, wish: Wish, picked: str | None) -> str:
        del request, wish
        return "" if picked == "0" else "1"

    def context(self, request: HttpRequest, wish: Wish, quote: Quote | None) -> Any | None:
        del request, wish
        if quote is None or not any(reason.step == "freight" for reason in quote.reasons):
            return None
        is_used = any(reason.step == self.key for reason in quote.reasons)
        if not is_used and not quote.freight:
            return None  # it is free already
        left = quote.terms.free_freights
        return {"left": left, "is_used": is_used} if left else None
