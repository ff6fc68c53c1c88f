"""Sums of many periods in one statement.

`edges` are instants in ascending order; a period lasts from one of them to before the next, so that n edges make n - 1
periods. PostgreSQL finds the period of a row (`width_bucket`), and reads the rows once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateTimeField, F, Func, IntegerField, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

K = TypeVar("K")
V = TypeVar("V")


def number(column: str, edges: Sequence[datetime]) -> Func:
    """Of the period of a row, from 1 on, for `annotate`. The caller keeps rows outside the edges away."""
    instants = Value(list(edges), output_field=ArrayField(DateTimeField()))
    return Func(F(column), instants, function="width_bucket", output_field=IntegerField())


def each(edges: Sequence[datetime], rows: Iterable[tuple[int, K, V]]) -> list[dict[K, V]]:
    """(number of the period, key, value) → for every period what it has."""
    found: list[dict[K, V]] = [{} for _ in edges[1:]]
    for at, key, value in rows:
        found[at - 1][key] = value
    return found
