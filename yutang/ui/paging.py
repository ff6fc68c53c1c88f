"""Pages of long lists by key, never by offset: the hundredth page of a million rows costs what the first does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db.models import F, Q, QuerySet

if TYPE_CHECKING:
    from django.http import HttpRequest

COUNT_UP_TO = 10_000
PARAMETER = "cursor"


@dataclass
class Page:
    """One page of rows. The cursors go into the address as `?cursor=…`; None where there is nothing more."""

    rows: list[Any]
    next_cursor: str | None
    previous_cursor: str | None
    size: int
    _counted: QuerySet[Any] | None = field(default=None, repr=False)

    @cached_property
    def total(self) -> int:
        """Rows of the whole list, counted no further than `COUNT_UP_TO`; one query, only where it is shown."""
        if self._counted is None or (self.next_cursor is None and self.previous_cursor is None):
            return len(self.rows)
        return self._counted.order_by()[: COUNT_UP_TO + 1].count()

    @property
    def is_capped(self) -> bool:
        return self.total > COUNT_UP_TO

    @property
    def counted_up_to(self) -> int:
        return min(self.total, COUNT_UP_TO)

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __iter__(self) -> Any:
        return iter(self.rows)


def page_of(
    queryset: QuerySet[Any],
    request: HttpRequest,
    order: tuple[str, ...] = ("-id",),
    size: int = 50,
    nullable: frozenset[str] | set[str] = frozenset(),
) -> Page:
    """The page that `?cursor=` names, the first one without it or with one that is not ours.

    `order` must end in something unique (the id). Fields that may be NULL stand in `nullable`; their NULLs come last.
    Rows may be instances or dictionaries (`.values()`); ordered fields must be present on them.
    """
    keys = [_Key(name.lstrip("-"), name.startswith("-"), name.lstrip("-") in nullable) for name in order]
    backwards, values = _read(request.GET.get(PARAMETER, ""), order) or (False, None)
    rows_wanted = queryset
    if values is not None:
        rows_wanted = rows_wanted.filter(_beyond(keys, values, backwards))
    rows = list(rows_wanted.order_by(*(key.ordering(backwards) for key in keys))[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_next = backwards or has_more  # who walks back came from somewhere
    has_previous = has_more if backwards else values is not None
    return Page(
        rows=rows,
        next_cursor=_write(rows[-1], keys, order, backwards=False) if rows and has_next else None,
        previous_cursor=_write(rows[0], keys, order, backwards=True) if rows and has_previous else None,
        size=size,
        _counted=queryset,
    )


def first_page(rows: list[Any], order: tuple[str, ...], size: int) -> Page:
    """The first page out of rows that were read already, in this order; what follows is asked for by `page_of`."""
    keys = [_Key(name.lstrip("-"), name.startswith("-"), nullable=False) for name in order]
    shown = rows[:size]
    following = _write(shown[-1], keys, order, backwards=False) if len(rows) > size else None
    return Page(rows=shown, next_cursor=following, previous_cursor=None, size=size)


@dataclass(frozen=True)
class _Key:
    name: str
    descending: bool
    nullable: bool

    def ordering(self, backwards: bool) -> Any:
        down = self.descending != backwards
        if not self.nullable:
            return f"-{self.name}" if down else self.name
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        return F(self.name).desc(**nulls) if down else F(self.name).asc(**nulls)

    def after(self, value: Any, backwards: bool) -> Q | None:
        """Rows that come strictly after `value` in the direction we walk; None where nothing can."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else None
        beyond = Q(**{f"{self.name}__{'lt' if self.descending != backwards else 'gt'}": value})
        if self.nullable and not backwards:
            beyond |= Q(**{f"{self.name}__isnull": True})
        return beyond

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


def _beyond(keys: list[_Key], values: list[Any], backwards: bool) -> Q:
    """(a, b) after (x, y): a after x, or a = x and b after y. A bound on `a` alone lets the index start there."""
    found, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        if (step := key.after(value, backwards)) is not None:
            found |= equal & step
        equal &= key.same(value)
    first, value = keys[0], values[0]
    if len(keys) > 1 and not first.nullable:
        bound = "lte" if first.descending != backwards else "gte"
        return Q(**{f"{first.name}__{bound}": value}) & found
    return found


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _write(row: Any, keys: list[_Key], order: tuple[str, ...], *, backwards: bool) -> str:
    payload = json.dumps([backwards, [_plain(_value(row, key.name)) for key in keys]], separators=(",", ":"))
    return signing.dumps(payload, salt=_salt(order), compress=True)


def _read(cursor: str, order: tuple[str, ...]) -> tuple[bool, list[Any]] | None:
    """Signed, so that nobody can ask for a comparison we never offered; bound to the order it was made for."""
    if not cursor:
        return None
    try:
        backwards, values = json.loads(signing.loads(cursor, salt=_salt(order)))
    except (signing.BadSignature, ValueError):
        return None
    return backwards, values


def _salt(order: tuple[str, ...]) -> str:
    return "paging:" + ",".join(order)
