"""Recording order lines in bulk: new orders, newer versions of known ones, and nothing at all for known facts.

Set-based: a chunk costs the same few statements whether it holds ten lines or a hundred thousand. The chunk is compared
with what the pool holds; only differences are written, as new fact rows (models.SaleLine says how corrections look).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction

from yutang.areas.orders.services.statistics import recompute_statistics
from yutang.core.copying import copy_into_temporary, copy_rows, reserve_ids
from yutang.lake import source, writer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yutang.core.access import Actor

_TIME = pa.timestamp("us", tz="UTC")
# One row per line; columns without a database column of that name say what they are.
LINES = pa.schema(
    [
        pa.field("channel_id", pa.int64(), nullable=False),
        pa.field("order_no", pa.string(), nullable=False),
        pa.field("line_key", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("raw_status", pa.string()),
        pa.field("ordered_at", _TIME, nullable=False),
        pa.field("paid_at", _TIME),  # of a refund row: when it was refunded
        pa.field("shipped_at", _TIME),
        pa.field("completed_at", _TIME),
        pa.field("updated_at", _TIME),
        pa.field("product_code", pa.string()),
        pa.field("sku_code", pa.string()),
        pa.field("title", pa.string()),
        pa.field("spec", pa.string()),
        pa.field("quantity", pa.int64(), nullable=False),
        pa.field("amount", pa.int64(), nullable=False),
        pa.field("identity_id", pa.int64()),
        pa.field("home_customer_id", pa.int64()),
        pa.field("customer_id", pa.int64()),
        pa.field("node_id", pa.int64(), nullable=False),
        pa.field("guide", pa.string()),
        pa.field("host", pa.string()),
        pa.field("note", pa.string()),
        pa.field("row", pa.int64(), nullable=False),
    ]
)
_WIDTHS = {
    "raw_status": 80, "product_code": 80, "sku_code": 80, "title": 400, "spec": 200, "guide": 120, "host": 120,
    "note": 4000, "line_key": 80, "order_no": 80,
}  # fmt: skip
_HEADER = [
    "status", "raw_status", "identity_id", "customer_id", "node_id", "ordered_at", "paid_at", "shipped_at",
    "completed_at", "updated_at", "guide", "host", "note",
]  # fmt: skip


@dataclass
class Recorded:
    """What a chunk changed."""

    orders_new: int = 0
    orders_updated: int = 0
    lines_written: int = 0  # fact rows, corrections included
    lines_known: int = 0  # lines that changed nothing


@transaction.atomic
def record_lines(*, lines: pa.Table, run_id: int | None, actor: Actor) -> Recorded:
    """Writes the lines (schema `LINES`) of the actor's merchant.

    A line is known by (channel, order number, line key); an order older than what the pool holds is left alone, and so
    is one that was made here, whatever a file says of its money. Lines
    of orders that are unpaid, or closed without ever being paid, are no sales: they take earlier facts back.
    """
    lines = _last_of_each(_clean(lines))
    number, first = _orders_of(lines)
    header = _headers(lines, number, first)
    known = _known_orders(header)
    result = Recorded(orders_new=int((known.id < 0).sum()))

    order_id = known.id.copy()
    order_id[known.id < 0] = reserve_ids("orders_order", result.orders_new)
    stale = (known.id >= 0) & (known.age > _age(header))
    of_line = order_id[number]
    lines = lines.append_column("order_id", pa.array(of_line)).filter(pa.array(~stale[number]))

    changes = _changes(lines, known.id[known.id >= 0])
    result.lines_written = changes.num_rows
    result.lines_known = len(number) - len(np.unique(_pair(changes)))
    header = header.append_column("id", pa.array(order_id))
    header = _with_amounts(header, changes)
    _insert_orders(header.filter(pa.array(known.id < 0)), run_id, actor)
    current = header.filter(pa.array((known.id >= 0) & ~stale))
    result.orders_updated = _update_orders(current, run_id)
    if changes.num_rows:
        _write_facts(changes, run_id, actor)
        _add_amounts(current)
    touched = np.unique(np.concatenate([_people(header), known.customer[known.customer >= 0]]))
    if len(touched) and (changes.num_rows or result.orders_new or result.orders_updated):
        recompute_statistics(touched.tolist())
        writer.mark_people_changed(actor.merchant_id)
    return result


def sold(lines: pa.Table) -> pa.ChunkedArray:
    """Which lines are sales: not those of orders that wait for money, or were closed without ever getting any."""
    closed_unpaid = pc.and_(pc.equal(lines.column("status"), "closed"), pc.is_null(lines.column("paid_at")))
    return pc.invert(pc.or_(pc.equal(lines.column("status"), "unpaid"), closed_unpaid))


# -- what the chunk says -----------------------------------------------------------------------------------------


def _clean(lines: pa.Table) -> pa.Table:
    """Fits texts into their columns and fills the time by which versions are compared."""
    for name, width in _WIDTHS.items():
        index = lines.schema.get_field_index(name)
        short = pc.utf8_slice_codeunits(pc.fill_null(lines.column(name), ""), 0, width)
        lines = lines.set_column(index, name, short)
    newest = pc.coalesce(
        lines.column("updated_at"), lines.column("completed_at"), lines.column("shipped_at"), lines.column("paid_at"),
        lines.column("ordered_at"),
    )  # fmt: skip
    return lines.set_column(lines.schema.get_field_index("updated_at"), "updated_at", newest).combine_chunks()


def _last_of_each(lines: pa.Table) -> pa.Table:
    """A line printed twice in one chunk counts once: the later row."""
    keys = pa.table([lines.column(n) for n in ("channel_id", "order_no", "line_key")], ["channel", "order", "line"])
    last = (
        keys.append_column("place", pa.array(np.arange(lines.num_rows)))
        .group_by(["channel", "order", "line"])
        .aggregate([("place", "max")])
    )
    if last.num_rows == lines.num_rows:
        return lines
    return lines.take(pa.array(np.sort(np.asarray(last.column("place_max")))))


def _orders_of(lines: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order number 0 … n − 1 of every line, and each order's first goods line (or first line without goods)."""
    channel = np.asarray(lines.column("channel_id"))
    text = lines.column("order_no").combine_chunks().dictionary_encode()
    code = np.asarray(text.indices, dtype=np.int64) * (int(channel.max(initial=0)) + 1) + channel
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    goods = np.flatnonzero(np.asarray(pc.equal(lines.column("kind"), "goods")))
    with_goods, place = np.unique(number[goods], return_index=True)
    first[with_goods] = goods[place]
    return number.astype(np.int64), first


