"""Puts the many small files of a writer that runs every few seconds together. Rows and position stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

import pyarrow as pa
import pyarrow.parquet as pq

from yutang.lake import catalog, engine
from yutang.lake.index import building
from yutang.lake.tables import REGISTRY

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile

AT = 32  # small files of a merchant that are put together
SMALL = 500_000  # rows; larger files stay
ROWS = 1_000_000  # at most, in memory at once


def compact(fact: str, merchant_id: int) -> int:
    """Replaces small files by one; how many. Only the lake's writer calls this, in the merchant's scope.

    New and old files change places in one commit of Iceberg, so rows are there once whatever happens. The index is told
    that it has the new file's rows already; killed before that, it makes its table anew from the lake.
    """
    if len(engine.files(fact, merchant_id)) < AT:
        return 0
    planned = [task.file for task in catalog.table(fact).scan(row_filter=catalog.of_merchant(merchant_id)).plan_files()]
    small = _together(sorted((f for f in planned if f.record_count < SMALL), key=lambda file: file.record_count))
    if len(small) < AT:
        return 0
    schema = REGISTRY.facts[fact].arrow_schema()
    replace(fact, small, pa.concat_tables([read(path(file), schema) for file in small]))
    building.replaced(fact, merchant_id, {path(file) for file in small})
    return len(small)


def replace(fact: str, old: list[DataFile], rows: pa.Table) -> None:
    """One commit: rows are in the place of files."""
    with catalog.table(fact).transaction() as change:
        with change.update_snapshot().overwrite() as replaced:
            for file in old:
                replaced.delete_data_file(file)
        change.append(rows)


def _together(files: list[DataFile]) -> list[DataFile]:
    found, rows = [], 0
    for file in files:
        rows += file.record_count
        if rows > ROWS:
            break
        found.append(file)
    return found


def read(place: str, schema: pa.Schema) -> pa.Table:
    """The rows of a file; columns that came later are missing values."""
    table = pq.read_table(place, partitioning=None)
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def path(file: DataFile) -> str:
    return unquote(urlparse(file.file_path).path)
