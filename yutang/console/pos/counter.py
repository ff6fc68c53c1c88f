"""The till of a store: what lies on the counter. Every change answers with the counter as it is now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.catalog import queries as catalog
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

    from yutang.areas.catalog.queries import Offer
    from yutang.areas.orders.models import TillBasket

PERMISSION = "pos.sell"
MOST_PRODUCTS = 12
_TIMES = re.compile(r"(\d{1,3})\s*[*x×]\s*(\S.*)")  # "3*6901234567892": three of them


@dataclass(frozen=True)
class Found:
    offer: Offer
    available: int


@page(PERMISSION, methods=("GET",))
def till(request: HttpRequest) -> HttpResponse:
    return whole(request)


@page(PERMISSION, methods=("GET",))
def find(request: HttpRequest) -> HttpResponse:
    """What is meant by what is being typed."""
    store = store_of(request)
    times, text = _asked(request.GET.get("q", ""))
    context = {"found": _found(text, store.pk) if store else [], "asked": text, "times": times}
    return render(request, "console/pos/_found.html", context | {"key": request.GET.get("key", "")})


@page(PERMISSION, methods=("POST",))
def scan(request: HttpRequest) -> HttpResponse:
    """A code or barcode goes onto the counter at once; of anything else the products it may mean are shown."""
    key = request.POST.get("key", "")
    times, text = _asked(request.POST.get("q", ""))
    sku_id = id_of(request.POST.get("sku", ""))
    exact = [sku_id] if sku_id else catalog.skus_by_number(text)
    if len(exact) == 1:
        with_it = changed(request, lambda: baskets.add(key=key, sku_id=exact[0], pieces=times, actor=request.actor))
        with_it.headers["HX-Trigger"] = "pos-added"
        return with_it
    basket = baskets.locked(key, request.actor)
    context = {"found": _found(text, basket.node_id), "asked": text, "times": times, "key": key, "is_scan": True}
    response = render(request, "console/pos/_found.html", context)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#found", "innerHTML"
    return response


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


def fragment(request: HttpRequest, basket: TillBasket | None = None, *, problem: str = "") -> HttpResponse:
    """The counter alone, or the whole till where no script asks. A basket that is gone gives way to the one in hand."""
    if basket is None:
        store = store_of(request)
        if store is None:
            return whole(request, problem=problem, status=422)
        basket = baskets.in_hand(node_id=store.pk, actor=request.actor)
    if not request.headers.get("HX-Request"):
        store = merchants.node(basket.node_id, actor=request.actor, permission=PERMISSION)
        return whole(request, store=store, problem=problem, status=422 if problem else 200)
    return render(request, "console/pos/_counter.html", _counter(request, basket) | {"problem": problem})


def whole(
    request: HttpRequest, *, store: OrgNode | None = None, problem: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    stores = stores_of(request)
    store = store or store_of(request, stores)
    context: dict[str, Any] = {"stores": stores, "store": store, "problem": problem}
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


def _asked(text: str) -> tuple[int, str]:
    """Pieces and what of."""
    text = " ".join(text.split())[:60]
    if found := _TIMES.fullmatch(text):
        return max(int(found[1]), 1), found[2]
    return 1, text


def _found(text: str, node_id: int) -> list[Found]:
    """SKUs on sale of the products that fit best."""
    if not text:
        return []
    wanted = catalog.Search(text=text, states=("on_sale",))
    products = list(catalog.search(wanted).order_by(*catalog.in_order(wanted))[:MOST_PRODUCTS])
    skus = catalog.skus_of(product.pk for product in products)
    ids = [sku.pk for product in products for sku in skus[product.pk]][: 4 * MOST_PRODUCTS]
    offers, there = catalog.offers(ids), queries_till.on_hand(ids, node_id)
    return [Found(offers[pk], there.get(pk, 0)) for pk in ids if pk in offers and offers[pk].is_on_sale]
