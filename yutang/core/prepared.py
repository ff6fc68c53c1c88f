"""Statements of hot paths, parsed and planned once per connection instead of at every call.

Django sends the values inside the text, so that PostgreSQL reads and plans every statement anew: for the short ones of
a checkout that is most of its work. These go with their values apart and prepared.

Values are typed by their place; where PostgreSQL finds two types for one of them, the statement says which
(`%(key)s::text`). The policies of row-level security are part of the plan and read the merchant at each run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import psycopg
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.backends.utils import CursorWrapper

    Parameters = Mapping[str, Any] | Sequence[Any]


class _Cursor(psycopg.Cursor[tuple[Any, ...]]):
    def execute(self, query: Any, params: Any = None, **_: Any) -> _Cursor:
        return super().execute(query, params, prepare=True)


def rows(sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """What the statement returns."""
    return cast("list[tuple[Any, ...]]", _executed(sql, parameters).fetchall())


def together(*statements: tuple[str, Parameters]) -> list[list[tuple[Any, ...]]]:
    """The rows of several statements in one round trip; each sees what was committed when its turn came."""
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        sent = [_executed(sql, parameters) for sql, parameters in statements]
        return [cursor.fetchall() for cursor in sent]


def _executed(sql: str, parameters: Parameters) -> CursorWrapper:
    connection.ensure_connection()
    cursor: Any = _Cursor(connection.connection)
    # As `connection.cursor()` does, so that wrappers, logs and tests see these statements like all others.
    known = connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)
    known.execute(sql, parameters)
    return known
