"""Writing many rows at once: Arrow in, COPY out."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from django.db import connection

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 16_384
_OPTIONS = arrow_csv.WriteOptions(include_header=False, quoting_style="needed")


def copy_rows(table: str, rows: pa.Table) -> int:
    """Appends the rows to a tenant table; columns are matched by name, null stays NULL. Returns their number.

    PostgreSQL refuses COPY into a table with row-level security, so the rows pass through a temporary one: it is
    neither logged nor indexed, and the INSERT that follows is checked by the policy like any other.
    """
    columns = _columns(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608
        )
        copy_into_temporary("incoming", rows)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming")  # noqa: S608
        cursor.execute("DROP TABLE incoming")
    return int(rows.num_rows)


def copy_into_temporary(table: str, rows: pa.Table) -> None:
    """The same for a temporary table, without the detour."""
    slices = (rows.slice(start, CHUNK) for start in range(0, rows.num_rows, CHUNK))
    with connection.cursor() as cursor:
        raw = cursor.connection
        with (
            raw.cursor() as direct,
            direct.copy(f"COPY {table} ({_columns(rows)}) FROM STDIN (FORMAT csv)") as copy,
            ThreadPoolExecutor(max_workers=1, thread_name_prefix="copy-encoder") as encoder,
        ):
            # The next slice is encoded while the database takes this one.
            for encoded in encoder.map(_encoded, slices):
                copy.write(encoded)


def _encoded(rows: pa.Table) -> memoryview:
    buffer = io.BytesIO()
    arrow_csv.write_csv(rows, buffer, _OPTIONS)
    return buffer.getbuffer()


def reserve_ids(table: str, count: int) -> NDArray[np.int64]:
    """`count` fresh primary keys of a table, ascending."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def _columns(rows: pa.Table) -> str:
    return ", ".join(f'"{name}"' for name in rows.column_names)
