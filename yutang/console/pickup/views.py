"""The pickup desk of a store: a code is typed or scanned, its goods are handed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import OrgNode
from yutang.areas.orders import holds, queries_list, queries_shop, services
from yutang.console.access import page
from yutang.console.orders.forms import PiecesForm
from yutang.console.staff.forms import id_of
from yutang.core import clock
from yutang.core.errors import DomainError, NotAllowed
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.orders.models import Order, PickupUse
    from yutang.ui.paging import Page

PERMISSION = "orders.pickup"
PER_PAGE = 20


@dataclass(frozen=True)
class Handed:
    """A handing over of today."""

    use: PickupUse
    goods: list[tuple[str, int]]


@page(PERMISSION, methods=("GET",))
def desk(request: HttpRequest) -> HttpResponse:
    stores = _stores(request)
    store = next((node for node in stores if node.pk == id_of(request.GET.get("store", ""))), next(iter(stores), None))
    code = code_of(request.GET.get("code", ""))
    context: dict[str, Any] = {"code": code}
    if store is not None and code:
        try:
            order, items = queries_shop.to_pick_up(code=code, node_id=store.pk)
        except NotAllowed:
            raise
        except DomainError as error:
            context["refused"] = str(error)
        else:
            form = PiecesForm(
                items=[item for item in items if item.left], held=holds.with_gifts(items, holds.held(order.pk))
            )
            context |= {"order": order, "form": form, "gone": [item for item in items if not item.left]}
    return _shown(request, store, context, stores=stores)


@page(PERMISSION, methods=("POST",))
def hand_over(request: HttpRequest) -> HttpResponse:
    """What the service refuses about the code stands at the code, what it refuses about pieces beside them."""
    store = merchants.node(id_of(request.POST.get("store", "")) or 0, actor=request.actor, permission=PERMISSION)
    code = code_of(request.POST.get("code", ""))
    try:
        order, items = queries_shop.to_pick_up(code=code, node_id=store.pk)
    except NotAllowed:
        raise
    except DomainError as error:
        return _shown(request, store, {"code": code, "refused": str(error)}, status=422)
    form = PiecesForm(
        request.POST, items=[item for item in items if item.left], held=holds.with_gifts(items, holds.held(order.pk))
    )
    if form.is_valid():
        with errors_of(form):
            services.pick_up(
                code=code, node_id=store.pk, pieces=form.pieces(), key=f"{order.pk}:{form.cleaned_data['key']}",
                actor=request.actor,
            )  # fmt: skip
            messages.success(request, gettext("Handed over: %(order)s.") % {"order": order.order_no})
            return redirect(f"{reverse('console:pickup')}?{urlencode({'store': store.pk})}")
    gone = [item for item in items if not item.left]
    return _shown(request, store, {"code": code, "order": order, "form": form, "gone": gone}, status=422)


def _shown(
    request: HttpRequest,
    store: OrgNode | None,
    context: dict[str, Any],
    *,
    stores: list[OrgNode] | None = None,
    status: int = 200,
) -> HttpResponse:
    order: Order | None = context.get("order")
    context |= {
        "store": store, "stores": _stores(request) if stores is None else stores, "page": _today(request, store),
        "recipient": queries_shop.recipient(order.shop, is_masked=True) if order else None,
    }  # fmt: skip
    return render(request, "console/pickup/desk.html", context, status=status)


def _stores(request: HttpRequest) -> list[OrgNode]:
    """Where this person may hand over; orders are picked up at stores, and at a headquarters that has none."""
    nodes = [node for node in merchants.nodes_for(PERMISSION, actor=request.actor) if node.is_active]
    return [node for node in nodes if node.kind == OrgNode.Kind.STORE] or nodes


def code_of(text: str) -> str:
    """People read codes out in groups."""
    return "".join(text.split()).replace("-", "")[:20]


def _today(request: HttpRequest, store: OrgNode | None) -> Page | None:
    """Two queries for any number of rows."""
    if store is None:
        return None
    zone = request.merchant.timezone
    since = clock.start_of_day(clock.today(zone), zone)
    found = page_of(
        queries_shop.picked_up(node_id=store.pk, since=since), request, order=queries_shop.PICKED_UP_ORDER,
        size=PER_PAGE,
    )  # fmt: skip
    items = queries_list.items_of({use.order_id for use in found.rows})
    titles = {(item.order_id, str(item.position)): item.shown_title for of_order in items.values() for item in of_order}
    found.rows = [
        Handed(use, [(titles.get((use.order_id, place), "?"), count) for place, count in use.pieces.items()])
        for use in found.rows
    ]
    return found
