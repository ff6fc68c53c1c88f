"""Coupons at the checkout: the cheapest set by itself, an own choice, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.orders import queries_perks
from yutang.areas.orders.queries_perks import AUTO, COUPON, NONE, OWN

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.orders.pricing import Quote
    from yutang.areas.orders.services import Wish


class CouponShopPerk:
    """`perk-coupon`: "auto", "none" or "own"; with "own" each `perk-coupon-own` is a coupon's number."""

    key = COUPON
    template = "shop/coupons/_perk.html"

    def chosen(self, request: HttpRequest, wish: Wish, picked: str | None) -> str:
        del wish
        if request.shopper.customer_id is None or picked == NONE:
            return ""
        if picked != OWN:
            return AUTO
        data = request.POST if request.method == "POST" else request.GET
        return ",".join(text for text in data.getlist("perk-coupon-own")[:20] if text.isdecimal() and len(text) < 19)

    def context(self, request: HttpRequest, wish: Wish, quote: Quote | None) -> queries_perks.Coupons | None:
        if quote is None or request.shopper.customer_id is None:
            return None
        data = request.POST if request.method == "POST" else request.GET
        return queries_perks.coupons(
            wish=wish, quote=quote, customer_id=request.shopper.customer_id, currency=request.merchant.currency,
            mode=data.get("perk-coupon", AUTO),
        )  # fmt: skip
