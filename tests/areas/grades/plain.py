"""The grades once more, in plain Python out of plain lines: what the product's figures must equal."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil


@dataclass(frozen=True)
class Line:
    person: int
    order: str
    day: date
    amount: int
    is_refund: bool


@dataclass(frozen=True)
class State:
    last_on: date | None
    purchases: int
    net: int


def states(lines: list[Line], until: date, since: date = date.min) -> dict[int, State]:
    """Everybody with a line up to the day."""
    known = [line for line in lines if since <= line.day <= until]
    sold: dict[tuple[int, str], int] = defaultdict(int)
    days: dict[tuple[int, str], date] = {}
    net: Counter[int] = Counter()
    for line in known:
        net[line.person] += line.amount
        if not line.is_refund:
            key = (line.person, line.order)
            sold[key] += line.amount
            days[key] = min(days.get(key, line.day), line.day)
    found = {}
    for person in {line.person for line in known}:
        bought = [days[key] for key, amount in sold.items() if key[0] == person and amount > 0]
        found[person] = State(max(bought, default=None), len(bought), net[person])
    return found


def fifths(values: list[int]) -> list[int]:
    """Nearest rank: the value at place ⌈k·n/5⌉, counted in whole numbers."""
    ordered = sorted(values)
    return [ordered[-(-k * len(ordered) // 5) - 1] for k in (1, 2, 3, 4)]


def scored(people: dict[int, State], until: date) -> tuple[dict[int, tuple[int, int, int]], tuple[list[int], ...]]:
    buyers = {pk: state for pk, state in people.items() if state.purchases}
    days = {pk: (until + timedelta(days=1) - state.last_on).days for pk, state in buyers.items()}
    ends = (
        fifths(list(days.values())),
        fifths([s.purchases for s in buyers.values()]),
        fifths([s.net for s in buyers.values()]),
    )
    return {
        pk: (
            5 - sum(days[pk] > end for end in ends[0]),
            1 + sum(state.purchases > end for end in ends[1]),
            1 + sum(state.net > end for end in ends[2]),
        )
        for pk, state in buyers.items()
    }, ends


def group(r: int, f: int, m: int) -> str:
    """The table of docs/algorithms/grades.md, read as conditions."""
    value = ceil((f + m) / 2)
    if r == 5 and value >= 4:
        return "champions"
    if r in (3, 4) and value >= 4:
        return "loyal"
    if r >= 4 and value in (2, 3):
        return "potential"
    if value == 1 and r >= 4:
        return "new" if r == 5 else "promising"
    if r == 3:
        return "attention" if value == 3 else "sleepy"
    if value == 5:
        return "cant_lose"
    if value >= 3:
        return "at_risk"
    return "hibernating" if r == 2 else "lost"


def needed(people: dict[int, State], percent: int) -> tuple[int, int]:
    """The fewest people who make this share of the net amount, and what the last of them is worth."""
    ordered = sorted((state.net for state in people.values()), reverse=True)
    total, running = sum(ordered), 0
    for place, net in enumerate(ordered, start=1):
        running += net
        if running * 100 >= percent * total:
            return place, net
    raise AssertionError("never reached")
