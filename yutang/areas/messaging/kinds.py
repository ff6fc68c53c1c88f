"""What people are told: every area registers its kinds of notices, and how those are found whom to remind.

kinds.register(Kind("points-expiring", label=…, words=…, page=("points",), find=Find(SQL), days=15))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Figures = Mapping[str, Any]  # of a notice, as JSON holds them


@dataclass(frozen=True)
class Find:
    """A SELECT of those to remind, so many rows at a time, with these columns:

    customer_id: a person of today; key: what it is about; figures: jsonb for the words, null for a row that was looked
    at and needs no notice; position_at, position_id: where the next chunk goes on. Either all rows have a position_at
    or none, and rows come in the order of both.

    It may name %(merchant)s, %(now)s, %(today)s, %(timezone)s, %(until)s (the end of the local day `days` from today),
    %(since)s (the beginning of that many days ago), %(after_at)s (null at the beginning), %(after_id)s, %(limit)s, and
    `values` of its own.
    """

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """`words` makes title and text of the figures, in the reader's language; `page` the address in the shop where one
    acts, as its name and arguments. Without `find` it is told when it happens (services.notify). `days`: ahead, or of
    silence, unless the merchant says otherwise; at most `most_days`."""

    key: str
    label: str  # English msgid
    hint: str  # English msgid: who is told when
    icon: str
    words: Callable[[Figures], tuple[str, str]]
    page: Callable[[Figures], tuple[str | int, ...]]
    find: Find | None = None
    days: int | None = None
    most_days: int = 90


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called in `apps.ready()`."""
    _kinds[kind.key] = kind


def every() -> list[Kind]:
    return list(_kinds.values())


def get(key: str) -> Kind | None:
    """None: the kind is not known any more."""
    return _kinds.get(key)
