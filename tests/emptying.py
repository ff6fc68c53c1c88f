"""Empties the tables after a test that committed.

Django's flush makes every table, index and policy anew, some 200 tables, and takes a second. Most tests write a few
rows into a few of them; deleting these takes milliseconds. Row-level security and foreign keys would be in the way of
anybody but the superuser of the embedded server; a server of somebody else's is flushed as Django does it.
"""

from __future__ import annotations

import functools
from typing import Any

import psycopg
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import TransactionTestCase
from psycopg import sql

from yutang import home
from yutang.core.embedded import EmbeddedPostgres

# What the migrations themselves have written.
_KEPT = {ContentType._meta.db_table, Permission._meta.db_table}
_LARGE = 1 << 20
_USED = "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relname = ANY(%s) AND pg_relation_size(oid) > 0"


def install() -> None:
    if not home.database_url():
        TransactionTestCase._fixture_teardown = lambda _: empty()  # type: ignore[method-assign]


def empty() -> None:
    """All rows of Django's tables. A table once used has pages that only a vacuum gives back: it is looked at again."""
    server = _superuser(connection.settings_dict["NAME"])
    for table, size in server.execute(_USED, [_tables()]).fetchall():
        server.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        if size > _LARGE:
            server.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table)))


def close() -> None:
    """Before the database itself goes away."""
    if _superuser.cache_info().currsize:
        _superuser(connection.settings_dict["NAME"]).close()


@functools.cache
def _tables() -> list[str]:
    return sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _KEPT)


@functools.cache
def _superuser(database: str) -> psycopg.Connection[Any]:
    url = EmbeddedPostgres(home.home()).url(database, user="postgres")
    opened = psycopg.connect(url, autocommit=True)
    opened.execute("SET session_replication_role = replica")
    return opened
