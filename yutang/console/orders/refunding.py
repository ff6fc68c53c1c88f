"""A refund: chosen, shown with everything it does, then done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_shop, services
from yutang.console.access import page
from yutang.console.orders import labels
from yutang.console.orders.forms import RefundForm
from yutang.core.errors import NotFound
from yutang.ui.forms import errors_of
from yutang.ui.templatetags.ui import money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from yutang.areas.orders.services import Effects, StockBack
    from yutang.areas.payments.models import Tender


@dataclass(frozen=True)
class Described:
    """A preview in words. `money`: (provider, tender, amount); `stock`: (store, pieces); `perks`: sentences."""

    money: list[tuple[str, Tender, int]]
    stock: list[tuple[str, StockBack]]
    perks: list[str]


def described(seen: Sequence[Effects]) -> Described:
    """What refunds of one order, or of several, do together."""
    stores = {node.pk: node.name for node in merchants.tree()} if seen else {}
    return Described(
        [(labels.provider(tender.provider), tender, part) for one in seen for tender, part in one.money],
        [(stores.get(each.item.node_id, ""), each) for one in seen for each in one.stock],
        [each.text for one in seen for each in one.perks],
    )


@page("orders.refund")
def refund(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """A first POST previews; one that carries what the preview said does it, unless that has changed meanwhile."""
    order = queries_shop.shop_order(request.actor, shop_order_id, "orders.refund")
    if order.shop.replaces_id:
        raise NotFound  # it has no money of its own: a case settles what is wrong with a replacement
    items = queries_shop.items(order.pk)
    form = RefundForm(request.POST or None, items=items, currency=order.shop.currency)
    seen = None
    if form.is_valid():
        given = form.cleaned_data
        asked = {"order_id": order.pk, "back": form.back(), "freight": given["freight"] or 0}
        with errors_of(form):
            seen = services.effects(**asked, is_restocked=given["is_restocked"])
            if not asked["back"] and not asked["freight"]:
                form.add_error(None, gettext("Choose what goes back."))
                seen = None
            elif "confirm" in request.POST and given["seen"] == seen.said:
                amount = services.refund(
                    **asked, is_restocked=given["is_restocked"], reason=given["reason"], key=given["key"],
                    actor=request.actor,
                )  # fmt: skip
                said = gettext("%(amount)s goes back.") % {"amount": money(amount, order.shop.currency)}
                messages.success(request, said)
                return redirect("console:order", order.pk)
    context = {
        "order": order, "shop": order.shop, "form": form, "effects": seen,
        "status": queries_shop.status_label(order, order.shop),
        "described": described([seen] if seen else []), "seen": seen.said if seen else "",
        "total": seen.planned.total if seen else 0, "currency": order.shop.currency,
        "is_over": seen is not None and seen.status != order.status,
    }  # fmt: skip
    is_wrong = form.is_bound and seen is None
    return render(request, "console/orders/refund.html", context, status=422 if is_wrong else 200)
