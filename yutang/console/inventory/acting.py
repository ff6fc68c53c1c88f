"""What staff do with stock; a refusal stands at the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.inventory import queries, services
from yutang.areas.inventory.models import StockMove
from yutang.console.access import page
from yutang.console.inventory.forms import CountForm, QuantityForm, ReceiptForm, SafetyForm, TransferForm
from yutang.console.inventory.views import shown
from yutang.core.errors import NotFound
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.inventory.models import StockItem
    from yutang.core.access import Actor

EDIT = "inventory.edit"


@page(EDIT)
def receive(request: HttpRequest) -> HttpResponse:
    """Goods come in, at a store that may never have had them."""
    form = ReceiptForm(request.POST or None, actor=request.actor)
    if form.is_valid():
        given = form.cleaned_data
        with errors_of(form):
            services.move(
                moves=[services.Move(given["code"], given["node_id"], given["quantity"])],
                kind=StockMove.Kind.RECEIPT, key=f"receipt:{given['key']}", note=given["note"], actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Received."))
            return redirect("console:stock_receive" if "more" in request.POST else "console:stock")
    return render(request, "console/inventory/receive.html", {"form": form}, status=422 if form.is_bound else 200)


@page(EDIT, methods=("POST",))
def move(request: HttpRequest, stock_item_id: int) -> HttpResponse:
    """`what` names the form."""
    item = queries.item(request.actor, stock_item_id, EDIT)
    what = request.POST.get("what", "")
    form = _form(what, request, item)
    if form.is_valid():
        with errors_of(form):
            _do(what, item, form.cleaned_data, request.actor)
            messages.success(request, gettext("Done."))
            return redirect("console:stock_item", item.pk)
    return render(request, "console/inventory/item.html", shown(request, item, (what, form)), status=422)


def _form(what: str, request: HttpRequest, item: StockItem) -> Form:
    match what:
        case "receive" | "damage":
            return QuantityForm(request.POST)
        case "count":
            return CountForm(request.POST)
        case "transfer":
            return TransferForm(request.POST, actor=request.actor, besides=item.node_id)
        case "safety":
            return SafetyForm(request.POST)
    raise NotFound


def _do(what: str, item: StockItem, given: dict[str, Any], actor: Actor) -> None:
    sku, node = item.sku_id, item.node_id
    if what == "safety":
        services.set_safety(sku_id=sku, node_id=node, safety=given["safety"], actor=actor)
        return
    key, note = f"{what}:{given['key']}", given["note"]
    if what == "count":
        services.count(sku_id=sku, node_id=node, counted=given["counted"], key=key, note=note, actor=actor)
    elif what == "transfer":
        services.transfer(
            sku_id=sku, from_id=node, to_id=given["to_id"], quantity=given["quantity"], key=key, note=note, actor=actor
        )
    else:
        kind, sign = (StockMove.Kind.RECEIPT, 1) if what == "receive" else (StockMove.Kind.DAMAGE, -1)
        moves = [services.Move(sku, node, sign * given["quantity"])]
        services.move(moves=moves, kind=kind, key=key, note=note, actor=actor)
