"""What a member has, on their page: points, balance, coupons, a card. One entry each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.membership import queries, queries_cards
from yutang.shop.door import address

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True)
class Asset:
    """`value` as it is shown ("1,200", "¥88.00"); `label` in the active language."""

    label: str
    value: str
    address: str
    icon: str


def of_membership(request: HttpRequest) -> Asset | None:
    """The level, or the card, or that there are cards to have."""
    way = queries.way(request.shopper.customer_id)
    card = queries.current_card(request.shopper.customer_id)
    if way is None and card is None and not queries_cards.on_sale():
        return None
    value = card.plan.name if card else way.level.name if way and way.level else gettext("Join")
    return Asset(gettext("Membership"), value, address(request, "membership"), "crown")


ASSETS: tuple[Callable[[HttpRequest], Asset | None], ...] = (of_membership,)


def assets(request: HttpRequest) -> list[Asset]:
    """Those that this merchant and this person have anything to do with."""
    return [found for one in ASSETS if (found := one(request)) is not None]
