"""Check-in and tasks: what a member can do today, and how far they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yutang.areas.missions import queries, services
from yutang.areas.missions.models import Deed
from yutang.areas.points import queries as points
from yutang.core import rewards
from yutang.shop.door import address, page, shown, to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(login=True)
def missions(request: HttpRequest) -> HttpResponse:
    me = request.shopper.customer_id
    standing = queries.standing(me, request.merchant.pk)
    spots = [(spot, rewards.describe(spot.rewards)) for spot in standing.spots] if standing else []
    tasks = [(row, _way(request, row)) for row in queries.progress(me, request.merchant.pk)]
    context = {"standing": standing, "spots": spots, "tasks": tasks, "balance": points.balance(me)}
    return shown(request, "shop/missions/missions.html", context)


@page(login=True, methods=("POST",))
def check_in(request: HttpRequest) -> HttpResponse:
    """A second tap is the same check-in."""
    services.check_in(customer_id=request.shopper.customer_id, actor=request.actor)
    return to(request, address(request, "missions"))


@page(login=True, methods=("POST",))
def share(request: HttpRequest) -> HttpResponse:
    """Counts once a day, and leads to the poster that can be sent on."""
    services.share(customer_id=request.shopper.customer_id, actor=request.actor)
    return to(request, address(request, "home_poster"))


@page(login=True, methods=("POST",))
def complete_profile(request: HttpRequest) -> HttpResponse:
    services.complete_profile(customer_id=request.shopper.customer_id, actor=request.actor)
    return to(request, address(request, "missions"))


def _way(request: HttpRequest, row: queries.Progress) -> dict[str, Any] | None:
    """Where a task is done: `post` for a button that does it, `href` for a page; None where nothing is to be done."""
    if row.is_done:
        return None
    match row.task.deed:
        case Deed.CHECK_IN:
            return {"post": address(request, "check_in")}
        case Deed.SHARE:
            return {"post": address(request, "share")}
        case Deed.REVIEW:
            return {"href": f"{address(request, 'orders')}?tab=to_review"}
        case Deed.PURCHASE:
            return {"href": address(request, "home")}
        case Deed.PROFILE:
            has_phone, has_address = queries.profile_parts(request.shopper.customer_id)
            if has_phone and has_address:
                return {"post": address(request, "complete_profile")}
            return {"href": address(request, "addresses" if has_phone else "bind_phone")}
    return None
