"""A refund: chosen, shown with everything it does, then done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_shop, services
from yutang.console.access import page
from yutang.console.orders import labels
from yutang.console.orders.forms import RefundForm
from yutang.ui.forms import errors_of
from yutang.ui.templatetags.ui import money

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.orders.services import Effects


@page("orders.refund")
def refund(request: HttpRequest, shop_order_id: int) -> HttpResponse:
    """A first POST previews; one that carries what the preview said does it, unless that has changed meanwhile."""
    order = queries_shop.shop_order(request.actor, shop_order_id, "orders.refund")
    items = [priced.item for priced in queries_shop.whole(order).items]
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
            elif "confirm" in request.POST and given["seen"] == _said(seen):
                amount = services.refund(
                    **asked, is_restocked=given["is_restocked"], reason=given["reason"], key=given["key"],
                    actor=request.actor,
                )  # fmt: skip
                said = gettext("%(amount)s goes back.") % {"amount": money(amount, order.shop.currency)}
                messages.success(request, said)
                return redirect("console:order", order.pk)
    stores = {node.pk: node.name for node in merchants.tree()} if seen else {}
    context = {
        "order": order, "shop": order.shop, "form": form, "effects": seen, "status": labels.status(order, order.shop),
        "money_back": [(labels.provider(tender.provider), tender, part) for tender, part in seen.money] if seen else [],
        "stock_back": [(stores.get(one.item.node_id, ""), one) for one in seen.stock] if seen else [],
        "seen": _said(seen) if seen else "",
        "is_over": seen is not None and seen.status != order.status,
    }  # fmt: skip
    is_wrong = form.is_bound and seen is None
    return render(request, "console/orders/refund.html", context, status=422 if is_wrong else 200)


def _said(effects: Effects) -> str:
    """All numbers of a preview in one line, to compare what was seen with what would happen now."""
    planned = effects.planned
    numbers = [
        *(f"{place}:{amount}" for place, amount in sorted(planned.items.items())), f"f{planned.freight}",
        *(f"t{tender.pk}:{part}" for tender, part in effects.money),
        *(f"s{one.item.position}:{one.unshipped}:{one.brought}:{one.lost}" for one in effects.stock),
    ]  # fmt: skip
    return " ".join(numbers)
