"""Coupons and points of the buyer, on and off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.orders.services import choosing
from yutang.console.access import page
from yutang.console.pos import counter
from yutang.console.staff.forms import id_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PERMISSION = "pos.sell"


@page(PERMISSION, methods=("POST",))
def coupon(request: HttpRequest) -> HttpResponse:
    """One `coupon`, `on` or off; without it all of them by `choice`: auto or none."""
    key, coupon_id = request.POST.get("key", ""), id_of(request.POST.get("coupon", ""))
    if coupon_id is None:
        choice = request.POST.get("choice", "")
        return counter.changed(
            request, lambda: choosing.choose_coupons(key=key, choice=choice, actor=request.actor)
        )  # fmt: skip
    return counter.changed(
        request,
        lambda: choosing.switch_coupon(
            key=key, coupon_id=coupon_id, is_on=request.POST.get("on") == "1", currency=request.merchant.currency,
            actor=request.actor,
        ),
    )  # fmt: skip


@page(PERMISSION, methods=("POST",))
def points(request: HttpRequest) -> HttpResponse:
    is_on = request.POST.get("on") == "1"
    return counter.changed(
        request, lambda: choosing.use_points(key=request.POST.get("key", ""), is_on=is_on, actor=request.actor)
    )
