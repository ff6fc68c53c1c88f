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
    _Converters = list[tuple[int, functools.partial[Any]]]

M = TypeVar("M", bound=models.Model)
MOST_KEPT = 20  # instances of one statement


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
    return [found for (found,) in joined((model,), condition, parameters)]


def joined(models_: tuple[type[Any], ...], condition: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """The same of several tables at once, an instance of each per row; the condition says what ties them."""
    sql, parts = _select(models_, condition)
    return [
        tuple(model.from_db(connection.alias, names, _converted(row[start : start + len(names)], converters))
              for model, start, names, converters in parts)
        for row in rows(sql, parameters)
    ]  # fmt: skip


def insert(made: Sequence[M]) -> None:
    """Writes new instances of one model by one statement and gives them their numbers; no signals, as `bulk_create`,
    which writes them where they are many: a statement is kept for each size, and PostgreSQL takes 65,535 values."""
    if not made:
        return
    if len(made) > MOST_KEPT:
        type(made[0])._base_manager.bulk_create(made)
        return
    sql, fields = _insert(type(made[0]), len(made))
    values = [field.get_db_prep_save(field.pre_save(one, True), connection) for one in made for field in fields]
    for one, (pk,) in zip(made, rows(sql, values), strict=True):
        one.pk, one._state.adding, one._state.db = pk, False, connection.alias


def _converted(values: Sequence[Any], converters: _Converters) -> Sequence[Any]:
    if not converters:
        return values
    changed = list(values)
    for place, convert in converters:
        changed[place] = convert(changed[place])
    return changed


@functools.cache
def _select(
    models_: tuple[type[models.Model], ...], condition: str
) -> tuple[str, list[tuple[type[models.Model], int, list[str], _Converters]]]:
    """The statement; per model where its columns begin, their names, and what turns values into Python's."""
    columns: list[str] = []
    parts = []
    for model in models_:
        fields, table = model._meta.concrete_fields, model._meta.db_table
        converters = [
            (place, functools.partial(convert, expression=field.get_col(table), connection=connection))
            for place, field in enumerate(fields)
            for convert in field.get_db_converters(connection)
        ]
        parts.append((model, len(columns), [field.attname for field in fields], converters))
        columns += [f'{table}."{field.column}"' for field in fields]
    tables = ", ".join(model._meta.db_table for model in models_)
    return f"SELECT {', '.join(columns)} FROM {tables} WHERE {condition}", parts  # noqa: S608 -- written in the code


@functools.cache
def _insert(model: type[models.Model], count: int) -> tuple[str, list[models.Field[Any, Any]]]:
    """The statement, and the fields whose values it takes; what the database fills in itself is left to it."""
    meta = model._meta
    fields = [field for field in meta.concrete_fields if field is not meta.pk and not field.has_db_default()]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    return (
        f"INSERT INTO {meta.db_table} ({columns}) VALUES {', '.join([row] * count)} RETURNING id",  # noqa: S608 -- names
        fields,
    )


def _executed(sql: str, parameters: Parameters) -> CursorWrapper:
    connection.ensure_connection()
    cursor: Any = _Cursor(connection.connection)
    # As `connection.cursor()` does, so that wrappers, logs and tests see these statements like all others.
    known = connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)
    known.execute(sql, parameters)
    return known
