"""What a member has, on their page: points, balance, coupons, a card. One entry each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.bookings import queries as bookings
from yutang.core import clock
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


def _bookings(request: HttpRequest) -> Asset | None:
    """Those to come."""
    count = bookings.coming(request.shopper.customer_id, clock.now())
    return Asset(gettext("Bookings"), str(count), address(request, "bookings"), "calendar") if count else None


def _hub(request: HttpRequest) -> Asset | None:
    """For its members only."""
    hub = bookings.hub()
    if hub is None or not bookings.is_member(request.shopper.customer_id, hub):
        return None
    return Asset(hub.title, gettext("VIP"), address(request, "vip"), "star")


ASSETS: tuple[Callable[[HttpRequest], Asset | None], ...] = (_bookings, _hub)


def assets(request: HttpRequest) -> list[Asset]:
    """Those that this merchant and this person have anything to do with."""
    return [found for one in ASSETS if (found := one(request)) is not None]
