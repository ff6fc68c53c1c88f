"""Points on the page of the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.points import queries
from yutang.shop.account.asset import Asset
from yutang.shop.door import address

if TYPE_CHECKING:
    from django.http import HttpRequest


def points(request: HttpRequest) -> Asset | None:
    """None where the shop gives none and the person has none."""
    balance = queries.balance(request.shopper.customer_id)
    if not balance and not queries.are_given():
        return None
    return Asset(gettext("Points"), f"{balance:,}", address(request, "points"), "star")
