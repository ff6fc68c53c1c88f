"""Reads of stock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet

from yutang.areas.inventory.models import StockItem, StockMove
from yutang.areas.inventory.rules import Stock, chosen
from yutang.core.errors import NotFound
from yutang.core.questions import Question, answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yutang.core.access import Actor

__all__ = [
    "Stock", "allocate", "available", "chosen", "item", "items", "left_question", "moves_of", "of_skus", "skus",
    "stock", "stock_question",
]  # fmt: skip

ORDER = ("node_id", "sku_id")

_STOCK = """
SELECT i.sku_id, i.node_id, i.pool_id, i.on_hand, p.reserved + p.confirmed - i.shipped AS allocated,
       p.capacity - p.reserved - p.confirmed AS available, i.safety, n.province, n.city, n.kind = 'hq' AS is_hq
  FROM inventory_stockitem i
  JOIN reservations_pool p ON p.id = i.pool_id
  JOIN merchants_orgnode n ON n.id = i.node_id AND n.is_active
 WHERE i.sku_id = ANY(%(skus)s) AND (%(nodes)s::bigint[] IS NULL OR i.node_id = ANY(%(nodes)s))
 ORDER BY i.sku_id, i.node_id
"""


def stock(sku_ids: Iterable[int], *, node_ids: Sequence[int] | None = None) -> list[Stock]:
    """Of these SKUs in the active stores, or in some of them; one statement."""
    return answer(stock_question(sku_ids, node_ids=node_ids))


def stock_question(sku_ids: Iterable[int], *, node_ids: Sequence[int] | None = None) -> Question[list[Stock]]:
    """The same, to be asked beside others: checkouts do, and then `chosen`."""
    nodes = None if node_ids is None else list(node_ids)
    values = {"skus": sorted(set(sku_ids)), "nodes": nodes}
    return Question(_STOCK, values, lambda rows: [Stock(**row) for row in rows])


def available(sku_ids: Iterable[int]) -> dict[int, int]:
    """SKU id → how many can be sold now over all active stores; 0 where none is known."""
    found = dict.fromkeys(sku_ids, 0)
    for row in stock(found):
        found[row.sku_id] += row.available
    return found


_LEFT = """
SELECT i.sku_id, sum(p.capacity - p.reserved - p.confirmed)::bigint AS available
  FROM catalog_sku s
  JOIN inventory_stockitem i ON i.sku_id = s.id
  JOIN reservations_pool p ON p.id = i.pool_id
  JOIN merchants_orgnode n ON n.id = i.node_id AND n.is_active
 WHERE s.product_id = %(product)s AND s.is_active
 GROUP BY i.sku_id ORDER BY i.sku_id
"""


def left_question(product_id: int) -> Question[dict[int, int]]:
    """SKU id of the product → how many can be sold now over all active stores; missing where none is known."""
    return Question(_LEFT, {"product": product_id}, lambda rows: {row["sku_id"]: row["available"] for row in rows})


def allocate(
    wanted: Mapping[int, int], *, province: str = "", city: str = "", node_ids: Sequence[int] | None = None,
    besides: Mapping[tuple[int, int], int] | None = None,
) -> dict[int, Stock] | None:  # fmt: skip
    """SKU id → the stock that so many pieces would be taken from, the nearest store that has them; None when some SKU
    lies nowhere in that number. Nothing is held by this. `besides`: (SKU id, store) → pieces that are to be taken there
    already."""
    found = stock(wanted, node_ids=node_ids)
    if besides:
        found = [replace(row, available=row.available - besides.get((row.sku_id, row.node_id), 0)) for row in found]
    return chosen(wanted, found, province=province, city=city)


# -- screens -----------------------------------------------------------------------------------------------------------


def items(
    actor: Actor, *, node_ids: Iterable[int] | None = None, sku_ids: Iterable[int] | None = None, is_low: bool = False
) -> QuerySet[StockItem]:
    """Stock in the stores that the actor may see, to be paged by `ORDER`; with `allocated` and `available`."""
    nodes = actor.nodes("inventory.view")
    found = StockItem.objects.all() if nodes is None else StockItem.objects.filter(node__in=nodes)
    if node_ids is not None:
        found = found.filter(node__in=list(node_ids))
    if sku_ids is not None:
        found = found.filter(sku__in=list(sku_ids))
    if is_low:
        found = found.filter(on_hand__lte=F("safety"))
    taken = F("pool__reserved") + F("pool__confirmed")
    return found.select_related("sku__product", "node").annotate(
        allocated=taken - F("shipped"), available=F("pool__capacity") - taken
    )


def low_count(actor: Actor) -> int:
    """Items of which little is left, counted up to a hundred."""
    return items(actor, is_low=True).values("pk")[:100].count()


def item(actor: Actor, stock_item_id: int, permission: str = "inventory.view") -> StockItem:
    """The checked door; with `allocated` and `available`."""
    nodes = actor.nodes(permission)
    found = items(actor).filter(pk=stock_item_id).first()
    if found is None or (nodes is not None and found.node_id not in nodes):
        raise NotFound
    return found


def moves_of(item: StockItem) -> QuerySet[StockMove]:
    """The journal of an item; by ("-id",)."""
    return StockMove.objects.filter(item=item)


def skus(found: QuerySet[StockItem]) -> QuerySet[StockItem, Any]:
    """The SKUs among these items, each once, as {"sku_id": …}; by ("sku_id",)."""
    return found.order_by().values("sku_id").distinct()


def of_skus(found: QuerySet[StockItem], sku_ids: Iterable[int], node_ids: Iterable[int]) -> QuerySet[StockItem]:
    """Those items that lie in a square of the grid."""
    return found.filter(sku__in=list(sku_ids), node__in=list(node_ids))
