"""Orders on paper before they leave: pick lists by store, packing slips on A4 and on rolls of 80 mm."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import segno
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog.models import Product
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries, queries_packing, queries_shop, services
from yutang.console.access import page
from yutang.console.orders import listing
from yutang.console.staff.forms import id_of
from yutang.core import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.addresses import Recipient
    from yutang.areas.orders.models import Order, OrderItem
    from yutang.areas.orders.queries_packing import Packing
    from yutang.core.access import Actor

UNMASK = "customers.unmask"
PICK, SLIPS, SMALL = "pick", "slips", "small"
WAITING = ("to_ship", "to_pick_up")  # tabs that can be printed as a whole


@dataclass(frozen=True)
class Pick:
    """A SKU to fetch from the shelves: pieces for all orders together."""

    item: OrderItem
    category: str
    pieces: int


@dataclass(frozen=True)
class PickList:
    """Of one store; `orders` in the order of their slips, each with what of it comes from here."""

    store: str
    picks: list[Pick]
    orders: list[tuple[Order, list[tuple[OrderItem, int]]]]

    @property
    def pieces(self) -> int:
        return sum(pick.pieces for pick in self.picks)


@dataclass(frozen=True)
class Slip:
    packing: Packing
    store: str
    recipient: Recipient | None
    code: SafeString


@page("orders.view")
def papers(request: HttpRequest) -> HttpResponse:
    """Of the chosen orders, else of all on a tab. Choosing posts; nothing changes but the audit log, which says who
    printed recipients in full."""
    sent = request.POST or request.GET
    in_full = request.POST.get("in_full", "")  # the slips that are wanted so
    show = in_full or sent.get("show", "")
    show = show if show in (SLIPS, SMALL) else PICK
    chosen = {found for text in sent.getlist("ids") if (found := id_of(text)) is not None}
    wanted = listing.filters(request)
    if chosen or wanted["tab"] not in WAITING:
        asked = queries.orders(request.actor).filter(pk__in=chosen)
    else:
        asked = listing.found(request, wanted)
    packings, is_more = queries_packing.to_pack(request.actor, asked)
    stores = {node.pk: node.name for node in merchants.tree()}
    is_full = show != PICK and bool(in_full)
    context: dict[str, Any] = {
        "show": show, "packings": packings, "most": queries_packing.MOST if is_more else None, "is_full": is_full,
        "printed_at": clock.now(),
        "left_out": len(chosen) - len(packings) if chosen and not is_more else 0,
    }  # fmt: skip
    if show == PICK:
        context["lists"] = pick_lists(packings, stores)
    else:
        context["slips"] = _slips(request.actor, packings, stores, is_full=is_full)
    return render(request, "console/orders/papers.html", context)


def pick_lists(packings: list[Packing], stores: dict[int, str]) -> list[PickList]:
    """One for each store that things come from, by name; SKUs by category, then by code. What is no thing (codes,
    services) lies on no shelf."""
    by_store: dict[int, dict[int, list[tuple[OrderItem, int]]]] = defaultdict(lambda: defaultdict(list))
    orders = {packing.order.pk: packing.order for packing in packings}
    for packing in packings:
        for item, pieces in packing.lines:
            if item.kind == Product.Kind.GOODS:
                by_store[item.node_id][packing.order.pk].append((item, pieces))
    categories = catalog.categories_of(item.product_id for packing in packings for item, _pieces in packing.lines)
    places = {branch.pk: (place, branch.label) for place, branch in enumerate(catalog.categories())}
    lists = []
    for node_id, by_order in by_store.items():
        items: dict[int, OrderItem] = {}
        sums: dict[int, int] = defaultdict(int)
        for item, pieces in (line for lines in by_order.values() for line in lines):
            items.setdefault(item.sku_id, item)
            sums[item.sku_id] += pieces
        # Without a category: after all that have one.
        places_of = {
            pk: places.get(categories.get(item.product_id, 0), (len(places), "")) for pk, item in items.items()
        }
        ordered = sorted(items.values(), key=lambda item: (places_of[item.sku_id], item.sku_code, item.sku_id))
        picks = [Pick(item, places_of[item.sku_id][1], sums[item.sku_id]) for item in ordered]
        lists.append(PickList(stores.get(node_id, ""), picks, [(orders[pk], lines) for pk, lines in by_order.items()]))
    return sorted(lists, key=lambda one: one.store)


def _slips(actor: Actor, packings: list[Packing], stores: dict[int, str], *, is_full: bool) -> list[Slip]:
    """Recipients in full only where the actor may see them, and then it is written down."""
    open_ones: set[int] = set()
    if is_full:
        nodes = actor.nodes(UNMASK)
        open_ones = {one.order.pk for one in packings if nodes is None or one.order.node_id in nodes}
        services.record_print(order_ids=sorted(open_ones), actor=actor)
    return [
        Slip(
            packing, _store(packing, stores),
            queries_shop.recipient(packing.order.shop, is_masked=packing.order.pk not in open_ones),
            _code(packing.order.order_no),
        )
        for packing in packings
    ]  # fmt: skip


def _store(packing: Packing, stores: dict[int, str]) -> str:
    """Where it is fetched, or where its goods come from."""
    if packing.order.shop.pickup_node is not None:
        return str(packing.order.shop.pickup_node.name)
    return ", ".join(dict.fromkeys(stores.get(item.node_id, "") for item, _pieces in packing.lines))


def _code(number: str) -> SafeString:
    """The order's number, which the list of orders finds. Never the pickup code: that is the buyer's proof of having
    come, and no screen of the desk shows it either."""
    drawn = segno.make(number, error="m", micro=False)
    return mark_safe(  # noqa: S308  segno's own markup of squares
        drawn.svg_inline(border=1, omitsize=True, svgclass="yk-code", lineclass=None, title=number)
    )
