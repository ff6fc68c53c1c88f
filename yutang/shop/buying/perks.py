"""What the checkout offers besides money: coupons, points. One entry per perk (areas/orders/perks)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from yutang.areas.membership import queries as membership

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from yutang.areas.orders.pricing import Quote
    from yutang.areas.orders.services import Wish


class ShopPerk(Protocol):
    """`key` as in areas/orders/perks; what was picked is the field `perk-<key>` of the form. `template` is shown in the
    checkout with the perk's `context` as `perk`."""

    key: str
    template: str

    def chosen(self, request: HttpRequest, wish: Wish, picked: str | None) -> str:
        """What goes into `Wish.choices[key]`; "" for nothing. `picked` None: the buyer has not said yet, and what
        serves them best may be chosen."""

    def context(self, request: HttpRequest, wish: Wish, quote: Quote | None) -> Any | None:
        """None: there is nothing to offer."""


@dataclass(frozen=True)
class Shown:
    template: str
    context: Any


class CardFreight:
    """A free delivery of the card: used by itself where there is freight, unless the buyer keeps it."""

    key = "card_freight"
    template = "shop/buying/_card_freight.html"

    def chosen(self, request: HttpRequest, wish: Wish, picked: str | None) -> str:
        del request, wish
        return "" if picked == "0" else "1"

    def context(self, request: HttpRequest, wish: Wish, quote: Quote | None) -> Any | None:
        del wish
        if quote is None or not any(reason.step == "freight" for reason in quote.reasons):
            return None
        is_used = any(reason.step == self.key for reason in quote.reasons)
        if not is_used and not quote.freight:
            return None  # it is free already
        left = membership.terms(request.shopper.customer_id).free_freights
        return {"left": left, "is_used": is_used} if left else None


PERKS: tuple[ShopPerk, ...] = (CardFreight(),)


def choices(request: HttpRequest, wish: Wish, data: Mapping[str, str]) -> dict[str, str]:
    found = {perk.key: perk.chosen(request, wish, data.get(f"perk-{perk.key}")) for perk in PERKS}
    return {key: value for key, value in found.items() if value}


def offered(request: HttpRequest, wish: Wish, quote: Quote | None) -> list[Shown]:
    found = [(perk.template, perk.context(request, wish, quote)) for perk in PERKS]
    return [Shown(template, context) for template, context in found if context is not None]
