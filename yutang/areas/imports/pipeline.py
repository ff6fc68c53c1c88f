"""From canonical rows to people, orders and facts: one chunk of lines, one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yutang.areas.customers import services as customers
from yutang.areas.imports.schema import CANONICAL, RowError
from yutang.areas.orders import services as orders

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yutang.core.access import Actor

_PARTY = [
    "unionid", "external_userid", "buyer_id", "member_card", "openid", "phone", "email", "oaid", "name", "country",
    "province", "city", "district", "address", "birthday", "accepts_marketing",
]  # fmt: skip
_KEYS = _PARTY[:8]


@dataclass(frozen=True)
class Places:
    """Where a line may have been sold: store code → org node id; `root` where the file names no store."""

    nodes: dict[str, int]
    root: int


@dataclass
class Applied:
    """What one chunk did."""

    lines: int = 0
    anonymous: int = 0
    net_amount: int = 0
    orders_new: int = 0
    orders_updated: int = 0
    known_lines: int = 0
    facts: int = 0
    customers_created: list[int] = field(default_factory=list)
    customers_known: list[int] = field(default_factory=list)  # known before the chunk
    merged: int = 0


def check(rows: pa.Table, places: Places) -> tuple[pa.Table, list[RowError]]:
    """The rows whose store exists, and why the others cannot be taken."""
    unknown = _node_ids(rows, places) < 0
    if not unknown.any():
        return rows, []
    bad = rows.filter(pa.array(unknown))
    pairs = zip(bad.column("row").to_pylist(), bad.column("store_code").to_pylist(), strict=True)
    errors = [RowError(row, "store_code", "row.store_unknown", code) for row, code in pairs]
    return rows.filter(pa.array(~unknown)), errors


def apply(
    rows: pa.Table, *, source: str, run_id: int, channels: dict[str, int], places: Places, actor: Actor
) -> Applied:
    """Writes checked rows in the running transaction. `channels`: shop → channel id."""
    done = Applied(lines=rows.num_rows)
    if not rows.num_rows:
        return done
    # Line by line: a file may show a buyer before the erasure and after it.
    rows = customers.without_erased(
        rows, time="ordered_at", namespace=source, merchant_id=actor.merchant_id, also=("note", "spec")
    )
    node_id = _node_ids(rows, places)
    party_of_row, parties = _parties(rows, node_id)
    found = customers.resolve(records=parties, source=f"import:{run_id}", namespace=source, actor=actor)
    lines = _lines(rows, node_id, channels, found, party_of_row)
    recorded = orders.record_lines(lines=lines, run_id=run_id, actor=actor)

    done.anonymous = int((found.customer[party_of_row] < 0).sum())
    done.net_amount = pc.sum(rows.column("amount").filter(orders.sold(lines))).as_py() or 0
    done.orders_new, done.orders_updated = recorded.orders_new, recorded.orders_updated
    done.known_lines, done.facts = recorded.lines_known, recorded.lines_written
    done.customers_created, done.customers_known = found.new_people, found.known.tolist()
    done.merged = found.merged
    return done


def _node_ids(rows: pa.Table, places: Places) -> NDArray[np.int64]:
    """Org node of each row: the store it names, HQ when it names none, −1 when the store is unknown."""
    codes = rows.column("store_code").combine_chunks().dictionary_encode()
    known = (places.nodes.get(code, -1) for code in codes.dictionary.to_pylist())
    ids = np.array([*known, places.root], dtype=np.int64)
    place = np.asarray(pc.fill_null(codes.indices, len(ids) - 1), dtype=np.int64)
    return np.take(ids, place)


def _parties(rows: pa.Table, node_id: NDArray[np.int64]) -> tuple[NDArray[np.int64], pa.Table]:
    """Rows that show exactly the same keys are one record; it speaks with its earliest row's attributes."""
    joined = pc.binary_join_element_wise(*(rows.column(k) for k in _KEYS), "\x1f", null_handling="replace")
    codes = np.asarray(joined.combine_chunks().dictionary_encode().indices, dtype=np.int64)
    seen = np.asarray(rows.column("ordered_at").cast(pa.timestamp("us")).cast(pa.int64()))
    order = np.lexsort((seen, codes))
    _, first = np.unique(codes[order], return_index=True)
    place = pa.array(order[first])
    parties = rows.select(_PARTY).take(place)
    parties = parties.append_column("seen_at", rows.column("ordered_at").take(place))
    return codes, parties.append_column("node_id", pa.array(node_id[order[first]]))


def _lines(
    rows: pa.Table,
    node_id: NDArray[np.int64],
    channels: dict[str, int],
    found: customers.Resolution,
    party: NDArray[np.int64],
) -> pa.Table:
    shops = pc.fill_null(rows.column("shop"), "").combine_chunks().dictionary_encode()
    channel = np.array([channels[shop] for shop in shops.dictionary.to_pylist()], dtype=np.int64)
    columns = {name: rows.column(name) for name in orders.LINES.names if name in CANONICAL.names}
    columns["channel_id"] = pa.array(channel[np.asarray(shops.indices)])
    columns["node_id"] = pa.array(node_id)
    for name, values in (
        ("identity_id", found.identity),
        ("home_customer_id", found.home),
        ("customer_id", found.customer),
    ):
        columns[name] = pa.array(values[party], mask=values[party] < 0)
    return pa.table({name: columns[name] for name in orders.LINES.names})
