"""What a person has booked, and the VIP hub, on their page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.bookings import queries as bookings_of
from yutang.core import clock
from yutang.shop.account.asset import Asset
from yutang.shop.door import address

if TYPE_CHECKING:
    from django.http import HttpRequest


def bookings(request: HttpRequest) -> Asset | None:
    """Those to come."""
    count = bookings_of.coming(request.shopper.customer_id, clock.now())
    return Asset(gettext("Bookings"), str(count), address(request, "bookings"), "calendar") if count else None


def hub(request: HttpRequest) -> Asset | None:
    """For its members only."""
    found = bookings_of.hub()
    if found is None or not bookings_of.is_member(request.shopper.customer_id, found):
        return None
    return Asset(found.title, gettext("VIP"), address(request, "vip"), "star")