def _headers(lines: pa.Table, number: NDArray[np.int64], first: NDArray[np.int64]) -> pa.Table:
    """One row per order: its first goods line, the first identity any of its lines shows, its newest time."""
    header = lines.select(["channel_id", "order_no", *_HEADER]).take(pa.array(first))
    shown = np.flatnonzero(np.asarray(pc.is_valid(lines.column("identity_id"))))
    with_identity, place = np.unique(number[shown], return_index=True)
    index = np.full(len(first), -1, dtype=np.int64)
    index[with_identity] = shown[place]
    for name in ("identity_id", "customer_id"):
        values = lines.column(name).take(pa.array(index, mask=index < 0))
        header = header.set_column(header.schema.get_field_index(name), name, values)
    newest = np.full(len(first), np.iinfo(np.int64).min)
    np.maximum.at(newest, number, _micros(lines.column("updated_at")))
    newest_at = pa.array(newest, _TIME)
    return header.set_column(header.schema.get_field_index("updated_at"), "updated_at", newest_at)


# -- what the pool says ------------------------------------------------------------------------------------------


# How far an order has come; decides between two exports whose newest times are equal.
_PROGRESS = ("unpaid", "paid", "partly_shipped", "shipped", "completed", "closed")
_NEVER = np.iinfo(np.int64).max  # older than this is every file


