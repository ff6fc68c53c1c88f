"""Which store sends what. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stock:
    """A SKU at a store. `available` is of this moment; only a reservation makes it certain."""

    sku_id: int
    node_id: int
    pool_id: int
    on_hand: int
    allocated: int
    available: int
    safety: int
    province: str
    city: str
    is_hq: bool


def chosen(
    wanted: Mapping[int, int], stocks: Sequence[Stock], *, province: str = "", city: str = ""
) -> dict[int, Stock] | None:
    """SKU id → the stock it is taken from; None when some SKU lies nowhere in this number.

    One store for everything where there is one, the nearest first: same city, same province, headquarters, any; among
    equals the one that has the most left of what it has least of. Where no store has everything, each SKU comes from
    its own nearest."""
    able: dict[int, dict[int, Stock]] = defaultdict(dict)  # store → SKU → stock
    for row in stocks:
        if row.sku_id in wanted and row.available >= wanted[row.sku_id]:
            able[row.node_id][row.sku_id] = row
    whole = [part for part in able.values() if len(part) == len(wanted)]
    if whole:
        return min(whole, key=lambda part: _rank(list(part.values()), wanted, province, city))
    found: dict[int, Stock] = {}
    for sku_id in wanted:
        of_sku = [part[sku_id] for part in able.values() if sku_id in part]
        if not of_sku:
            return None
        found[sku_id] = min(of_sku, key=lambda row: _rank([row], wanted, province, city))
    return found


def _rank(rows: list[Stock], wanted: Mapping[int, int], province: str, city: str) -> tuple[int, int, int]:
    store = rows[0]
    if city and (store.province, store.city) == (province, city):
        distance = 0
    elif province and store.province == province:
        distance = 1
    else:
        distance = 2 if store.is_hq else 3
    return distance, -min(row.available - wanted[row.sku_id] for row in rows), store.node_id
