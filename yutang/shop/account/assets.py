"""What a member has, on their page: points, balance, coupons, a card. One entry each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from yutang.shop.account.asset import Asset
from yutang.shop.booking import asset as booking
from yutang.shop.coupons import showing as coupons
from yutang.shop.membership import asset as membership
from yutang.shop.points import asset as points
from yutang.shop.wallet import asset as wallet

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["ASSETS", "Asset", "assets"]

ASSETS: tuple[Callable[[HttpRequest], Asset | None], ...] = (
    membership.membership,
    wallet.balance,
    points.points,
    coupons.asset,
    booking.bookings,
    booking.hub,
)


def assets(request: HttpRequest) -> list[Asset]:
    """Those that this merchant and this person have anything to do with."""
    return [found for one in ASSETS if (found := one(request)) is not None]
