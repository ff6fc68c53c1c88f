"""What the checkout offers besides money: coupons, points. One entry per perk (areas/orders/perks)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from yutang.shop.coupons.perk import CouponShopPerk
from yutang.shop.membership.perk import CardFreightShopPerk
from yutang.shop.points.perk import PointsShopPerk

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


PERKS: tuple[ShopPerk, ...] = (CouponShopPerk(), PointsShopPerk(), CardFreightShopPerk())


def choices(request: HttpRequest, wish: Wish, data: Mapping[str, str]) -> dict[str, str]:
    found = {perk.key: perk.chosen(request, wish, data.get(f"perk-{perk.key}")) for perk in PERKS}
    return {key: value for key, value in found.items() if value}


def offered(request: HttpRequest, wish: Wish, quote: Quote | None) -> list[Shown]:
    found = [(perk.template, perk.context(request, wish, quote)) for perk in PERKS]
    return [Shown(template, context) for template, context in found if context is not None]
