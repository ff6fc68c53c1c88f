"""The brand's stores."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from yutang.areas.decoration import needs
from yutang.areas.merchants import queries as merchants
from yutang.core import clock
from yutang.shop.decorated.views import viewer_of
from yutang.shop.door import page, shown

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page()
def store_list(request: HttpRequest) -> HttpResponse:
    """By city, the shopper's first, each with today's hours."""
    viewer = viewer_of(request)
    found = needs.stores([""], viewer)[""]
    hours = merchants.hours_of(place.node_id for place in found)
    today = clock.today(request.merchant.timezone)
    rows = [(place, [str(span) for span in hours[place.node_id].on(today)]) for place in found]
    own = [row for row in rows if needs.is_near(row[0], viewer)]
    rest = sorted((row for row in rows if row not in own), key=lambda row: (row[0].province, row[0].city))
    cities = [(name, list(each)) for part in (own, rest) for name, each in groupby(part, key=lambda row: row[0].city)]
    return shown(request, "shop/stores/list.html", {"cities": cities})