def _age(header: pa.Table) -> NDArray[np.int64]:
    """Comparable between exports of one order: its newest time in microseconds, then its progress (3 bits)."""
    status = header.column("status").combine_chunks().dictionary_encode()
    rank = np.array([_PROGRESS.index(word) for word in status.dictionary.to_pylist()], dtype=np.int64)
    return _micros(header.column("updated_at")) * 8 + np.take(rank, np.asarray(status.indices))


@dataclass
class _KnownOrders:
    id: NDArray[np.int64]  # −1: not yet known
    age: NDArray[np.int64]  # see _age
    customer: NDArray[np.int64]


def _known_orders(header: pa.Table) -> _KnownOrders:
    size = header.num_rows
    found = _KnownOrders(*(np.full(size, -1, dtype=np.int64) for _ in range(3)))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE wanted (n bigint, channel_id bigint, order_no text) ON COMMIT DROP")
        copy_into_temporary(
            "wanted", header.select(["channel_id", "order_no"]).add_column(0, "n", pa.array(np.arange(size)))
        )
        cursor.execute("ANALYZE wanted")
        cursor.execute(
            "SELECT w.n, o.id, CASE WHEN EXISTS (SELECT FROM orders_shoporder s WHERE s.order_id = o.id) THEN %s"
            " ELSE (extract(epoch FROM o.updated_at) * 1000000)::bigint * 8"
            " + array_position(%s::text[], o.status::text) - 1 END, COALESCE(o.customer_id, -1)"
            " FROM wanted w JOIN orders_order o ON o.channel_id = w.channel_id AND o.order_no = w.order_no"
            " WHERE o.merchant_id = NULLIF(current_setting('yutang.merchant_id'), '')::bigint"
            " ORDER BY o.id FOR UPDATE OF o",
            [_NEVER, list(_PROGRESS)],
        )
        rows = cursor.fetchall()
        cursor.execute("DROP TABLE wanted")
    if rows:
        table = np.array(rows, dtype=np.int64)
        found.id[table[:, 0]], found.age[table[:, 0]], found.customer[table[:, 0]] = table[:, 1:].T
    return found


_LIVE = pa.schema(
    [
        ("order_id", pa.int64()), ("line_key", pa.string()), ("old_version", pa.int64()), ("old_live", pa.bool_()),
        ("old_kind", pa.string()), ("old_product_code", pa.string()), ("old_sku_code", pa.string()),
        ("old_title", pa.string()), ("old_spec", pa.string()), ("old_quantity", pa.int64()),
        ("old_amount", pa.int64()), ("old_occurred_at", _TIME), ("old_identity_id", pa.int64()),
        ("old_home_customer_id", pa.int64()), ("old_customer_id", pa.int64()), ("old_channel_id", pa.int64()),
        ("old_node_id", pa.int64()),
    ]
)  # fmt: skip


def _live_lines(order_ids: NDArray[np.int64]) -> pa.Table:
    """The newest version of every line of these orders; `old_live` is false where it has been taken back."""
    return source.read(
        """
        SELECT DISTINCT ON (s.order_id, s.line_key) s.order_id, s.line_key, s.version, NOT s.is_reversal, s.kind,
               s.product_code, s.sku_code, s.title, s.spec, s.quantity, s.amount, s.occurred_at, s.identity_id,
               s.home_customer_id, s.customer_id, s.channel_id, s.node_id
        FROM orders_saleline s
        WHERE s.merchant_id = NULLIF(current_setting('yutang.merchant_id'), '')::bigint AND s.order_id = ANY(%(ids)s)
        ORDER BY s.order_id, s.line_key, s.version DESC, s.is_reversal DESC
        """,
        {"ids": order_ids.tolist()},
        _LIVE,
    )


# -- the difference ----------------------------------------------------------------------------------------------

