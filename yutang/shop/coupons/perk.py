"""Coupons at the checkout: the cheapest set by itself, an own choice, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.coupons import wording
from yutang.areas.orders import queries_coupons
from yutang.areas.orders.queries_coupons import AUTO, KEY

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.orders.pricing import Quote
    from yutang.areas.orders.services import Wish

NONE = "none"


@dataclass(frozen=True)
class Row:
    told: queries_coupons.Told
    worth: str
    condition: str
    why: str

    @property
    def may_be_chosen(self) -> bool:
        return self.told.is_used or self.told.is_excluded


@dataclass(frozen=True)
class Context:
    """`mode`: auto, none or own."""

    mode: str
    rows: list[Row]
    saved: int
    has_gift: bool = False

    @property
    def usable(self) -> int:
        return sum(row.may_be_chosen for row in self.rows)


class CouponShopPerk:
    """`perk-coupon`: "auto", "none" or "own"; with "own" each `perk-coupon-own` is a coupon's number."""

    key = KEY
    template = "shop/coupons/_perk.html"

    def chosen(self, request: HttpRequest, wish: Wish, picked: str | None) -> str:
        del wish
        if request.shopper.customer_id is None or picked == NONE:
            return ""
        if picked != "own":
            return AUTO
        data = request.POST if request.method == "POST" else request.GET
        return ",".join(text for text in data.getlist("perk-coupon-own")[:20] if text.isdecimal() and len(text) < 19)

    def context(self, request: HttpRequest, wish: Wish, quote: Quote | None) -> Context | None:
        if quote is None or request.shopper.customer_id is None:
            return None
        currency = request.merchant.currency
        told = queries_coupons.told(
            wish=wish, quote=quote, customer_id=request.shopper.customer_id, currency=currency
        )  # fmt: skip
        if not told:
            return None
        data = request.POST if request.method == "POST" else request.GET
        mode = data.get("perk-coupon", AUTO)
        is_any = any(one.is_used for one in told)  # else nothing shuts the others out
        rows = [
            Row(
                one, wording.worth(one.held, currency), wording.condition(one.held, currency),
                wording.why_not(one.unfit, currency) if one.unfit and (is_any or one.unfit.code != "excluded") else "",
            )
            for one in told
        ]  # fmt: skip
        saved = -sum(reason.amount for reason in quote.reasons if reason.step.startswith(KEY))
        return Context(mode if mode in (NONE, "own") else AUTO, rows, saved, quote.gift is not None)
