"""The Iceberg tables: catalog in the pool's PostgreSQL, Parquet files below `settings.LAKE`.

Everybody who tells the lake of news imports this module, few open the lake: pyiceberg and SQLAlchemy, half a second of
imports, come with the first table that is opened.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from django.conf import settings
from django.db import connection

from yutang.core import locks
from yutang.core.locks import Lock
from yutang.lake.tables import PERSON, REGISTRY

if TYPE_CHECKING:
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.expressions import EqualTo
    from pyiceberg.table import Table

# ZSTD level 1 writes twice as fast as the default and costs some per cent of size; compaction rewrites anyway.
PROPERTIES = {
    "write.parquet.compression-codec": "zstd",
    "write.parquet.compression-level": "1",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "20",
}


def catalog() -> SqlCatalog:
    Path(settings.LAKE).mkdir(parents=True, exist_ok=True, mode=0o700)  # what people bought is nobody else's to read
    return _catalog(settings.LAKE_CATALOG, _database(), str(settings.LAKE))


def table(name: str) -> Table:
    """The Iceberg table behind a declared name; made, or widened by new columns, when needed."""
    from pyiceberg.exceptions import NoSuchTableError

    schema = REGISTRY.person_schema() if name == PERSON else REGISTRY.facts[name].arrow_schema()
    lake = catalog()
    try:
        found = lake.load_table(name)
    except NoSuchTableError:
        lake.create_namespace_if_not_exists(name.split(".", maxsplit=1)[0])
        return _create(lake, name, schema)
    if missing := [f for f in schema if f.name not in found.schema().column_names]:
        with found.update_schema() as update:
            update.union_by_name(pa.schema(missing))
        found = lake.load_table(name)
    return found


def of_merchant(merchant_id: int) -> EqualTo:
    """The rows of one merchant, for scans and overwrites."""
    from pyiceberg.expressions import EqualTo

    return EqualTo("merchant_id", merchant_id)


def location(name: str) -> str | None:
    """Where the table's newest metadata lies: changes with every commit; None before the table is made.

    Read through the pool's own connection: one indexed row, where loading a table opens a connection of its own and
    parses the metadata.
    """
    catalog()  # its first use makes the catalog's own tables
    area, _, noun = name.partition(".")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT metadata_location FROM iceberg_tables"
            " WHERE catalog_name = %s AND table_namespace = %s AND table_name = %s",
            [settings.LAKE_CATALOG, area, noun],
        )
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def exists(name: str) -> bool:
    return bool(catalog().table_exists(name))


def _create(lake: SqlCatalog, name: str, schema: pa.Schema) -> Table:
    from pyiceberg.transforms import IdentityTransform

    made = lake.create_table_if_not_exists(name, schema=schema, properties=PROPERTIES)
    if not made.spec().fields:
        with made.update_spec() as update:
            update.add_field("merchant_id", IdentityTransform(), "merchant_id")
        made = lake.load_table(name)
    return made


def _database() -> str:
    """The running connection's database (in tests: theirs) as SQLAlchemy writes it; a socket folder is a parameter."""
    from sqlalchemy import URL

    pool = connection.settings_dict
    host = pool["HOST"] or ""
    return URL.create(
        "postgresql+psycopg",
        username=pool["USER"] or None,
        password=pool["PASSWORD"] or None,
        host=None if host.startswith("/") else host or None,
        port=int(pool["PORT"]) if pool["PORT"] else None,
        database=pool["NAME"],
        query={"host": host} if host.startswith("/") else {},
    ).render_as_string(hide_password=False)


@lru_cache(maxsize=4)
def _catalog(name: str, uri: str, warehouse: str) -> SqlCatalog:
    from pyiceberg.catalog.sql import SqlCatalog
    from sqlalchemy import NullPool, create_engine

    folder = Path(warehouse)
    folder.mkdir(parents=True, exist_ok=True)
    with locks.held(Lock.LAKE_CATALOG):  # the first one makes its tables
        made = SqlCatalog(name, uri=uri, warehouse=folder.as_uri())
    # A commit takes one connection for milliseconds; keeping some open per process would cost PostgreSQL more.
    made.engine.dispose()
    made.engine = create_engine(uri, poolclass=NullPool)
    return made
