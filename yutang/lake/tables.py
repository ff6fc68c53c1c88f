"""What the lake holds: fact tables and person snapshots, declared by the areas that own the rows (`facts.py`).

A fact table copies an append-only table of the pool, row by row, in commit order. A snapshot holds one row per person
and is replaced as a whole. Neither holds a direct identifier: only numbers, attributes and facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa


class Type(StrEnum):
    INT = "int"
    TEXT = "text"
    BOOL = "bool"
    DATE = "date"
    TIME = "time"  # UTC


ARROW = {
    Type.INT: pa.int64(),
    Type.TEXT: pa.string(),
    Type.BOOL: pa.bool_(),
    Type.DATE: pa.date32(),
    Type.TIME: pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True)
class Column:
    """A column of the lake; `sql` says how PostgreSQL reads it from the source row (alias `s`), default: by its name.

    `sql` may use `{timezone}`, which becomes a bound parameter: the merchant's time zone.
    """

    name: str
    type: Type
    sql: str = ""
    label: str = ""  # English msgid for screens

    def select(self) -> str:
        return f"{self.sql or 's.' + self.name} AS {self.name}"


@dataclass(frozen=True)
class FactTable:
    """`name` is `area.noun`; `source` a table with `id`, `merchant_id` and `xid` (see tenancy.CurrentTransaction)."""

    name: str
    source: str
    columns: tuple[Column, ...]
    label: str = ""
    is_archive: bool = False  # the source lets go of old rows once they are here: the lake is more than a copy

    def arrow_schema(self) -> pa.Schema:
        return _schema(self.columns)


@dataclass(frozen=True)
class SnapshotPart:
    """Columns that one area adds to the person snapshot; `join` is a LEFT JOIN on `c.id` (a customer of today)."""

    columns: tuple[Column, ...]
    join: str = ""


@dataclass
class Registry:
    facts: dict[str, FactTable] = field(default_factory=dict)
    parts: dict[str, SnapshotPart] = field(default_factory=dict)

    def add_fact(self, table: FactTable) -> None:
        self.facts[table.name] = table

    def add_person_columns(self, area: str, part: SnapshotPart) -> None:
        self.parts[area] = part

    def person_columns(self) -> tuple[Column, ...]:
        return tuple(column for area in sorted(self.parts) for column in self.parts[area].columns)

    def person_schema(self) -> pa.Schema:
        return _schema(self.person_columns())


PERSON = "customers.person"
REGISTRY = Registry()


def _schema(columns: tuple[Column, ...]) -> pa.Schema:
    return pa.schema([pa.field("merchant_id", pa.int64()), *(pa.field(c.name, ARROW[c.type]) for c in columns)])
