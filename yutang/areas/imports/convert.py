"""One batch of text cells to canonical lines: goods, then the freight and refund lines that belong to them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .cells import Column, Mask
from .layouts.base import Context
from .lines import Lines, Memory
from .mapping import Mapping
from .money import Ints
from .schema import CANONICAL, LineKind, RowError


def convert(
    batch: pa.RecordBatch, mapping: Mapping, context: Context, written: dict[str, str], memory: Memory
) -> tuple[pa.Table, list[RowError]]:
    """Canonical rows and the errors of the others. `written`: column -> header as the file wrote it."""
    lines = Lines(batch, mapping, context, written, memory)
    order_no = lines.order_numbers()
    line_keys = lines.line_keys(order_no)
    status, raw_status = lines.statuses()
    moments = lines.moments(order_no)
    quantity = lines.quantity()
    amount = lines.line_amount()
    is_refund = lines.refund_rows(order_no, quantity)
    # Some files print credits with a minus, others without: a refund row always gives back.
    amount = np.where(is_refund, -np.abs(amount), amount)
    quantity = np.where(is_refund, -np.abs(quantity), quantity)
    discount, no_discount = lines.amount_of("discount", words=True)
    freight, no_freight = lines.amount_of("freight", words=True)
    refund, no_refund = lines.amount_of("refund", words=True)
    order_refund, no_order_refund = lines.amount_of("order_refund", words=True)
    refunded_at = pc.coalesce(moments["paid_at"], moments["completed_at"], moments["updated_at"])
    moments["paid_at"] = pc.if_else(pa.array(is_refund), refunded_at, moments["paid_at"])
    columns = {
        "row": pa.array(lines.rows),
        "order_no": order_no.text(),
        "line_key": line_keys,
        "kind": pa.array(np.array([LineKind.GOODS.value, LineKind.REFUND.value], object)[is_refund.astype(int)]),
        "status": status,
        "raw_status": raw_status,
        "quantity": pa.array(quantity),
        "amount": pa.array(amount),
        "discount": pa.array(np.abs(discount), mask=no_discount),
        **moments,
        **lines.texts(),
    }
    goods = pa.table([columns[name] for name in CANONICAL.names], names=CANONICAL.names)

    good = ~lines.bad
    parts = [_rows(goods, good)]
    first = _first_per_order(order_no, good & ~no_freight & (freight > 0), memory.freights)
    parts.append(_money_lines(goods, first, LineKind.FREIGHT, freight, None, "#freight"))
    given_back = good & ~no_refund & (refund != 0)
    parts.append(_money_lines(goods, given_back, LineKind.REFUND, -np.abs(refund), line_keys, "#refund"))
    first = _first_per_order(order_no, good & ~no_order_refund & (order_refund != 0), memory.refunds)
    parts.append(_money_lines(goods, first, LineKind.REFUND, -np.abs(order_refund), None, "#refund"))
    table = pa.concat_tables([part for part in parts if part is not None]).combine_chunks().cast(CANONICAL)
    lines.errors.sort(key=lambda error: error.row)
    return table, lines.errors


def _rows(table: pa.Table, mask: Mask) -> pa.Table:
    return table if mask.all() else table.filter(pa.array(mask))


def _money_lines(
    goods: pa.Table, mask: Mask, kind: LineKind, amount: Ints, line_keys: pa.StringArray | None, suffix: str
) -> pa.Table | None:
    """Lines of an order that are money only: no pieces, no product."""
    if not mask.any():
        return None
    chosen = pa.array(mask)
    part = goods.filter(chosen)
    size = part.num_rows
    keys = pa.array([suffix] * size) if line_keys is None else _suffixed(line_keys.filter(chosen), suffix)
    changed: dict[str, pa.Array] = {
        "line_key": keys,
        "kind": pa.array([kind.value] * size),
        "quantity": pa.array(np.zeros(size, np.int64)),
        "amount": pa.array(amount[mask]),
        "discount": pa.nulls(size, pa.int64()),
    }
    if line_keys is None:
        changed |= {name: pa.nulls(size, pa.string()) for name in ("product_code", "sku_code", "title", "spec")}
    if kind is LineKind.REFUND:
        # Facts count a refund when it happened: completed, else last touched, else paid.
        changed["paid_at"] = pc.coalesce(part["completed_at"], part["updated_at"], part["paid_at"]).combine_chunks()
    for name, values in changed.items():
        part = part.set_column(part.column_names.index(name), name, values)
    return part


def _suffixed(keys: pa.StringArray, suffix: str) -> pa.StringArray:
    return pc.binary_join_element_wise(keys, suffix, "")


def _first_per_order(order_no: Column, mask: Mask, seen: set[str]) -> Mask:
    """The rows of the mask that are their order's first, also over earlier batches."""
    result = np.zeros(len(mask), bool)
    rows = np.flatnonzero(mask)
    for row, text in zip(rows.tolist(), order_no.text().take(pa.array(rows)).to_pylist(), strict=True):
        if text not in seen:
            seen.add(text)
            result[row] = True
    return result
