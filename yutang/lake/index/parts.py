"""Parts of a fact table's index: rows read from the lake, coded, sorted by person, cut by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yutang.lake.index import files
from yutang.lake.index.coding import NOBODY, Dictionary, Numbers
from yutang.lake.tables import REGISTRY, Type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from yutang.lake.index.layout import Layout

    Array = np.ndarray[Any, np.dtype[Any]]
    Rows = dict[str, Array]

FULL = 2_000_000  # rows; a part of this size is not written again
NO_DAY = np.iinfo(np.int32).min
NO_KEY = -1
# Names of columns in the files: what stands before the dot says what the values are.
PERSON, IDENTITY, DAY, BACK = "person", "identity", "day", "back"


def code(column: str) -> str:
    return f"code.{column}"


def amount(column: str) -> str:
    return f"sum.{column}"


def key(column: str, layout: Layout) -> str:
    """Where the values of a `distinct` column stand."""
    if column == layout.day:
        return DAY
    return code(column) if column in layout.coded else f"key.{column}"


def read(path: str, merchant_id: int, schema: pa.Schema, coded: list[str]) -> pa.Table:
    """The merchant's rows of a file of the lake; columns that an old file does not have are missing values. Those in
    `coded` come as dictionaries."""
    file = pq.ParquetFile(path, memory_map=True, read_dictionary=coded)
    names = [name for name in schema.names if name in file.schema_arrow.names]
    table = file.read(columns=["merchant_id", *names])
    ours = pc.equal(table.column("merchant_id"), merchant_id)
    if not pc.all(ours).as_py():
        table = table.filter(ours)
    for field in schema:
        if field.name not in names:
            table = table.append_column(field.name, pa.nulls(table.num_rows, field.type))
    return table


@dataclass
class Encoder:
    """Turns the lake's rows of one fact table into columns of numbers."""

    fact: str
    layout: Layout
    numbers: Numbers
    dictionaries: dict[str, Dictionary]
    merchant_id: int

    def read(self, path: str) -> pa.Table:
        wanted, schema = self._wanted(), REGISTRY.facts[self.fact].arrow_schema()
        return read(path, self.merchant_id, pa.schema([schema.field(name) for name in wanted]), self._texts())

    def encode(self, table: pa.Table) -> Rows:
        home = table.column("home_customer_id")
        person = np.full(table.num_rows, NOBODY, dtype=np.int32)
        ids = home.fill_null(NOBODY).to_numpy()
        order = np.argsort(ids, kind="stable")  # sorted ids are found several times faster
        in_order = ids[order]
        known = in_order != NOBODY
        self.numbers.add(in_order[known])
        person[order] = np.where(known, self.numbers.of(in_order), NOBODY)
        rows: Rows = {PERSON: person, IDENTITY: _integers(table.column("identity_id"), NO_KEY)}
        rows[DAY] = _integers(table.column(self.layout.day).cast(pa.int32()), NO_DAY)
        back = np.zeros(table.num_rows, dtype=np.uint8)
        if self.layout.reversal:
            back = table.column(self.layout.reversal).fill_null(False).cast(pa.uint8()).to_numpy()
        rows[BACK] = back
        for name in self.layout.coded:
            column = table.column(name)
            if name in self.layout.signed and back.any():
                column = pc.if_else(pa.array(back.astype(bool)), pc.negate(column), column)
            rows[code(name)] = self.dictionaries[name].encode(column)
        for name in self.layout.sums:
            rows[amount(name)] = _integers(table.column(name), 0)
        for name in self.layout.keys:
            rows[key(name, self.layout)] = _integers(table.column(name), NO_KEY)
        return rows

    def _wanted(self) -> list[str]:
        lay = self.layout
        found = ["home_customer_id", "identity_id", lay.day, *lay.coded, *lay.sums, *lay.keys]
        return list(dict.fromkeys([*found, lay.reversal] if lay.reversal else found))

    def _texts(self) -> list[str]:
        texts = {c.name for c in REGISTRY.facts[self.fact].columns if c.type is Type.TEXT}
        return [name for name in self.layout.coded if name in texts]


def joined(some: list[Rows]) -> Rows:
    return some[0] if len(some) == 1 else {name: np.concatenate([rows[name] for rows in some]) for name in some[0]}


def length(rows: Rows) -> int:
    return len(rows[PERSON])


def cut(rows: Rows) -> list[Rows]:
    """Slices by day of about FULL rows, each sorted by person."""
    count = length(rows)
    if count < 2 * FULL:
        return [_sorted(rows)]
    by_day = np.argsort(rows[DAY], kind="stable")
    return [
        _sorted({name: column[places] for name, column in rows.items()})
        for places in np.array_split(by_day, count // FULL)
    ]


def write(place: Path, fact: str, rows: Rows) -> files.Part:
    day = rows[DAY]
    has_days = bool(len(day)) and int(day.min()) != NO_DAY
    return files.Part(
        file=files.write(place, fact, {n: c if n == PERSON else files.narrowed(c) for n, c in rows.items()}),
        rows=length(rows), first=int(day.min()) if has_days else None, last=int(day.max()) if has_days else None,
        has_reversals=bool(rows[BACK].any()),
    )  # fmt: skip


def load(place: Path, part: files.Part) -> Rows:
    batch = files.opened(place / part.file)
    return {name: batch.column(name).to_numpy(zero_copy_only=True) for name in batch.schema.names}


def moved(
    place: Path, part: files.Part, people: tuple[Array, Array], identities: tuple[Array, Array]
) -> Mapping[str, Array] | None:
    """Rows that count for another person today: their places, ascending in `skip`, and in the order of the new `person`
    in `place`. `people` and `identities` are sorted sources and the numbers they lead to; an identity goes before."""
    path = place / part.file
    person = files.array(path, PERSON)
    sources, targets = people
    low, high = (
        np.searchsorted(person, sources.astype(person.dtype)),
        np.searchsorted(person, sources.astype(person.dtype), side="right"),
    )
    sizes = high - low
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    places = np.arange(total) - np.repeat(ends - sizes, sizes) + np.repeat(low, sizes)
    new = np.repeat(targets, sizes)
    if len(identities[0]):
        identity = files.array(path, IDENTITY)
        hits = np.flatnonzero(np.isin(identity, identities[0]))
        owner = identities[1][np.searchsorted(identities[0], identity[hits])]
        stays = ~np.isin(places, hits)
        places, new = np.concatenate([places[stays], hits]), np.concatenate([new[stays], owner])
    if not len(places):
        return None
    order = np.argsort(new, kind="stable")
    return {PERSON: new[order].astype(np.int32), "place": places[order], "skip": np.sort(places)}


def _integers(column: pa.ChunkedArray, missing: int) -> Array:
    found: Array = column.fill_null(missing).to_numpy()
    return found


def _sorted(rows: Rows) -> Rows:
    """By person; rows of one person keep their order. Sorting the pair as one number is much faster than argsort."""
    count = length(rows)
    pairs = (rows[PERSON].astype(np.int64) << 32) | np.arange(count)
    pairs.sort()
    order = pairs & 0xFFFFFFFF
    return {name: column[order] for name, column in rows.items()}
