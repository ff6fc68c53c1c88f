"""A coupon as a shopper sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.coupons import wording
from yutang.areas.coupons.queries import count_usable
from yutang.core import clock
from yutang.shop.account.asset import Asset
from yutang.shop.door import address

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from yutang.areas.coupons.models import Coupon, Terms


@dataclass(frozen=True)
class Shown:
    """`worth`: the big figure; `condition` below it. `saves`: on the cart, minor units; 0: its gift comes with it."""

    id: int
    name: str
    worth: str
    condition: str
    scope: str
    begins: datetime | None
    ends: datetime | None
    days: int | None = None  # relative validity, before it is issued
    is_giftable: bool = False
    state: str = "usable"
    saves: int | None = None


def shown(coupon: Coupon, currency: str, saves: int | None = None) -> Shown:
    now = clock.now()
    is_expired = coupon.state == coupon.State.USABLE and coupon.is_expired(now)
    return Shown(
        coupon.pk, coupon.template.name, wording.worth(coupon.terms, currency),
        wording.condition(coupon.terms, currency), scope(coupon.terms),
        coupon.valid_from if coupon.valid_from > now else None, coupon.last_at,
        is_giftable=coupon.terms.is_giftable, state="expired" if is_expired else coupon.state, saves=saves,
    )  # fmt: skip


def template_shown(terms: Terms, currency: str) -> Shown:
    """As it is offered; the name stands with the template."""
    return Shown(
        terms.template_id, "", wording.worth(terms, currency), wording.condition(terms, currency), scope(terms),
        terms.valid_from, terms.valid_until and terms.valid_until - timedelta(microseconds=1), terms.valid_days,
    )  # fmt: skip


def scope(terms: Terms) -> str:
    parts = []
    if terms.product_ids or terms.category_ids:
        parts.append(gettext("for certain goods"))
    if terms.node_ids:
        parts.append(gettext("at certain stores"))
    if terms.channel != terms.Channel.ANY:
        parts.append(terms.get_channel_display())
    if terms.levels:
        parts.append(gettext("for certain members"))
    if terms.is_exclusive:
        parts.append(gettext("not together with other coupons"))
    return " · ".join(parts)


def asset(request: HttpRequest) -> Asset | None:
    """On the page of a member: how many can be used."""
    count = count_usable(request.shopper.customer_id)
    return Asset(gettext("Coupons"), str(count), address(request, "coupons"), "discount")
