"""What a built-in layout is, and `Whole`: a complete file at hand, for layouts whose amounts belong to the order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .. import headers as names
from .. import money
from ..allocate import allocate
from ..cells import Column, Mask, as_mask, column, without_words
from ..mapping import Mapping
from ..money import Ints
from ..reader import ROW
from ..schema import RowError

PLACE = "=place"
AMOUNT = "=amount"
FREIGHT = "=freight"
REFUND = "=refund"
ORDER_REFUND = "=order_refund"


@dataclass(frozen=True)
class Context:
    """What the file does not say itself."""

    timezone: str  # of times without an offset
    exponent: int  # decimals of the currency: 2 for CNY
    phone_region: str  # ISO country of phones without a country code


@dataclass
class Whole:
    """All rows of one file, or of two joined ones. Columns starting with = are computed; int64: minor units."""

    table: pa.Table
    written: dict[str, str]  # column -> header as written
    context: Context
    errors: list[RowError] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)  # places of rows that cannot be used

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def has(self, header: str) -> bool:
        return self._name(header) in self.table.column_names

    def column(self, *headers: str) -> Column | None:
        """The first of these columns that the file has, cleaned."""
        for header in headers:
            name = self._name(header)
            if name in self.table.column_names:
                return column(self.table.column(name), self.written.get(name, header))
        return None

    def text(self, *headers: str) -> pa.StringArray:
        found = self.column(*headers)
        return pa.nulls(len(self), pa.string()) if found is None else found.text()

    def money(self, *headers: str, words: bool = False) -> tuple[Ints, Mask]:
        """(minor units, empty) per row; cells that are no number are reported and their rows dropped at `settle`.

        `words`: cells without a digit (包邮, 无退款申请) are empty.
        """
        found = self.column(*headers)
        if found is None:
            return np.zeros(len(self), np.int64), np.ones(len(self), bool)
        if words:
            found = found.mapped(without_words)
        values, empty, unreadable, large = money.amounts(found, self.context.exponent)
        for row in np.flatnonzero(unreadable | large).tolist():
            code = "row.too_large" if large[row] else "row.number_unreadable"
            self._report(row, found.header, code, found.cell(row))
        return values, empty | unreadable | large

    def list_value(self, price: Sequence[str], quantity: Sequence[str]) -> Ints:
        """Price × quantity per row, minor units; 0 where the file does not say."""
        one, many = self.column(*price), self.column(*quantity)
        if one is None or many is None:
            return np.zeros(len(self), np.int64)
        return money.products(one, many, self.context.exponent)[0]

    def put(self, name: str, values: pa.Array | Ints, written: str = "", empty: Mask | None = None) -> None:
        """Add or replace a column."""
        array = values if isinstance(values, pa.Array) else pa.array(values, mask=empty)
        if name in self.table.column_names:
            self.table = self.table.set_column(self.table.column_names.index(name), name, array)
        else:
            self.table = self.table.append_column(name, array)
        self.written.setdefault(name, written or name.lstrip("="))

    def orders(self, order_no: Sequence[str]) -> tuple[Ints, Ints]:
        """(order of each row as 0 …, first row of each order). Rows without a number are orders of their own."""
        found = self.column(*order_no)
        if found is None:
            return np.arange(len(self)), np.arange(len(self))
        codes = found.codes.astype(np.int64)
        blank = np.flatnonzero(codes < 0)
        codes[blank] = len(found.values) + np.arange(len(blank))
        # Two spellings of one number ("123" and a shielded ="123") are one order.
        if len(found.values):
            text = found.values.dictionary_encode().indices.fill_null(0).to_numpy(zero_copy_only=False)
            codes = np.where(codes < len(found.values), text[np.minimum(codes, len(found.values) - 1)], codes)
        _, first, groups = np.unique(codes, return_index=True, return_inverse=True)
        return groups.astype(np.int64), first.astype(np.int64)

    def number_lines(self, order_no: Sequence[str]) -> None:
        """Set PLACE: the 1-based place of each row among the rows of its order, in file order."""
        groups, _ = self.orders(order_no)
        order = np.argsort(groups, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(groups, minlength=1))[:-1]]).astype(np.int64)
        places = np.empty(len(groups), np.int64)
        places[order] = np.arange(len(groups)) - starts[groups[order]] + 1
        self.put(PLACE, pa.array(places))

    def fill_down(self, order_no: Sequence[str], headers: Iterable[str]) -> None:
        """Give the following rows of an order the order-level cells that stand on its first row only."""
        groups, first = self.orders(order_no)
        from_first = pa.array(first[groups])
        for header in headers:
            name = self._name(header)
            if name in self.table.column_names:
                values = self.text(header)
                self.put(name, values.take(from_first) if not values.null_count else _filled(values, from_first))

    def spread_order_amount(self, mapping: Mapping) -> None:
        """Set AMOUNT and FREIGHT from the order's amount, counted once, over its lines by price × quantity."""
        keys = self.table.column_names
        order_no = [name] if (name := mapping.column_of("order_no", keys)) else []
        groups, first = self.orders(order_no)
        totals = self.once(groups, len(first), *_column(mapping, "order_amount", keys, self))
        freights = self.once(groups, len(first), *_column(mapping, "freight", keys, self))
        if mapping.freight_in_amount:
            freights = np.clip(freights, 0, np.maximum(totals, 0))
            totals = totals - freights
        price = [n] if (n := mapping.column_of("price", keys)) else []
        quantity = [n] if (n := mapping.column_of("quantity", keys)) else []
        self.put(AMOUNT, allocate(totals, groups, self.list_value(price, quantity)))
        self.put_once(FREIGHT, freights, first)

    def once(self, groups: Ints, count: int, values: Ints, empty: Mask) -> Ints:
        """One value per order: that of its first row which has one."""
        result = np.zeros(count, np.int64)
        rows = np.flatnonzero(~empty)[::-1]
        result[groups[rows]] = values[rows]  # the earliest row is written last
        return result

    def put_once(self, name: str, per_order: Ints, first: Ints) -> None:
        """A column that holds the order's value on its first row only, and nothing where it is 0."""
        values = np.zeros(len(self), np.int64)
        values[first] = per_order
        self.put(name, values, empty=values == 0)

    def settle(self) -> None:
        """Drop the rows that were reported."""
        if self.bad:
            good = np.ones(len(self), bool)
            good[list(self.bad)] = False
            self.table = self.table.filter(pa.array(good))

    def _name(self, header: str) -> str:
        return header if header.startswith("=") else names.key(header)

    def _report(self, row: int, header: str, code: str, value: str) -> None:
        if row in self.bad:
            return
        self.bad.add(row)
        number = int(self.table.column(ROW)[row].as_py())
        self.errors.append(RowError(number, header, code, value))


