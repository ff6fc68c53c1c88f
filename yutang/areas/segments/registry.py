"""The vocabulary of rules: what is known of a person, and what a person may have done.

Areas fill it in `apps.ready()`; the builder, the parser, the compiler and sentences read it. Labels are English msgids.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlglot import exp, parse_one

from yutang.lake.index.layout import LAYOUTS, Layout

SOME_DAY = date(2000, 1, 1)


class Kind(StrEnum):
    TEXT = "text"
    INT = "int"
    MONEY = "money"  # minor units
    BOOL = "bool"
    DATE = "date"
    CHOICE = "choice"  # one of a known list; the column holds text or numbers
    CHOICES = "choices"  # any of a known list; the column holds a list of numbers, NULL for none


@dataclass(frozen=True)
class Choice:
    """A value that a column may hold; `label` is text for the reader, translated already. What belongs to a node is
    offered to those who see the node; values of one `family` (a group of tags) may be shown by themselves."""

    value: str | int
    label: str
    node_id: int | None = None
    family: str = ""


@dataclass(frozen=True)
class Attribute:
    """Something a condition can ask.

    `sql` is an expression over the columns of its table (the person snapshot, or the fact table), by default the last
    part of the key; `:today` in it is the merchant's local day. What SQL cannot say by itself (the lunar calendar) is
    a function of that day. `derive` makes the expression anew for every question, where it depends on what the merchant
    in scope has set or computed. `choices` lists the values of a CHOICE or CHOICES; `labels` gives the words for those
    values of a TEXT that are codes, others stand for themselves.
    """

    key: str
    label: str
    kind: Kind
    sql: str | Callable[[date], str] = ""
    choices: Callable[[], list[Choice]] | None = None
    labels: Callable[[], dict[str, str]] | None = None
    is_numbered: bool = False  # a CHOICE whose column holds numbers
    is_signed: bool = False  # of a fact: a reversal carries it with the opposite sign
    is_shown: bool = False  # a column of member lists on screen
    derive: Callable[[], exp.Expression] | None = None
    is_charted: bool = True  # its values make groups worth a picture

    def offered(self, nodes: frozenset[int] | None) -> list[Choice] | None:
        """The choices for somebody who sees these nodes; None where there is no list."""
        if self.choices is None:
            return None
        return [c for c in self.choices() if nodes is None or c.node_id is None or c.node_id in nodes]

    def expression_on(self, today: date) -> str:
        return self.sql(today) if callable(self.sql) else self.expression

    @property
    def expression(self) -> str:
        """Empty for what is a function of the day."""
        return "" if callable(self.sql) else self.sql or self.key.rpartition(".")[2]

    def reads(self) -> list[str]:
        """The columns its expression reads, on any day; of a fact, whose index is laid out once for all."""
        tree = parse_one(self.expression_on(SOME_DAY), dialect="duckdb")
        return sorted({column.name for column in tree.find_all(exp.Column)})

    @property
    def is_column(self) -> bool:
        """Read from a column as it is: its values can be suggested."""
        return self.derive is None and self.expression.isidentifier()


@dataclass(frozen=True)
class Unit:
    """A column of a fact whose different values may be counted; `said` gives its word for a number of them."""

    key: str
    said: Callable[[int], str]


@dataclass(frozen=True)
class Fact:
    """A fact table of the lake that rules may ask about; `key` is the table's name.

    `day` is the date column windows work on. `reversal` is a boolean column: rows that take an earlier row back and
    count −1. `distinct` is what may be counted instead of rows.
    """

    key: str
    label: str
    columns: tuple[Attribute, ...]
    day: str
    sums: tuple[str, ...] = ()
    distinct: tuple[Unit, ...] = ()
    reversal: str = ""
    is_timeless: bool = False  # holds until it is taken back: windows ask when it was recorded

    def layout(self) -> Layout:
        """What the lake's index has to hold of it."""
        if any(c.derive is not None for c in self.columns):
            raise ValueError(f"{self.key}: what a fact's column reads must be known when it is registered")
        signed = frozenset(name for c in self.columns if c.is_signed and self.reversal for name in c.reads())
        if any(signed & set(c.reads()) and (not c.is_signed or len(c.reads()) > 1) for c in self.columns):
            raise ValueError(f"{self.key}: a column that a reversal turns round stands for itself")
        return Layout(
            day=self.day, coded=tuple(dict.fromkeys(name for c in self.columns for name in c.reads())), signed=signed,
            sums=self.sums,
            distinct=tuple(unit.key for unit in self.distinct), reversal=self.reversal,
        )  # fmt: skip

    def column(self, name: str) -> Attribute | None:
        return next((column for column in self.columns if column.key == name), None)


@dataclass
class Registry:
    areas: dict[str, str] = field(default_factory=dict)  # "customers" → label
    attributes: dict[str, Attribute] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)

    def add_area(self, area: str, label: str) -> None:
        self.areas[area] = label

    def add_attributes(self, *attributes: Attribute) -> None:
        self.attributes |= {attribute.key: attribute for attribute in attributes}

    def add_fact(self, fact: Fact) -> None:
        self.facts[fact.key] = fact
        LAYOUTS.add(fact.key, fact.layout())


REGISTRY = Registry()
