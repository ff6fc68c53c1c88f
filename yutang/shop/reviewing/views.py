"""Reviewing what an order brought, one item after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.catalog import queries as catalog
from yutang.areas.orders import queries_mine, services
from yutang.core.errors import NotFound
from yutang.shop.door import address, page, shown, to
from yutang.shop.reviewing.forms import ReviewForm
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page(login=True, methods=("GET", "POST"))
def review(request: HttpRequest, order_id: int) -> HttpResponse:
    """The first item that is not reviewed yet, or the one that `?item=` names; below it what was said already."""
    order = queries_mine.order(request.shopper.customer_id, order_id)
    form = ReviewForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        with errors_of(form):
            services.review(order_id=order.pk, **form.cleaned_data, actor=request.actor)
            return to(request, address(request, "review_order", order.pk))
    items = queries_mine.to_review(order.pk)
    if not items:
        raise NotFound
    said = catalog.reviews_of_items(item.pk for item in items)
    waiting = [item for item in items if item.pk not in said]
    wanted = form.data.get("position") or request.GET.get("item", "")
    chosen = next((item for item in waiting if str(item.position) == wanted), waiting[0] if waiting else None)
    context = {
        "order": order, "form": form, "item": chosen, "others": [item for item in waiting if item is not chosen],
        "said": [(item, said[item.pk]) for item in items if item.pk in said],
    }  # fmt: skip
    return shown(request, "shop/reviewing/review.html", context, status=422 if form.is_bound else 200)
