"""The level and the card on the page of the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.membership import queries, queries_cards
from yutang.shop.account.asset import Asset
from yutang.shop.door import address

if TYPE_CHECKING:
    from django.http import HttpRequest


def membership(request: HttpRequest) -> Asset | None:
    """The level, or the card, or that there are cards to have."""
    way = queries.way(request.shopper.customer_id)
    card = queries.current_card(request.shopper.customer_id)
    if way is None and card is None and not queries_cards.on_sale():
        return None
    value = card.plan.name if card else way.level.name if way and way.level else gettext("Join")
    return Asset(gettext("Membership"), value, address(request, "membership"), "crown")
