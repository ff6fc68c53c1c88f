"""What the ledger promises about money without lots, in plain numbers that share nothing with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass
class Way:
    """An open move: where its holder's money goes, and how much of it has gone there so far."""

    to: int
    carried: int


class Money:
    """One kind of account: who has how much.

    What comes to a moved holder goes on to where he moved. Taking a move back returns what it carried, as far as that
    went on with later moves from there too; but no more than is left where it is, unless the kind may be negative."""

    def __init__(self, *, may_be_negative: bool) -> None:
        self.may_be_negative = may_be_negative
        self.held: Counter[int] = Counter()
        self.ways: dict[int, Way] = {}

    def root(self, holder: int) -> int:
        while holder in self.ways:
            holder = self.ways[holder].to
        return holder

    def of(self, holder: int) -> int:
        return self.held[self.root(holder)]

    def reaches(self, changes: dict[int, int]) -> bool:
        """Whether nobody would have less than nothing afterwards."""
        after: Counter[int] = Counter()
        for holder, amount in changes.items():
            after[self.root(holder)] += amount
        return self.may_be_negative or all(self.held[one] + amount >= 0 for one, amount in after.items())

    def book(self, changes: dict[int, int]) -> None:
        """Corrections of what somebody had before he moved are carried on like the rest."""
        for holder, amount in changes.items():
            while holder in self.ways:
                self.ways[holder].carried += amount
                holder = self.ways[holder].to
            self.held[holder] += amount

    def move(self, holder: int, to: int) -> None:
        self.ways[holder] = Way(to, self.held[holder])
        self.held[to] += self.held.pop(holder, 0)

    def move_back(self, holder: int) -> None:
        self._bring(holder, self.ways[holder].carried)
        del self.ways[holder]

    def _bring(self, holder: int, wanted: int) -> None:
        way = self.ways[holder]
        if way.to in self.ways:
            self._bring(way.to, wanted if self.may_be_negative else min(wanted, self.ways[way.to].carried))
        got = wanted if self.may_be_negative else max(0, min(wanted, self.held[way.to]))
        self.held[way.to] -= got
        self.held[holder] += got
        way.carried -= got
