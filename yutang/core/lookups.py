"""Comparisons that indexes can answer under row-level security."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Lookup

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler


@CharField.register_lookup
class Prefix(Lookup):
    """`name__prefix="王"`: like `startswith`, but by PostgreSQL's `^@`.

    LIKE might tell something about rows that the policy hides (it is not leakproof), so PostgreSQL evaluates it after
    the policy and never looks it up in an index; `^@` is leakproof and uses one with `text_pattern_ops`.
    """

    lookup_name = "prefix"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} ^@ {right}", (*left_values, *right_values)
