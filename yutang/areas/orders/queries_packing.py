"""Orders that wait to be handed over, and which pieces of them may leave now: what goods are packed by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q

from yutang.areas.orders import holds
from yutang.areas.orders.models import Order, OrderItem, ShopOrder
from yutang.areas.orders.queries_list import TO_HAND_OVER, items_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.core.access import Actor

MOST = 500
SEND, FETCH = "orders.edit", "orders.pickup"
_WAYS = {
    SEND: (ShopOrder.Fulfilment.DELIVERY, ShopOrder.Fulfilment.LOCAL),
    FETCH: (ShopOrder.Fulfilment.PICKUP,),
}


@dataclass(frozen=True)
class Packing:
    """What of an order may leave now: items with their pieces, none of them 0. `held`: pieces that are kept back."""

    order: Order
    lines: list[tuple[OrderItem, int]]
    held: int

    @property
    def pieces(self) -> int:
        return sum(count for _item, count in self.lines)


def may_pack(actor: Actor) -> bool:
    return actor.may(SEND) or actor.may(FETCH)


def to_pack(actor: Actor, found: QuerySet[Order]) -> tuple[list[Packing], bool]:
    """Those of the orders that the actor may send or hand over and that have something to leave now: first what is
    sent, the oldest first, then what is fetched, by the time it was promised for. At most `MOST`; whether there are
    more. Two queries and those of the holders."""
    if not may_pack(actor):
        actor.require(SEND)
    waiting = found.prefetch_related(None).select_related(None).select_related("node", "shop__pickup_node")
    waiting = waiting.filter(_reached(actor), status__in=TO_HAND_OVER)
    orders = list(waiting.order_by(F("shop__pickup_from").asc(nulls_first=True), "ordered_at", "pk")[: MOST + 1])
    ids = [order.pk for order in orders[:MOST]]
    items, held = items_of(ids), holds.held_of(ids)
    packings = [_packing(order, items.get(order.pk, []), held.get(order.pk, {})) for order in orders[:MOST]]
    return [packing for packing in packings if packing.lines], len(orders) > MOST


def _reached(actor: Actor) -> Q:
    """Who sends goods need not hand them over at a store, and the other way round."""
    reached = Q(pk__in=[])
    for permission, ways in _WAYS.items():
        if actor.may(permission):
            nodes, own = actor.nodes(permission), Q(shop__fulfilment__in=ways)
            reached |= own if nodes is None else own & Q(node__in=nodes)
    return reached


def _packing(order: Order, items: list[OrderItem], held: dict[int, int]) -> Packing:
    held = holds.with_gifts(items, held)
    kept = {item.position: min(held.get(item.position, 0), item.left) for item in items}
    leaving = [(item, item.left - kept[item.position]) for item in items]
    return Packing(order, [(item, count) for item, count in leaving if count], sum(kept.values()))
