"""Which columns of a fact table the index holds, and how. Who asks about facts says it (segments/registry.py)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from yutang.lake.tables import REGISTRY, Type

VERSION = 2  # of the files on disk: another number makes the index anew


@dataclass(frozen=True)
class Layout:
    """`coded` columns are kept as codes of a dictionary, for conditions; of these, `signed` ones are turned round where
    `reversal` holds, so that a row which takes another back is found by the same condition. `sums` are kept as numbers.
    Different values are counted of `distinct`: codes, the day, or ids from a sequence.
    """

    day: str
    coded: tuple[str, ...]
    signed: frozenset[str] = frozenset()
    sums: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    reversal: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns of ids that are neither coded nor the day."""
        return tuple(name for name in self.distinct if name not in self.coded and name != self.day)


@dataclass
class Layouts:
    facts: dict[str, Layout] = field(default_factory=dict)

    def add(self, fact: str, layout: Layout) -> None:
        self.facts[fact] = layout

    def person(self) -> tuple[str, ...]:
        """Columns of one value a person, kept as codes."""
        columns = REGISTRY.person_columns()
        return tuple(c.name for c in columns if c.name != "customer_id" and c.type is not Type.INTS)

    def lists(self) -> tuple[str, ...]:
        """Columns of lists, kept as the people of each value."""
        return tuple(c.name for c in REGISTRY.person_columns() if c.type is Type.INTS)

    def key(self) -> str:
        """Changes when the files on disk no longer fit what is wanted."""
        facts = [(name, layout, sorted(layout.signed)) for name, layout in sorted(self.facts.items())]
        wanted = [
            VERSION,
            self.person(),
            self.lists(),
            [(n, lay.day, lay.coded, s, lay.sums, lay.distinct, lay.reversal) for n, lay, s in facts],
        ]
        return hashlib.sha256(repr(wanted).encode()).hexdigest()[:16]


LAYOUTS = Layouts()
