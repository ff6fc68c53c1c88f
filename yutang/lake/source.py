"""Rows of the pool as Arrow, streamed through COPY so that memory does not grow with their number."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from django.db import connection
from psycopg import ClientCursor

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 16 * 2**20


class _CopyStream(io.RawIOBase):
    """Lets pyarrow read what COPY sends."""

    def __init__(self, blocks: Iterator[bytes | memoryview]) -> None:
        self._blocks = blocks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        want = len(buffer)
        if not self._rest:
            self._rest = b"".join(self._gather(want))
        given = self._rest[:want]
        self._rest = self._rest[want:]
        buffer[: len(given)] = given
        return len(given)

    def _gather(self, want: int) -> Iterator[bytes]:
        size = 0
        for block in self._blocks:
            yield bytes(block)
            size += len(block)
            if size >= want:
                return


def stream(sql: str, params: dict[str, Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Runs a SELECT on the current connection and yields its rows; `schema` names and types the columns in order."""
    flat = schema
    if any(pa.types.is_list(field.type) for field in schema):
        flat = pa.schema([f.with_type(pa.string()) if pa.types.is_list(f.type) else f for f in schema])
    with connection.cursor() as cursor:
        raw = cursor.connection
        text = ClientCursor(raw).mogrify(sql, params) if params else sql
        with raw.cursor() as direct, direct.copy(f"COPY ({text}) TO STDOUT (FORMAT csv)") as copy:
            source = io.BufferedReader(_CopyStream(iter(copy)), buffer_size=BLOCK)
            if not source.peek(1):
                return
            batches = arrow_csv.open_csv(
                source,
                read_options=arrow_csv.ReadOptions(column_names=schema.names, block_size=BLOCK, use_threads=True),
                parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=flat,
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                    true_values=["t"],
                    false_values=["f"],
                ),
            )
            for batch in batches:
                yield batch if flat is schema else _with_lists(batch, schema)


def _with_lists(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """CSV knows no lists: they come as `1,5,9`."""
    columns = [
        pc.split_pattern(column, ",").cast(field.type) if pa.types.is_list(field.type) else column
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def read(sql: str, params: dict[str, Any], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches(stream(sql, params, schema), schema=schema)