_FACT = [
    "order_id", "line_key", "version", "is_reversal", "kind", "product_code", "sku_code", "title", "spec", "quantity",
    "amount", "occurred_at", "identity_id", "home_customer_id", "customer_id", "channel_id", "node_id", "source_row",
]  # fmt: skip


def _changes(lines: pa.Table, known_orders: NDArray[np.int64]) -> pa.Table:
    """Fact rows to append: first versions, reversals of what changed, and their next versions."""
    occurred = pc.coalesce(lines.column("paid_at"), lines.column("ordered_at"))
    lines = lines.append_column("occurred_at", occurred).append_column("sold", sold(lines))
    lines = lines.append_column("source_row", lines.column("row"))
    if not len(known_orders):
        return _versioned(lines.filter(lines.column("sold")), None)
    old = _live_lines(known_orders)
    # Joined by place: nothing is copied but two small columns.
    place = lines.select(["order_id", "line_key"]).append_column("new_place", pa.array(np.arange(lines.num_rows)))
    pairs = place.join(
        old.select(["order_id", "line_key"]).append_column("old_place", pa.array(np.arange(old.num_rows))),
        ["order_id", "line_key"],
        join_type="left outer",
    ).sort_by("new_place")
    lines = pa.table(
        [*lines.columns, *old.drop_columns(["order_id", "line_key"]).take(pairs.column("old_place")).columns],
        [*lines.column_names, *(n for n in old.column_names if n.startswith("old_"))],
    )
    live = pc.fill_null(lines.column("old_live"), False)
    same = pc.and_(live, lines.column("sold"))
    for name in ("quantity", "amount"):
        same = pc.and_(same, pc.fill_null(pc.equal(lines.column(name), lines.column(f"old_{name}")), False))
    # An account that became known later corrects the fact; a file that shows less than before does not.
    identity, before = lines.column("identity_id"), lines.column("old_identity_id")
    same = pc.and_(same, pc.or_(pc.is_null(identity), pc.fill_null(pc.equal(identity, before), False)))
    return pa.concat_tables(
        [
            _reversed(lines.filter(pc.and_(live, pc.invert(same)))),
            _versioned(lines.filter(pc.and_(lines.column("sold"), pc.invert(same))), lines.column("old_version")),
        ]
    )


def _versioned(lines: pa.Table, _old: pa.ChunkedArray | None) -> pa.Table:
    size = lines.num_rows
    version = pa.array(np.ones(size, np.int64))
    if _old is not None:
        version = pc.add(pc.fill_null(lines.column("old_version"), 0), 1)
    return (
        lines.append_column("version", version)
        .append_column("is_reversal", pa.array(np.zeros(size, bool)))
        .select(_FACT)
    )


def _reversed(lines: pa.Table) -> pa.Table:
    """The old version with the opposite sign, at the same time, for the same person."""
    values = {name: lines.column(f"old_{name}") for name in _FACT if f"old_{name}" in lines.column_names}
    values |= {
        "order_id": lines.column("order_id"),
        "line_key": lines.column("line_key"),
        "is_reversal": pa.array(np.ones(lines.num_rows, bool)),
        "quantity": pc.negate(lines.column("old_quantity")),
        "amount": pc.negate(lines.column("old_amount")),
        "source_row": lines.column("row"),
    }
    for name in ("product_code", "sku_code", "title", "spec"):
        values[name] = pc.fill_null(values[name], "")
    return pa.table({name: values[name] for name in _FACT})


# -- writing -----------------------------------------------------------------------------------------------------


def _insert_orders(header: pa.Table, run_id: int | None, actor: Actor) -> None:
    if header.num_rows:
        copy_rows("orders_order", _with_owner(header, run_id, actor))


