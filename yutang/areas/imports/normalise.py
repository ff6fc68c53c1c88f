"""Files of orders to canonical lines, batch by batch. See docs/how-to/import-mapping.md.

Two ways through. A mapping whose amounts stand on the line streams: each block of the file is converted and forgotten,
and only per-order counters are kept, so memory does not grow with the lines. Where an amount belongs to the order (or
two reports are joined) the needed columns of the whole file are brought together first, because an order's rows may lie
anywhere; conversion then goes slice by slice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from .convert import convert
from .detect import KNOWN, kind_of
from .errors import ImportFileError
from .layouts import LAYOUTS, Context, Layout, Whole
from .layouts.base import AMOUNT, FREIGHT
from .lines import Memory
from .mapping import Mapping
from .reader import ROW, SLICE, Source, open_source
from .schema import CANONICAL, RowError

MAX_WHOLE_ROWS = 3_000_000


@dataclass(frozen=True)
class Batch:
    """`rows` of CANONICAL. `bytes_read` and `rows_read` count from the beginning of the import, for progress."""

    rows: pa.Table
    errors: list[RowError]
    bytes_read: int
    rows_read: int


def read(
    paths: Sequence[Path], *, kind: str | None, mapping: Mapping | None, timezone: str, exponent: int, phone_region: str
) -> Iterator[Batch]:
    """Read one or more files of one platform (several months; an order report with its item report).

    `mapping` wins over `kind`; `kind` names the first file's layout, the others are detected; with neither, all are.
    `timezone`: of times without an offset; `exponent`: decimals of the currency; `phone_region`: ISO country.
    Later files win: an order in two order reports is read from the later one.
    Raises `ImportFileError` before the first batch for what can be seen at once, or while reading.
    """
    if not paths:
        raise ImportFileError("file.missing")
    context = Context(timezone, exponent, phone_region)
    known = KNOWN if mapping is None else mapping.known_keys()
    sources = [open_source(path, known=known) for path in paths]
    if mapping is not None:
        yield from _read_mapped(sources, mapping, context)
        return
    kinds = [kind_of(source) for source in sources]
    if kind is not None:
        kinds[0] = kind
    layouts = [LAYOUTS.get(each or "") for each in kinds]
    if (unknown := next((i for i, each in enumerate(layouts) if each is None), None)) is not None:
        raise ImportFileError("file.kind_unknown", paths[unknown].name)
    found = [(source, layout) for source, layout in zip(sources, layouts, strict=True) if layout is not None]
    if len({layout.source for _, layout in found}) > 1:
        raise ImportFileError("file.kind_unknown", "files of different platforms")
    yield from _read_layout(found, context)


def preview(
    paths: Sequence[Path],
    *,
    kind: str | None,
    mapping: Mapping | None,
    timezone: str,
    exponent: int,
    phone_region: str,
    limit: int = 50,
) -> Batch:
    """The first `limit` rows as they would be imported, and the errors met up to there."""
    batches = read(paths, kind=kind, mapping=mapping, timezone=timezone, exponent=exponent, phone_region=phone_region)
    errors: list[RowError] = []
    last = Batch(CANONICAL.empty_table(), [], 0, 0)
    for last in batches:
        errors += last.errors
        if last.rows.num_rows or len(errors) >= limit:
            break
    return Batch(last.rows.slice(0, limit), errors[:limit], last.bytes_read, last.rows_read)


# --- streaming ----------------------------------------------------------------------------------------------------


def _read_mapped(sources: list[Source], mapping: Mapping, context: Context) -> Iterator[Batch]:
    for source in sources:
        if missing := mapping.missing(source.keys):
            raise ImportFileError("file.columns_missing", ", ".join(missing))
    done_bytes = done_rows = 0
    for source in sources:
        if mapping.amount == "order_amount":
            whole = _collect(source, mapping.known_keys(), context)
            whole.number_lines([mapping.column_of("order_no", source.keys) or ""])
            whole.spread_order_amount(mapping)
            batches = _convert_whole(whole, _with_computed(mapping), context)
        else:
            batches = _stream(source, mapping, context)
        for batch in batches:
            errors = source.take_errors() + batch.errors
            yield Batch(batch.rows, errors, done_bytes + source.bytes_read, done_rows + source.rows_read)
        done_bytes, done_rows = done_bytes + source.bytes_read, done_rows + source.rows_read


def _stream(source: Source, mapping: Mapping, context: Context) -> Iterator[Batch]:
    memory = Memory()
    wanted = _wanted(source, mapping.known_keys())
    written = {key: source.header_of(key) for key in source.keys}
    for block in source.batches():
        picked = block.select(wanted)
        for start in range(0, picked.num_rows, SLICE * 2):
            rows, errors = convert(picked.slice(start, SLICE * 2), mapping, context, written, memory)
            yield Batch(rows, errors, 0, 0)
    if source.errors or not source.rows_read:
        yield Batch(CANONICAL.empty_table(), [], 0, 0)


# --- whole files --------------------------------------------------------------------------------------------------


def _read_layout(found: list[tuple[Source, Layout]], context: Context) -> Iterator[Batch]:
    kinds = [layout.kind for _, layout in found]
    for source, layout in found:
        _check_columns(source, layout, alone=layout.companion not in kinds)
    mains = [layout for _, layout in found if layout.companion is None or not layout.kind.endswith("_items")]
    layout = mains[0] if mains else found[0][1]
    headers = layout.headers() | (LAYOUTS[layout.companion].headers() if layout.companion else frozenset())
    groups: dict[str, list[Whole]] = {}
    for source, each in found:
        groups.setdefault(each.kind, []).append(_collect(source, headers, context))
    errors = [error for source, _ in found for error in source.take_errors()]
    bytes_read = sum(source.bytes_read for source, _ in found)
    rows_read = sum(source.rows_read for source, _ in found)
    main = _later_wins(groups[layout.kind], layout)
    companion = None
    if layout.companion in groups and layout.companion in kinds:
        companion = _later_wins(groups[layout.companion], LAYOUTS[layout.companion])
    whole = layout.prepare(main, companion) if layout.prepare else main
    for batch in _convert_whole(whole, layout.mapping, context):
        yield Batch(batch.rows, errors + batch.errors, bytes_read, rows_read)
        errors = []


def _check_columns(source: Source, layout: Layout, *, alone: bool) -> None:
    """What no row of this file can do without, said once instead of on every row."""
    computed = [AMOUNT, "=order_no", "=status", "=paid", *source.keys]
    missing = layout.mapping.missing(computed)
    if layout.mapping.column_of("order_no", source.keys) is None:
        missing.insert(0, "order_no")
    if layout.kind == "taobao_items" and "ordered_at" in missing:
        # The old item report has no times at all: only the order report can date its lines.
        if alone:
            raise ImportFileError("file.companion_missing", layout.companion or "")
        missing.remove("ordered_at")
    if missing:
        raise ImportFileError("file.columns_missing", ", ".join(missing))


def _collect(source: Source, headers: frozenset[str], context: Context) -> Whole:
    """The columns that matter of a whole file."""
    wanted = _wanted(source, headers)
    schema = pa.schema([(name, pa.int64() if name == ROW else pa.string()) for name in wanted])
    parts, count = [], 0
    for block in source.batches():
        parts.append(pa.Table.from_batches([block.select(wanted)]).cast(schema))
        count += block.num_rows
        if count > MAX_WHOLE_ROWS:
            raise ImportFileError("file.too_large", f"more than {MAX_WHOLE_ROWS} rows")
    table = pa.concat_tables(parts).combine_chunks() if parts else schema.empty_table()
    return Whole(table, {key: source.header_of(key) for key in wanted if key != ROW}, context)


def _later_wins(wholes: list[Whole], layout: Layout) -> Whole:
    """Several files of one kind as one; an order that comes again is taken from the later file."""
    later = pa.array([], pa.string())
    kept = []
    for whole in reversed(wholes):
        number = layout.mapping.column_of("order_no", whole.table.column_names) or ""
        numbers = whole.text(number)
        whole.number_lines([number])
        repeated = pc.and_(pc.is_in(numbers, value_set=later), pc.is_valid(numbers))
        kept.append(whole.table.filter(pc.invert(repeated)))
        later = pa.concat_arrays([later, numbers.unique()])
    table = kept[0] if len(kept) == 1 else pa.concat_tables(reversed(kept), promote_options="default")
    written = {key: header for whole in wholes for key, header in whole.written.items()}
    return Whole(table.combine_chunks(), written, wholes[0].context)


def _convert_whole(whole: Whole, mapping: Mapping, context: Context) -> Iterator[Batch]:
    whole.settle()
    memory = Memory()
    errors = whole.errors
    table = whole.table.combine_chunks()
    keys = table.column_names
    table = table.select([ROW, *(key for key in keys if key != ROW)])
    for start in range(0, max(table.num_rows, 1), SLICE):
        blocks = table.slice(start, SLICE).combine_chunks().to_batches()
        if not blocks:
            yield Batch(CANONICAL.empty_table(), errors, 0, 0)
            return
        rows, more = convert(blocks[0], mapping, context, whole.written, memory)
        yield Batch(rows, errors + more, 0, 0)
        errors = []


def _with_computed(mapping: Mapping) -> Mapping:
    columns = {**mapping.columns, "amount": (AMOUNT,), "freight": (FREIGHT,)}
    return Mapping(**{**mapping.__dict__, "columns": columns, "amount": "amount"})


def _wanted(source: Source, headers: frozenset[str]) -> list[str]:
    """Row number, first column (it names footers) and the columns that some field reads."""
    keys = [key for i, key in enumerate(source.keys) if i == 0 or key in headers]
    return [ROW, *keys]