Prepare = Callable[[Whole, Whole | None], Whole]


@dataclass(frozen=True)
class Layout:
    """One platform's file. `prepare` joins the companion and computes the = columns that the mapping names."""

    kind: str
    source: str  # the platform; two reports of one platform share it
    label: str
    label_zh: str
    mapping: Mapping
    marks: tuple[str, ...]  # headers that tell this file from other layouts
    prepare: Prepare | None = None
    companion: str | None = None  # kind of the report that completes this one
    also: tuple[str, ...] = ()  # headers that `prepare` reads beyond the mapping's

    def headers(self) -> frozenset[str]:
        """Keys of every header that the layout reads."""
        return self.mapping.known_keys() | {names.key(h) for h in (*self.marks, *self.also)}


def is_word(values: Column, pattern: str) -> Mask:
    """Rows whose text matches a regular expression."""
    return values.spread_mask(as_mask(pc.match_substring_regex(values.values, pattern)))


def _filled(values: pa.StringArray, from_first: pa.Int64Array) -> pa.StringArray:
    return pc.coalesce(values, values.take(from_first))


def _column(mapping: Mapping, name: str, keys: Sequence[str], whole: Whole) -> tuple[Ints, Mask]:
    found = mapping.column_of(name, keys)
    if found is not None and pa.types.is_integer(whole.table.schema.field(found).type):
        array = whole.table.column(found).combine_chunks()
        return array.fill_null(0).to_numpy(), array.is_null().to_numpy(zero_copy_only=False)
    return whole.money(*([found] if found else []), words=name == "freight")
