"""Two reports of one platform, the orders and their items, made into one table of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..allocate import allocate
from ..cells import Mask
from ..money import Ints
from ..reader import ROW
from .base import AMOUNT, FREIGHT, ORDER_REFUND, PLACE, REFUND, Whole, is_word


def join(
    orders: Whole,
    items: Whole,
    *,
    order_no: Sequence[str],
    item_order_no: Sequence[str],
    item_fields: Mapping[str, tuple[Sequence[str], Sequence[str]]],
) -> Whole:
    """One row per item with its order's columns; orders without items keep one row of their own.

    `item_fields`: computed column -> (headers in the item report, headers in the order report as a fallback for
    orders without items). `#has_item` says which rows come from the item report; items of unknown orders have no buyer.
    """
    order_numbers, item_numbers = orders.text(*order_no), items.text(*item_order_no)
    _, first = orders.orders(order_no)
    unique = order_numbers.take(pa.array(np.sort(first)))
    places = pc.index_in(item_numbers, value_set=unique).fill_null(-1).to_numpy(zero_copy_only=False)
    places = np.where(places >= 0, np.sort(first)[places], -1)
    places[item_numbers.is_null().to_numpy(zero_copy_only=False)] = -1
    lonely = np.flatnonzero(~np.isin(np.arange(len(orders)), places) & np.isin(np.arange(len(orders)), first))
    from_order = np.concatenate([places, lonely])
    from_item = np.concatenate([np.arange(len(items)), np.full(len(lonely), -1)])
    take_order, take_item = _indices(from_order), _indices(from_item)

    table = orders.table.drop_columns([ROW, PLACE]).take(take_order)
    joined = Whole(table, {**items.written, **orders.written}, orders.context, [*orders.errors, *items.errors])
    rows = pc.coalesce(_take(items, ROW, take_item), _take(orders, ROW, take_order))
    joined.put(ROW, rows)
    joined.put(PLACE, pc.coalesce(_take(items, PLACE, take_item), _take(orders, PLACE, take_order)))
    joined.put("=has_item", pa.array((from_item >= 0).astype(np.int64)))
    number = next((h for h in order_no if orders.has(h)), order_no[0])
    numbers = pc.coalesce(item_numbers.take(take_item), order_numbers.take(take_order))
    joined.put("=order_no", numbers, written=number)
    for name, (item_headers, order_headers) in item_fields.items():
        values = items.text(*item_headers).take(take_item)
        if order_headers:
            # A fallback for orders without items only: an item's empty cell stays empty.
            alone = pa.array(from_item < 0)
            values = pc.if_else(alone, orders.text(*order_headers).take(take_order), values)
        found = next((h for h in (*item_headers, *order_headers) if items.has(h) or orders.has(h)), name)
        joined.put(name, values, written=found)
    return joined


def money_of_orders(
    joined: Whole,
    *,
    paid: Sequence[str],
    freight: Sequence[str],
    line_paid: str,
    refunded: Sequence[str],
    line_refund: str,
    price: str,
    quantity: str,
    status: str,
    paid_at: str,
) -> None:
    """Set AMOUNT, FREIGHT, REFUND and ORDER_REFUND of joined lines.

    A line's own amount is used where every line of the order has one. Where these add up to what was paid including
    freight, the freight is taken out of them again; where there are none, what was paid for goods is allocated over
    price × quantity. An order that is not in the order report keeps its lines' own amounts, else their list value.
    An order that was closed after payment was given back whole, even where the file prints no refund for it.
    """
    groups, first = joined.orders(["=order_no"])
    count = len(first)
    paid_values, paid_empty = joined.money(*paid)
    totals = joined.once(groups, count, paid_values, paid_empty)
    known = np.zeros(count, bool)
    known[groups[~paid_empty]] = True
    freights = joined.once(groups, count, *joined.money(*freight, words=True))
    freights = np.clip(freights, 0, np.maximum(totals, 0))
    list_values = joined.list_value([price], [quantity])
    own, own_empty = joined.money(line_paid)
    complete = np.ones(count, bool)
    complete[groups[own_empty]] = False
    sums = _sum(groups, own, count)
    inclusive = complete & known & (freights > 0) & (sums == totals)
    weights = np.where(complete[groups], own, list_values)
    shared = allocate(totals - freights, groups, weights)
    as_printed = np.where(complete[groups], own, list_values)
    use_share = known & (~complete | inclusive)
    joined.put(AMOUNT, np.where(use_share[groups], shared, as_printed))
    joined.put_once(FREIGHT, np.where(known, freights, 0), first)

    refunds, none = _refund_money(joined, line_refund)
    joined.put(REFUND, refunds, empty=none | (refunds == 0))
    order_values, order_none = _refund_money(joined, *refunded)
    whole_refund = joined.once(groups, count, order_values, order_none)
    by_line = _sum(groups, np.where(none, 0, refunds), count)
    whole_refund = np.where(by_line == 0, whole_refund, 0)
    words, paid_times = joined.column(status), joined.column(paid_at)
    if words is not None and paid_times is not None:
        gone = (is_word(words, "关闭|取消") & ~paid_times.empty)[first]
        worth = _sum(groups, np.where(use_share[groups], shared, as_printed), count) + np.where(known, freights, 0)
        whole_refund = np.where(gone & (by_line == 0) & (whole_refund == 0), worth, whole_refund)
    joined.put_once(ORDER_REFUND, whole_refund, first)


def _refund_money(joined: Whole, *headers: str) -> tuple[Ints, Mask]:
    values, empty = joined.money(*headers, words=True)
    return np.abs(values), empty


def _sum(groups: Ints, values: Ints, count: int) -> Ints:
    result = np.zeros(count, np.int64)
    np.add.at(result, groups, values)
    return result


def _indices(places: Ints) -> pa.Int64Array:
    return pa.array(places, pa.int64(), mask=places < 0)


def _take(whole: Whole, name: str, indices: pa.Int64Array) -> pa.Array:
    return whole.table.column(name).combine_chunks().take(indices)