def _update_orders(header: pa.Table, run_id: int | None) -> int:
    """Brings headers up to date where they differ; returns how many did."""
    if not header.num_rows:
        return 0
    columns = [name for name in _HEADER if name not in ("identity_id", "customer_id")]
    plain = ", ".join(columns)
    keep_identity = "COALESCE(h.identity_id, o.identity_id)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE newer ON COMMIT DROP AS SELECT id, identity_id, customer_id, {plain}"  # noqa: S608
            " FROM orders_order WITH NO DATA"
        )
        copy_into_temporary("newer", header.select(["id", *_HEADER]))
        cursor.execute(
            f"""
            UPDATE orders_order o SET ({plain}) = ({", ".join(f"h.{c}" for c in columns)}),
                   identity_id = {keep_identity}, customer_id = COALESCE(h.customer_id, o.customer_id),
                   import_run_id = %s
            FROM newer h
            WHERE o.id = h.id AND ({", ".join(f"o.{c}" for c in columns)}, o.identity_id, o.customer_id)
                  IS DISTINCT FROM ({", ".join(f"h.{c}" for c in columns)}, {keep_identity},
                                    COALESCE(h.customer_id, o.customer_id))
            """,  # noqa: S608  our own column names
            [run_id],
        )
        changed = cursor.rowcount
        cursor.execute("DROP TABLE newer")
    return int(changed)


def _write_facts(changes: pa.Table, run_id: int | None, actor: Actor) -> None:
    copy_rows("orders_saleline", _with_owner(changes, run_id, actor))


_AMOUNTS = ("sold_amount", "refunded_amount", "line_count")


def _with_amounts(header: pa.Table, changes: pa.Table) -> pa.Table:
    """What the fact rows add to each order's cached sums."""
    ids = np.asarray(header.column("id"))
    order = np.argsort(ids)
    place = order[np.searchsorted(ids[order], np.asarray(changes.column("order_id")))]
    amount = np.asarray(changes.column("amount"))
    refund = np.asarray(pc.equal(changes.column("kind"), "refund"))
    count = np.where(np.asarray(changes.column("is_reversal")), -1, 1)
    for name, values in zip(_AMOUNTS, (np.where(refund, 0, amount), np.where(refund, amount, 0), count), strict=True):
        sums = np.zeros(len(ids), dtype=np.int64)
        np.add.at(sums, place, values)  # bincount would go through floats
        header = header.append_column(name, pa.array(sums))
    return header


def _add_amounts(header: pa.Table) -> None:
    """Keeps known orders' cached sums equal to their fact rows."""
    moved = header.filter(
        pc.or_(
            pc.not_equal(header.column("line_count"), 0),
            pc.or_(pc.not_equal(header.column("sold_amount"), 0), pc.not_equal(header.column("refunded_amount"), 0)),
        )
    )
    if not moved.num_rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE sums ON COMMIT DROP AS SELECT id, sold_amount, refunded_amount, line_count"
            " FROM orders_order WITH NO DATA"
        )
        copy_into_temporary("sums", moved.select(["id", *_AMOUNTS]))
        cursor.execute(
            "UPDATE orders_order o SET sold_amount = o.sold_amount + s.sold_amount,"
            " refunded_amount = o.refunded_amount + s.refunded_amount, line_count = o.line_count + s.line_count"
            " FROM sums s WHERE o.id = s.id"
        )
        cursor.execute("DROP TABLE sums")


def _with_owner(rows: pa.Table, run_id: int | None, actor: Actor) -> pa.Table:
    size = rows.num_rows
    rows = rows.append_column("merchant_id", pa.array(np.full(size, actor.merchant_id)))
    return rows.append_column("import_run_id", pa.array([run_id] * size, pa.int64()))


def _micros(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(column.cast(pa.timestamp("us")).cast(pa.int64()))


def _people(header: pa.Table) -> NDArray[np.int64]:
    return np.asarray(header.column("customer_id").drop_null(), dtype=np.int64)


def _pair(changes: pa.Table) -> NDArray[np.int64]:
    """A number per fact row that is equal for rows of the same line."""
    keys = pc.binary_join_element_wise(changes.column("order_id").cast(pa.string()), changes.column("line_key"), "\x1f")
    return np.asarray(keys.combine_chunks().dictionary_encode().indices, dtype=np.int64)
