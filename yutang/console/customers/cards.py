"""What other topics show on a person's page: a card each, read when the page is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

if TYPE_CHECKING:
    from yutang.core.access import Actor

# url name (with the person's number) → permission; in their order on the page. A topic that is not there is left out.
CARDS = {
    "console:customer_aftersale": "aftersale.view",
    "console:customer_membership": "membership.view",
    "console:customer_points": "points.view",
    "console:customer_wallet": "wallet.view",
    "console:customer_coupons": "coupons.view",
    "console:customer_bookings": "bookings.view",
    "console:customer_notices": "customers.view",
}


@dataclass(frozen=True)
class Card:
    key: str  # of the element, which the answer replaces
    address: str


def cards(customer_id: int, actor: Actor) -> list[Card]:
    """Those that the actor may see."""
    found = []
    for name, permission in CARDS.items():
        if actor.may(permission):
            try:
                found.append(Card(name.partition("_")[2], reverse(name, args=[customer_id])))
            except NoReverseMatch:
                continue
    return found
