"""The same people and lines in indexed tables of PostgreSQL, for rules asked there by hand."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.db import connection

from yutang.lake import engine

PEOPLE, LINES, LIFE = "bench_people", "bench_lines", "bench_life"
TABLES = {PEOPLE: "customers.person", LINES: "orders.line", LIFE: "tags.life"}
INDEXES = [
    f"ALTER TABLE {PEOPLE} ADD PRIMARY KEY (customer_id)",
    f"CREATE INDEX ON {PEOPLE} (city)",
    f"CREATE INDEX ON {PEOPLE} (last_purchase_on)",
    f"CREATE INDEX ON {LINES} (occurred_on, home_customer_id)",
    f"CREATE INDEX ON {LINES} (home_customer_id, occurred_on)",
    f"CREATE INDEX ON {LINES} (title, occurred_on)",
    f"CREATE INDEX ON {PEOPLE} USING gin (tags)",
    f"CREATE INDEX ON {LIFE} (kind, born_on)",
    f"CREATE INDEX ON {LIFE} (calendar, month, day)",
]
KINDS = {"BIGINT": "bigint", "VARCHAR": "text", "DATE": "date", "BOOLEAN": "boolean", "BIGINT[]": "bigint[]"}


def load(merchant_id: int) -> None:
    """Copies the merchant's rows of the lake."""
    duck = engine._duckdb().cursor()
    with connection.cursor() as cursor, tempfile.TemporaryDirectory(prefix="yutang-bench-") as folder:
        for table, name in TABLES.items():
            rows = f"SELECT * EXCLUDE (merchant_id) FROM read_parquet({engine.files(name, merchant_id)!r})"
            columns = duck.execute(f"DESCRIBE {rows}").fetchall()
            listed = ", ".join(f"{column[0]} {KINDS.get(column[1], 'timestamptz')}" for column in columns)
            cursor.execute(f"CREATE TABLE {table} ({listed})")
            file = Path(folder) / table
            lists = ", ".join(
                f"'{{' || array_to_string({c[0]}, ',') || '}}' AS {c[0]}" for c in columns if c[1] == "BIGINT[]"
            )
            rows = rows.replace("(merchant_id)", f"(merchant_id) REPLACE ({lists})") if lists else rows
            duck.execute(f"COPY ({rows}) TO '{file}' (FORMAT csv, HEADER false, FORCE_QUOTE *)")
            numbers = ", ".join(column[0] for column in columns if column[1] != "VARCHAR")
            copied = f"COPY {table} FROM STDIN (FORMAT csv, FORCE_NULL ({numbers}))"
            with file.open("rb") as data, cursor.connection.cursor() as raw, raw.copy(copied) as copy:
                while block := data.read(1 << 20):
                    copy.write(block)
        for index in INDEXES:
            cursor.execute(index)
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


def count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(people=PEOPLE, lines=LINES, life=LIFE))
        return int(cursor.fetchone()[0])


def allow_memory() -> None:
    """As somebody would who tunes for these questions."""
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute("SET statement_timeout = '120s'")


def drop() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {', '.join(TABLES)}")
