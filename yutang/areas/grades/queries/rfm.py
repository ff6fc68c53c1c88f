"""How many people stand in each RFM cell and group, and what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.grades import states
from yutang.areas.grades.rules import GROUP_LABELS, Scores

if TYPE_CHECKING:
    from yutang.areas.grades.states import Asked


@dataclass(frozen=True)
class Cell:
    """People with these three scores."""

    scores: Scores
    people: int
    net: int


@dataclass(frozen=True)
class Sum:
    people: int = 0
    net: int = 0
    monetary: int = 0  # Σ monetary scores

    def __add__(self, cell: Cell) -> Sum:
        return Sum(self.people + cell.people, self.net + cell.net, self.monetary + cell.people * cell.scores.m)


@dataclass(frozen=True)
class Rfm:
    """`recency`, `frequency`, `monetary`: the ends of the first four fifths; empty where nobody has bought."""

    cells: tuple[Cell, ...]
    recency: Sequence[int]
    frequency: Sequence[int]
    monetary: Sequence[int]

    @property
    def total(self) -> Sum:
        found = Sum()
        for cell in self.cells:
            found += cell
        return found

    def groups(self) -> dict[str, Sum]:
        """Every group, in the order of reports, also those with nobody."""
        found = dict.fromkeys(map(str, GROUP_LABELS), Sum())
        for cell in self.cells:
            found[cell.scores.group] += cell
        return found

    def grid(self) -> dict[tuple[int, int], Sum]:
        """By recency and frequency score, all 25."""
        found = {(r, f): Sum() for r in range(1, 6) for f in range(1, 6)}
        for cell in self.cells:
            found[cell.scores.r, cell.scores.f] += cell
        return found


def rfm(asked: Asked) -> Rfm:
    """One scan of the snapshot for today, of the facts for a past day."""
    steps = states.graded(asked)
    fifths = "recency, frequency, monetary FROM fifths"
    if asked.day is None:
        fifths = "NULL AS recency, NULL AS frequency, NULL AS monetary"
    select = f"""
        SELECT c.*, b.* FROM (
            SELECT r, f, m, COUNT(*) AS people, SUM(net_amount)::BIGINT AS net FROM graded GROUP BY r, f, m
        ) AS c CROSS JOIN (SELECT {fifths}) AS b
        WHERE c.r IS NOT NULL ORDER BY r, f, m
    """  # noqa: S608  only our own texts
    rows = states.ask(select, steps).to_pylist()
    cells = tuple(Cell(Scores(row["r"], row["f"], row["m"]), row["people"], row["net"]) for row in rows)
    if asked.day is None:
        kept = asked.boundaries
        if kept is None or not kept.people:
            return Rfm((), (), (), ())
        return Rfm(cells, kept.recency, kept.frequency, kept.monetary)
    first = rows[0] if rows else {"recency": (), "frequency": (), "monetary": ()}
    return Rfm(cells, first["recency"], first["frequency"], first["monetary"])
