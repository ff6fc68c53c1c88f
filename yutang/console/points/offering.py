"""The exchange shop, as staff fill it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.points import queries, services
from yutang.console.access import page
from yutang.console.points import tabs
from yutang.console.points.forms import OfferForm
from yutang.console.shell.listing import render_list
from yutang.core import rewards
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.points.models import Offer


@page(queries.VIEW, methods=("GET",))
def offer_list(request: HttpRequest) -> HttpResponse:
    found = page_of(queries.all_offers(actor=request.actor), request, order=queries.ORDER)
    found.rows = [(row, rewards.describe(rewards.read(row.rewards))) for row in found.rows]
    context = {"page": found, **tabs.context(request, "points_offers")}
    return render_list(request, "console/points/offers.html", "console/points/_offers.html", context)


@page(queries.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    queries.require_everywhere(request.actor, queries.EDIT)
    return _form(request, None)


@page(queries.EDIT)
def edit(request: HttpRequest, offer_id: int) -> HttpResponse:
    return _form(request, queries.offer_of(request.actor, offer_id))


def _form(request: HttpRequest, offer: Offer | None) -> HttpResponse:
    known = {} if offer is None else {
        "title": offer.title, "text": offer.text, "points": offer.points, "rewards": rewards.read(offer.rewards),
        "stock": offer.pool.capacity, "person_limit": offer.person_limit, "is_active": offer.is_active,
    }  # fmt: skip
    form = OfferForm(request.POST or None, initial=known)
    if form.is_valid():
        given = dict(form.cleaned_data)
        with errors_of(form):
            services.save_offer(
                offer_id=offer.pk if offer else None, given=given.pop("rewards"), **given, actor=request.actor
            )
            messages.success(request, gettext("Saved."))
            return redirect("console:points_offers")
    context = {"form": form, "offer": offer}
    return render(request, "console/points/offer.html", context, status=422 if form.is_bound else 200)
