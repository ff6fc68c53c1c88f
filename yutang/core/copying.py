"""Writing many rows at once: Arrow in, COPY out."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from django.db import connection

CHUNK = 65_536


def copy_rows(table: str, rows: pa.Table) -> int:
    """Appends the rows to a database table; columns are matched by name, null stays NULL. Returns their number."""
    columns = ", ".join(f'"{name}"' for name in rows.column_names)
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="needed")
    with connection.cursor() as cursor:
        raw = cursor.connection
        with raw.cursor() as direct, direct.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy:
            for start in range(0, rows.num_rows, CHUNK):
                buffer = io.BytesIO()
                arrow_csv.write_csv(rows.slice(start, CHUNK), buffer, options)
                copy.write(buffer.getbuffer())
    return int(rows.num_rows)


def reserve_ids(table: str, count: int) -> np.ndarray:
    """`count` fresh primary keys of a table, ascending."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
