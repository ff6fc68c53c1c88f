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
    card = queries.current_card(request.shopper.customer_id)
    name = card.plan.name if card else queries.level_name(request.shopper.customer_id)
    if name is None and not queries_cards.on_sale():
        return None
    value = name or gettext("Join")
    return Asset(gettext("Membership"), value, address(request, "membership"), "crown")
