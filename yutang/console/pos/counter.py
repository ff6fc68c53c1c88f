"""The till of a store: what lies on the counter. Every change answers with the counter as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import OrgNode
from yutang.areas.orders import queries_till
from yutang.areas.orders.services import baskets
from yutang.areas.payments import queries as payments
from yutang.console.access import page
from yutang.console.pos import buyers
from yutang.console.staff.forms import id_of
from yutang.core import money
from yutang.core.errors import DomainError, NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.orders.models import TillBasket

PERMISSION = "pos.sell"


@page(PERMISSION, methods=("GET",))
def till(request: HttpRequest) -> HttpResponse:
    return whole(request)


@page(PERMISSION, methods=("POST",))
def pieces(request: HttpRequest) -> HttpResponse:
    count = id_of(request.POST.get("pieces", "")) or 0
    return changed(
        request,
        lambda: baskets.set_pieces(
            key=request.POST.get("key", ""), sku_id=id_of(request.POST.get("sku", "")) or 0, pieces=count,
            actor=request.actor,
        ),
    )  # fmt: skip


@page("pos.discount", methods=("POST",))
def price(request: HttpRequest) -> HttpResponse:
    """Of one piece of a line, or off everything where no line is named; an empty amount takes it back."""
    typed = request.POST.get("amount", "").strip()
    amount = money.parsed(typed, request.merchant.currency) if typed else None
    if typed and amount is None:
        return fragment(request, problem=gettext("This is not an amount."))
    return changed(
        request,
        lambda: baskets.change_price(
            key=request.POST.get("key", ""), sku_id=id_of(request.POST.get("sku", "")), amount=amount,
            reason=request.POST.get("reason", ""), actor=request.actor,
        ),
    )  # fmt: skip


@page(PERMISSION, methods=("POST",))
def park(request: HttpRequest) -> HttpResponse:
    key = request.POST.get("key", "")
    node_id = baskets.locked(key, request.actor).node_id
    baskets.park(key=key, label=request.POST.get("label", ""), actor=request.actor)
    return redirect(f"{reverse('console:pos')}?store={node_id}")


@page(PERMISSION, methods=("POST",))
def take_up(request: HttpRequest) -> HttpResponse:
    store = merchants.node(id_of(request.POST.get("store", "")) or 0, actor=request.actor, permission=PERMISSION)
    try:
        baskets.take_up(node_id=store.pk, key=request.POST.get("key", ""), actor=request.actor)
    except NotAllowed:
        raise
    except DomainError as error:
        return whole(request, store=store, problem=str(error), status=error.status)
    return redirect(f"{reverse('console:pos')}?store={store.pk}")


@page(PERMISSION, methods=("POST",))
def empty(request: HttpRequest) -> HttpResponse:
    key = request.POST.get("key", "")
    node_id = baskets.locked(key, request.actor).node_id
    baskets.empty(key=key, actor=request.actor)
    return redirect(f"{reverse('console:pos')}?store={node_id}")


# -- for the other views of the till ---------------------------------------------------------------------------------


def stores_of(request: HttpRequest) -> list[OrgNode]:
    """Where this person may sell; a headquarters without stores sells itself."""
    nodes = [node for node in merchants.nodes_for(PERMISSION, actor=request.actor) if node.is_active]
    return [node for node in nodes if node.kind == OrgNode.Kind.STORE] or nodes


def store_of(request: HttpRequest, stores: list[OrgNode] | None = None) -> OrgNode | None:
    """The one that is asked for, else where the person's drawer is, else the first."""
    known = stores_of(request) if stores is None else stores
    asked = id_of(request.GET.get("store", "") or request.POST.get("store", ""))
    if asked is None and (shift := payments.open_shift(request.actor)) is not None:
        asked = shift.node_id
    return next((node for node in known if node.pk == asked), next(iter(known), None))


def changed(request: HttpRequest, change: Any) -> HttpResponse:
    """The counter after a change, or with what was refused."""
    try:
        basket: TillBasket = change()
    except NotAllowed:
        raise
    except DomainError as error:
        return fragment(request, problem=str(error))
    return fragment(request, basket)


def fragment(
    request: HttpRequest, basket: TillBasket | None = None, *, problem: str = "", notice: str = ""
) -> HttpResponse:  # fmt: skip
    """The counter alone, or the whole till where no script asks. A basket that is gone gives way to the one in hand."""
    if basket is None:
        store = store_of(request)
        if store is None:
            return whole(request, problem=problem, status=422)
        basket = baskets.in_hand(node_id=store.pk, actor=request.actor)
    if not request.headers.get("HX-Request"):
        store = merchants.node(basket.node_id, actor=request.actor, permission=PERMISSION)
        return whole(request, store=store, problem=problem, notice=notice, status=422 if problem else 200)
    context = _counter(request, basket) | {"problem": problem, "notice": notice}
    return render(request, "console/pos/_counter.html", context)


def whole(
    request: HttpRequest, *, store: OrgNode | None = None, problem: str = "", notice: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    stores = stores_of(request)
    store = store or store_of(request, stores)
    context: dict[str, Any] = {"stores": stores, "store": store, "problem": problem, "notice": notice}
    if store is not None:
        basket = baskets.in_hand(node_id=store.pk, actor=request.actor)
        context |= _counter(request, basket)
        context |= {"parked": queries_till.parked(store.pk)}
    return render(request, "console/pos/till.html", context, status=status)


def _counter(request: HttpRequest, basket: TillBasket) -> dict[str, Any]:
    shift = payments.open_shift(request.actor)
    buyer = buyers.shown(request, [basket.identity.customer] if basket.identity else [])
    return {
        "counter": queries_till.counter(basket, currency=request.merchant.currency), "basket": basket,
        "key": basket.key, "buyer": next(iter(buyer), None), "store_id": basket.node_id,
        "has_drawer": shift is not None and shift.node_id == basket.node_id,
        "most": queries_till.rules().largest_discount,
    }  # fmt: skip
