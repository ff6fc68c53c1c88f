"""A rule as frozen values, checked and typed (parser.py makes them). No ORM, no clock.

A missing value (NULL, or an empty text) fulfils only `is empty`, `!=` and `not in`. `not` turns the whole answer round,
so `not (city = 杭州)` holds for somebody without a city as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Scalar = str | int | bool | date
Value = Scalar | tuple[Scalar, ...] | None


class Op(StrEnum):
    EQ = "="
    NE = "!="
    IN = "in"
    NOT_IN = "not in"
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS_WITH = "starts with"
    EMPTY = "is empty"
    NOT_EMPTY = "is not empty"
    WITHIN_LAST = "within last"  # value: a number of days, today included
    MONTH_IS = "month is"  # value: 1 … 12, or a list of them
    HAS_ALL = "has all"


WITHOUT_VALUE = frozenset({Op.EMPTY, Op.NOT_EMPTY})
WITH_LIST = frozenset({Op.IN, Op.NOT_IN, Op.HAS_ALL})
ORDER = (Op.EQ, Op.NE, Op.GE, Op.GT, Op.LE, Op.LT, Op.BETWEEN)

_EXISTS = (Op.EMPTY, Op.NOT_EMPTY)
OPS: dict[str, tuple[Op, ...]] = {  # by registry.Kind, in the order screens show them
    "text": (Op.EQ, Op.NE, Op.IN, Op.NOT_IN, Op.CONTAINS, Op.STARTS_WITH, *_EXISTS),
    "int": (*ORDER, Op.IN, Op.NOT_IN, *_EXISTS),
    "money": (*ORDER, *_EXISTS),
    "bool": (Op.EQ, Op.NE, *_EXISTS),
    "date": (Op.WITHIN_LAST, Op.EQ, Op.NE, Op.GE, Op.GT, Op.LE, Op.LT, Op.BETWEEN, Op.MONTH_IS, *_EXISTS),
    "choice": (Op.IN, Op.NOT_IN, Op.EQ, Op.NE, *_EXISTS),
    "choices": (Op.IN, Op.HAS_ALL, Op.NOT_IN, *_EXISTS),  # any, all, none of the list
}


@dataclass(frozen=True)
class All:
    parts: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Any:
    parts: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Not:
    part: Rule


@dataclass(frozen=True)
class Condition:
    """`attribute` is a key of the registry, or inside `Did.where` a column of the fact."""

    attribute: str
    op: Op
    value: Value = None


@dataclass(frozen=True)
class Comparison:
    op: Op  # one of ORDER
    value: int | tuple[int, int]


@dataclass(frozen=True)
class LastDays:
    days: int


@dataclass(frozen=True)
class Days:
    """Local days, both included; None is open."""

    first: date | None
    last: date | None


@dataclass(frozen=True)
class Did:
    """Facts of one table that fulfil `where` inside the window: their number and/or a sum over them."""

    fact: str
    where: Rule | None = None
    count: Comparison | None = None
    count_of: str | None = None  # None counts rows
    sum_column: str | None = None
    sum: Comparison | None = None
    within: LastDays | Days | None = None


@dataclass(frozen=True)
class InSegment:
    """Another segment's rule, resolved; `nodes` are the parts of the organisation it is limited to."""

    segment_id: int
    name: str
    rule: Rule
    nodes: tuple[int, ...] | None = None


Rule = All | Any | Not | Condition | Did | InSegment


def days_of(within: LastDays | Days | None, today: date) -> Days:
    """The window as local days."""
    if isinstance(within, LastDays):
        return Days(date.fromordinal(max(1, today.toordinal() - within.days + 1)), today)
    return within or Days(None, None)


def dids(rule: Rule) -> Iterator[Did]:
    """All `did` conditions, those of referred segments included."""
    if isinstance(rule, Did):
        yield rule
    elif isinstance(rule, All | Any):
        for part in rule.parts:
            yield from dids(part)
    elif isinstance(rule, Not):
        yield from dids(rule.part)
    elif isinstance(rule, InSegment):
        yield from dids(rule.rule)


def values_asked(raw: object, attribute: str) -> set[object]:
    """Values that a rule's JSON compares an attribute with, at any depth."""
    if isinstance(raw, list):
        return set().union(*(values_asked(part, attribute) for part in raw))
    if not isinstance(raw, dict):
        return set()
    if raw.get("attr") == attribute:
        value = raw.get("value")
        return set(value) if isinstance(value, list) else {value}
    return set().union(*(values_asked(raw.get(key), attribute) for key in ("all", "any", "not")))


def segment_ids(raw: object) -> set[int]:
    """Ids of the segments that a rule's JSON refers to, at any depth."""
    if isinstance(raw, list):
        return set().union(*(segment_ids(part) for part in raw))
    if not isinstance(raw, dict):
        return set()
    found: set[int] = {raw["segment"]} if isinstance(raw.get("segment"), int) else set()
    return found.union(*(segment_ids(raw.get(key)) for key in ("all", "any", "not")))
