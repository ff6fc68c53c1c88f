"""Reads of stock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from yutang.areas.inventory import rules
from yutang.areas.inventory.rules import Stock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Stock", "allocate", "available", "stock"]


_STOCK = """
SELECT i.sku_id, i.node_id, i.pool_id, i.on_hand, p.reserved + p.confirmed - i.shipped,
       p.capacity - p.reserved - p.confirmed, i.safety, n.province, n.city, n.kind = 'hq'
  FROM inventory_stockitem i
  JOIN reservations_pool p ON p.id = i.pool_id
  JOIN merchants_orgnode n ON n.id = i.node_id AND n.is_active
 WHERE i.sku_id = ANY(%(skus)s) AND (%(nodes)s::bigint[] IS NULL OR i.node_id = ANY(%(nodes)s))
 ORDER BY i.sku_id, i.node_id
"""


def stock(sku_ids: Iterable[int], *, node_ids: Sequence[int] | None = None) -> list[Stock]:
    """Of these SKUs in the active stores, or in some of them; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_STOCK, {"skus": sorted(set(sku_ids)), "nodes": None if node_ids is None else list(node_ids)})
        return [Stock(*row) for row in cursor.fetchall()]


def available(sku_ids: Iterable[int]) -> dict[int, int]:
    """SKU id → how many can be sold now over all active stores; 0 where none is known."""
    found = dict.fromkeys(sku_ids, 0)
    for row in stock(found):
        found[row.sku_id] += row.available
    return found


def allocate(
    wanted: Mapping[int, int], *, province: str = "", city: str = "", node_ids: Sequence[int] | None = None
) -> dict[int, Stock] | None:
    """SKU id → the stock that so many pieces would be taken from, the nearest store that has them; None when some SKU
    lies nowhere in that number. Nothing is held by this."""
    return rules.chosen(wanted, stock(wanted, node_ids=node_ids), province=province, city=city)
