"""Statements of hot paths, parsed and planned once per connection instead of at every call.

Django sends the values inside the text, so that PostgreSQL reads and plans every statement anew: for the short ones of
a checkout that is most of its work. These go with their values apart and prepared.

Values are typed by their place; where PostgreSQL finds two types for one of them, the statement says which
(`%(key)s::text`). The policies of row-level security are part of the plan and read the merchant at each run.
"""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import psycopg
from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.backends.utils import CursorWrapper

    Parameters = Mapping[str, Any] | Sequence[Any]

M = TypeVar("M", bound=models.Model)


class _Cursor(psycopg.Cursor[tuple[Any, ...]]):
    _query: Any

    def execute(self, query: Any, params: Any = None, **_: Any) -> _Cursor:
        super().execute(query, params, prepare=True)
        self._query = SimpleNamespace(query=query.encode())  # where Django looks for what it logs
        return self


def rows(sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """What the statement returns."""
    return cast("list[tuple[Any, ...]]", _executed(sql, parameters).fetchall())


def instances(model: type[M], condition: str, parameters: Parameters = ()) -> list[M]:
    """Rows as model instances, of `SELECT all columns FROM table WHERE condition`; the ORM builds no text for them."""
    sql, names, converters = _select(model, condition)
    found = []
    for row in rows(sql, parameters):
        values = list(row)
        for place, convert in converters:
            values[place] = convert(values[place])
        found.append(model.from_db(connection.alias, names, values))
    return found


def together(*statements: tuple[str, Parameters]) -> list[list[tuple[Any, ...]]]:
    """The rows of several statements in one round trip; each sees what was committed when its turn came."""
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        sent = [_executed(sql, parameters) for sql, parameters in statements]
        return [cursor.fetchall() for cursor in sent]


@functools.cache
def _select(model: type[M], condition: str) -> tuple[str, list[str], list[tuple[int, functools.partial[Any]]]]:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    converters = [
        (place, functools.partial(convert, expression=field.get_col(model._meta.db_table), connection=connection))
        for place, field in enumerate(fields)
        for convert in field.get_db_converters(connection)
    ]
    names = [field.attname for field in fields]
    return f"SELECT {columns} FROM {model._meta.db_table} WHERE {condition}", names, converters  # noqa: S608 -- written in the code


def _executed(sql: str, parameters: Parameters) -> CursorWrapper:
    connection.ensure_connection()
    cursor: Any = _Cursor(connection.connection)
    # As `connection.cursor()` does, so that wrappers, logs and tests see these statements like all others.
    known = connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)
    known.execute(sql, parameters)
    return known
