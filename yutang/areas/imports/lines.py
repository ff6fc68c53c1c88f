"""The fields of one batch of text cells, read as a mapping says."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import headers as names
from . import money, patterns, people, times
from .cells import Column, Mask, as_mask, column, identity, scientific, without_words
from .layouts.base import PLACE, Context
from .mapping import Mapping
from .money import Ints
from .reader import ROW, is_footer
from .schema import UTC_MICROS, OrderStatus, RowError

IDS = ("product_code", "sku_code", "buyer_id")  # ids a spreadsheet may have broken, besides order_no and line_key
PLAIN = ("shop", "title", "spec", "store_code", "guide", "host", "note", "country")
PERSONAL = (
    "unionid", "openid", "external_userid", "oaid", "member_card", "name", "province", "city", "district", "address",
)  # fmt: skip
TIMES = ("ordered_at", "paid_at", "shipped_at", "completed_at", "updated_at")
_YES = {"yes", "true", "1", "y", "是", "同意"}
_NO = {"no", "false", "0", "n", "否", "不同意"}


@dataclass
class Memory:
    """What has to be known from earlier batches of the same file."""

    places: dict[str, int] = field(default_factory=dict)  # order number -> rows so far
    freights: set[str] = field(default_factory=set)  # orders whose freight line was made
    refunds: set[str] = field(default_factory=set)  # orders whose order-level refund line was made


class Lines:
    """The fields of one batch; keeps the mask of rows that cannot be imported."""

    def __init__(
        self, batch: pa.RecordBatch, mapping: Mapping, context: Context, written: dict[str, str], memory: Memory
    ) -> None:
        self.batch, self.mapping, self.context, self.written, self.memory = batch, mapping, context, written, memory
        self.timezone = mapping.timezone or context.timezone
        self.keys = list(batch.schema.names)
        self.size = batch.num_rows
        self.rows: Ints = batch.column(ROW).to_numpy()
        self.bad = np.zeros(self.size, bool)
        self.errors: list[RowError] = []
        self.dropped = np.zeros(self.size, bool)  # footers and empty rows: neither lines nor errors
        self._columns: dict[str, Column | None] = {}

    # --- columns --------------------------------------------------------------------------------------------------

    def field(self, name: str) -> Column | None:
        """The cleaned column of a field, with its constant or default; None when there is neither."""
        if name not in self._columns:
            self._columns[name] = self._read_field(name)
        return self._columns[name]

    def _read_field(self, name: str) -> Column | None:
        constant = self.mapping.constants.get(name)
        if constant is not None:
            return _constant(constant, self.size)
        key = self.mapping.column_of(name, self.keys)
        default = self.mapping.defaults.get(name)
        if key is None:
            return None if default is None else _constant(default, self.size)
        found = column(self.batch.column(key), self.written.get(key, key))
        if default is not None and found.empty.any():
            values = pa.concat_arrays([found.values, pa.array([default], pa.string())])
            codes = np.where(found.codes < 0, np.int32(len(found.values)), found.codes)
            raw = pa.concat_arrays([found.raw.cast(pa.string()), pa.array([default], pa.string())])
            found = Column(found.header, values, raw, codes)
        return found

    def header(self, name: str) -> str:
        found = self.field(name)
        return found.header if found is not None else name

    def report(self, mask: Mask, found: Column | None, code: str, header: str = "") -> None:
        """Mark rows as bad; a row is reported once, for the first thing wrong with it."""
        for row in np.flatnonzero(mask & ~self.bad).tolist():
            cell = "" if found is None else found.cell(row)
            self.errors.append(RowError(int(self.rows[row]), header or (found.header if found else ""), code, cell))
        self.bad |= mask

    # --- the parts of a line --------------------------------------------------------------------------------------

    def order_numbers(self) -> Column:
        """Order numbers; footer rows and empty rows disappear without an error."""
        found = self.field("order_no")
        if found is None:
            raise KeyError("order_no")
        missing = found.empty
        footers = _footers(found)
        if missing.any():
            first = self.batch.column(self.keys[1])
            if not pa.types.is_integer(first.type):
                footers |= missing & _footers(column(first, self.keys[1]))
            filled = np.zeros(self.size, bool)
            for key in self.keys:
                array = self.batch.column(key)
                if key != ROW and not pa.types.is_integer(array.type):
                    filled |= ~column(array, key).empty
            footers |= missing & ~filled
        self.dropped = footers
        self.bad |= footers
        self.report(missing, found, "row.required")
        self.report(found.spread_mask(scientific(found.values)), found, "row.id_corrupted")
        return found

    def line_keys(self, order_no: Column) -> pa.StringArray:
        places = pa.array(self._places(order_no)).cast(pa.string())
        own = self.field("line_key")
        if own is None:
            return places
        self.report(own.spread_mask(scientific(own.values)), own, "row.id_corrupted")
        return pc.coalesce(own.text(), places)

    def _places(self, order_no: Column) -> Ints:
        """1-based place of each row among the rows of its order, in file order, across batches."""
        if PLACE in self.keys:
            given: Ints = self.batch.column(PLACE).to_numpy(zero_copy_only=False)
            return given
        unique = order_no.values.dictionary_encode()
        alias = unique.indices.fill_null(len(unique.dictionary)).to_numpy(zero_copy_only=False)
        texts = [*unique.dictionary.to_pylist(), None]
        codes = np.append(alias, len(texts) - 1)[order_no.codes]
        order = np.argsort(codes, kind="stable")
        counts = np.bincount(codes, minlength=len(texts))
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        memory = self.memory.places
        before = np.zeros(len(texts), np.int64)
        for i in np.flatnonzero(counts[:-1]).tolist():
            text = texts[i]
            before[i] = earlier = memory.get(text, 0)
            memory[text] = earlier + int(counts[i])
        places = np.empty(self.size, np.int64)
        places[order] = np.arange(self.size) - starts[codes[order]] + before[codes[order]] + 1
        return places

    def statuses(self) -> tuple[pa.StringArray, pa.StringArray]:
        """(canonical, as written)."""
        found = self.field("status")
        if found is None:
            raise KeyError("status")
        exact, prefixes = {}, []
        for word, status in self.mapping.statuses.items():
            if word.endswith("*"):
                prefixes.append((names.key(word[:-1]), str(status)))
            else:
                exact[names.key(word)] = str(status)
        own = {str(status): str(status) for status in OrderStatus}
        known: list[str | None] = []
        for text in found.values.to_pylist():
            word = names.key(text or "")
            status_of = exact.get(word) or own.get(word)
            known.append(status_of or next((value for start, value in prefixes if word.startswith(start)), None))
        self.report(found.empty, found, "row.required")
        unknown = np.array([word is None for word in known], bool)
        self.report(found.spread_mask(unknown), found, "row.status_unknown")
        return found.spread(pa.array(known, pa.string())), found.text()

    def moments(self, order_no: Column) -> dict[str, pa.TimestampArray]:
        parsed: dict[str, pa.TimestampArray] = {}
        cache: dict[str, tuple[pa.TimestampArray, Mask]] = {}
        for name in TIMES:
            found = self.field(name)
            if found is None:
                parsed[name] = pa.nulls(self.size, UTC_MICROS)
                continue
            source = self.mapping.column_of(name, self.keys) or name
            if source not in cache:
                cache[source] = times.read_times(found, self.mapping.date_formats, self.timezone)
            parsed[name], unreadable = cache[source]
            self.report(unreadable, found, "row.date_unreadable")
        if self.mapping.order_no_date and parsed["ordered_at"].null_count:
            # Before the time of payment: an order keeps its date when it is exported again after it was paid.
            parsed["ordered_at"] = pc.coalesce(parsed["ordered_at"], self._dates_from_numbers(order_no))
        parsed["ordered_at"] = pc.coalesce(parsed["ordered_at"], parsed["paid_at"])
        self.report(as_mask(parsed["ordered_at"].is_null()), self.field("ordered_at"), "row.required")
        micros = [parsed[name].cast(pa.int64()) for name in TIMES]  # Arrow compares no zoned times
        parsed["updated_at"] = pc.max_element_wise(*micros, skip_nulls=True).cast(UTC_MICROS)
        return parsed

    def _dates_from_numbers(self, order_no: Column) -> pa.TimestampArray:
        pattern, form = self.mapping.order_no_date
        zone = ZoneInfo(self.timezone)
        found = patterns.group(order_no.values, pattern).to_pylist()
        dates = [None if text is None else times.parse_time(text, (form,), zone) for text in found]
        return order_no.spread(pa.array(dates, UTC_MICROS))

    def amount_of(self, name: str, *, words: bool = False) -> tuple[Ints, Mask]:
        """(minor units, empty) of a money field. `words`: cells without a digit (包邮, 无退款申请) are empty."""
        key = self.mapping.column_of(name, self.keys)
        if key is not None and name not in self.mapping.constants:
            array = self.batch.column(key)
            if pa.types.is_integer(array.type):
                return array.fill_null(0).to_numpy(), array.is_null().to_numpy(zero_copy_only=False)
        found = self.field(name)
        if found is None:
            return np.zeros(self.size, np.int64), np.ones(self.size, bool)
        if words:
            found = found.mapped(without_words)
        values, empty, unreadable, large = money.amounts(found, self.context.exponent)
        self.report(unreadable, found, "row.number_unreadable")
        self.report(large, found, "row.too_large")
        return values, empty

    def quantity(self) -> Ints:
        found = self.field("quantity")
        if found is None:
            return np.ones(self.size, np.int64)
        values, empty, unreadable, large = money.quantities(found)
        self.report(empty, found, "row.required")
        self.report(unreadable, found, "row.number_unreadable")
        self.report(large, found, "row.too_large")
        return values

    def line_amount(self) -> Ints:
        if self.mapping.amount != "quantity*price":
            values, empty = self.amount_of("amount")
            self.report(empty, self.field("amount"), "row.required")
            return values
        price, quantity = self.field("price"), self.field("quantity")
        if price is None or quantity is None:
            raise KeyError("price")
        self.report(price.empty, price, "row.required")
        unreadable = np.array(
            [text is not None and money.parse(text) is None for text in price.values.to_pylist()], bool
        )
        self.report(price.spread_mask(unreadable), price, "row.number_unreadable")
        values, large = money.products(price, quantity, self.context.exponent)
        self.report(large, price, "row.too_large")
        return values

    def refund_rows(self, order_no: Column, quantity: Ints) -> Mask:
        """Rows that are themselves refunds, by the mapping's convention."""
        how, marks = self.mapping.refunds, self.mapping.refund_values
        if how == "negative quantity":
            return quantity < 0
        if how == "order_no prefix":
            hits = [text is not None and text.startswith(marks) for text in order_no.values.to_pylist()]
            return order_no.spread_mask(np.array(hits, bool))
        if how == "status" and (status := self.field("status")) is not None:
            words = {names.key(mark) for mark in marks}
            return status.spread_mask(np.array([names.key(t or "") in words for t in status.values.to_pylist()], bool))
        return np.zeros(self.size, bool)

    # --- texts ----------------------------------------------------------------------------------------------------

    def texts(self) -> dict[str, pa.Array]:
        columns: dict[str, pa.Array] = {}
        for name in (*IDS, *PLAIN, *PERSONAL):
            found = self.field(name)
            if found is None:
                columns[name] = pa.nulls(self.size, pa.string())
                continue
            if name in IDS:
                self.report(found.spread_mask(scientific(found.values)), found, "row.id_corrupted")
            hide = name in PERSONAL or name == "buyer_id"
            columns[name] = (found.mapped(identity) if hide else found).text()
        receiver = self.field("receiver")
        if receiver is not None:
            columns["name"] = pc.coalesce(columns["name"], receiver.mapped(identity).text())
        columns["phone"] = self._first_of("phone", lambda values: people.phones(values, self.context.phone_region))
        columns["email"] = self._first_of("email", people.emails)
        found = self.field("accepts_marketing")
        columns["accepts_marketing"] = pa.nulls(self.size, pa.bool_()) if found is None else found.spread(_flags(found))
        found = self.field("birthday")
        if found is None:
            columns["birthday"] = pa.nulls(self.size, pa.date32())
        else:
            columns["birthday"], unreadable = times.read_dates(found, self.mapping.date_formats)
            self.report(unreadable, found, "row.date_unreadable")
        return columns

    def _first_of(self, name: str, function: object) -> pa.StringArray:
        """The first usable value among all of the field's columns: a masked buyer phone yields to the receiver's."""
        result = pa.nulls(self.size, pa.string())
        for header in self.mapping.columns.get(name, ()):
            key = names.key(header)
            if key in self.keys and result.null_count:
                values = column(self.batch.column(key), header)
                result = pc.coalesce(result, values.mapped(function).text())  # type: ignore[arg-type]
        return result


def _footers(cells: Column) -> Mask:
    return cells.spread_mask(np.array([is_footer(text or "") for text in cells.values.to_pylist()], bool))


def _constant(text: str, size: int) -> Column:
    values = pa.array([text], pa.string())
    return Column("", values, values, np.zeros(size, np.int32))


def _flags(found: Column) -> pa.BooleanArray:
    words = [(text or "").lower() for text in found.values.to_pylist()]
    return pa.array([True if w in _YES else False if w in _NO else None for w in words], pa.bool_())
