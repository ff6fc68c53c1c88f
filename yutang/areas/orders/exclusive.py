"""Goods that only some may buy: members of certain levels, holders of certain cards. Who somebody is, counts when the
order is placed, whatever it was when the goods went into the cart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.membership import queries as membership
from yutang.areas.orders.errors import OnlyForMembers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.areas.catalog.queries import Offer
    from yutang.areas.membership.queries import Terms


def must_be_for(offer: Offer, terms: Terms) -> None:
    """OnlyForMembers. No statement unless it is refused."""
    if not terms.may_buy(offer.only_levels, offer.only_cards):
        raise OnlyForMembers(field="lines", title=offer.title, whom=whom(offer))


def closed_to(customer_id: int | None, offers: Iterable[Offer]) -> dict[int, str]:
    """SKU id → for whom it is, of offers that this person cannot buy now. Statements only where something is for
    members alone."""
    limited = [offer for offer in offers if offer.is_exclusive]
    if not limited:
        return {}
    terms = membership.terms(customer_id)
    return {offer.sku_id: whom(offer) for offer in limited if not terms.may_buy(offer.only_levels, offer.only_cards)}


def whom(offer: Offer) -> str:
    """For people: "Gold, Platinum, holders of a membership card"."""
    names = membership.level_names(offer.only_levels) if offer.only_levels else []
    if offer.only_cards:
        names.append(gettext("holders of a membership card"))
    return gettext(", ").join(names) or gettext("a level that is not given any more")
