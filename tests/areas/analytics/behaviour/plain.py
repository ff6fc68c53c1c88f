"""The reports once more, in plain Python over plain rows: what the product's figures must equal."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import mean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

BANDS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 10**9))


@dataclass(frozen=True)
class Row:
    person: int
    at: datetime
    bought: bool
    number: int
    day: date
    kind: str  # "PURCHASE" for a purchase
    page: str = ""
    item: str = ""
    source: str = ""
    channel: str = ""


def of_people(rows: Iterable[Row], since: date, until: date) -> dict[int, list[Row]]:
    """Rows of the days, by person, in their order."""
    found = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.at, row.bought, row.number)):
        if since <= row.day <= until:
            found[row.person].append(row)
    return found


# -- frequency -------------------------------------------------------------------------------------------------------


def numbers(rows, matches, since, until, unit) -> dict[int, int]:
    found = {}
    for person, mine in of_people(rows, since, until).items():
        hits = [row for row in mine if matches(row)]
        if hits:
            found[person] = len(hits) if unit == "times" else len({row.day for row in hits})
    return found


def frequency(rows, matches, since, until, unit) -> tuple[int, int, float | None, float | None, tuple[int, ...]]:
    found = list(numbers(rows, matches, since, until, unit).values())
    bands = tuple(sum(low <= n <= high for n in found) for low, high in BANDS)
    return len(found), sum(found), median(found) if found else None, mean(found) if found else None, bands


# -- funnel ----------------------------------------------------------------------------------------------------------


def chains(mine: list[Row], steps: list[Callable], since: date, until: date, window: timedelta):
    """Every chain of rows, one after the other, by brute force."""

    def grown(chain: tuple[int, ...]):
        yield chain
        if len(chain) < len(steps):
            for place in range(chain[-1] + 1, len(mine)):
                if steps[len(chain)](mine[place]) and mine[place].at - mine[chain[0]].at <= window:
                    yield from grown((*chain, place))

    for place, row in enumerate(mine):
        if steps[0](row) and since <= row.day <= until:
            yield from grown((place,))


def depths(rows, steps, since, until, window, last: date) -> dict[int, tuple[int, list[timedelta]]]:
    """How far each person came, and the time from the step before, for each step from the second on."""
    found = {}
    for person, mine in of_people(rows, since, last).items():
        every = list(chains(mine, steps, since, until, window))
        if not every:
            continue
        depth = max(len(chain) for chain in every)
        gaps = []
        for length in range(2, depth + 1):
            there = min(chain[length - 1] for chain in every if len(chain) >= length)
            ways = [chain[:length] for chain in every if len(chain) >= length and chain[length - 1] == there]
            best = max((mine[way[0]].at, mine[way[-2]].at) for way in ways)
            gaps.append(mine[there].at - best[1])
        found[person] = (depth, gaps)
    return found


def funnel(found, number: int) -> list[tuple[int, float | None]]:
    people = [sum(depth >= n for depth, _ in found.values()) for n in range(1, number + 1)]
    gaps = [[g[n].total_seconds() for _, g in found.values() if len(g) > n] for n in range(number - 1)]
    return list(zip(people, [None, *(median(each) if each else None for each in gaps)], strict=True))


# -- paths -----------------------------------------------------------------------------------------------------------


def visits(rows, point: Callable[[Row], str], since, until) -> list[tuple[int, list[str]]]:
    """(person, points of a visit with repeats folded)."""
    found = []
    for person, mine in of_people(rows, since, until).items():
        before, points = None, []
        for row in mine:
            if not point(row):
                continue
            if before is not None and row.at - before > timedelta(minutes=30):
                found.append((person, points))
                points = []
            if not points or points[-1] != point(row):
                points.append(point(row))
            before = row.at
        if points:
            found.append((person, points))
    return found


def ways(found, anchor: str, *, back: bool, length: int = 5) -> list[tuple[int, tuple[str, ...]]]:
    """Each visit's way from its anchor, or to it, as it was walked."""
    kept = []
    for person, points in found:
        if anchor and anchor not in points:
            continue
        if back:
            end = len(points) - points[::-1].index(anchor) if anchor else len(points)
            kept.append((person, tuple(points[max(0, end - length) : end])))
        else:
            start = points.index(anchor) if anchor else 0
            kept.append((person, tuple(points[start : start + length])))
    return kept


def largest(counted: Counter, kept: int) -> set[Hashable]:
    return {key for key, _n in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:kept]}


def path_table(walked, kept: int) -> dict[tuple[str, ...] | None, tuple[int, int]]:
    top = largest(Counter(way for _, way in walked), kept)
    people: dict = defaultdict(set)
    number: Counter = Counter()
    for person, way in walked:
        key = way if way in top else None
        number[key] += 1
        people[key].add(person)
    return {key: (n, len(people[key])) for key, n in number.items()}


def move_table(walked, kept: int, *, back: bool) -> dict[tuple, tuple[int, set[int]]]:
    """(hop, point, the next one, nothing follows) → visits, people."""
    turned = [(person, way[::-1] if back else way) for person, way in walked]
    top = [largest(Counter(way[hop] for _, way in turned if len(way) > hop), kept) for hop in range(5)]
    number: Counter = Counter()
    people: dict = defaultdict(set)
    for person, way in turned:
        named = [point if point in top[hop] else None for hop, point in enumerate(way)]
        for hop, point in enumerate(named):
            ends = hop + 1 == len(named)
            key = (hop, point, None if ends else named[hop + 1], ends)
            number[key] += 1
            people[key].add(person)
    return {key: (n, people[key]) for key, n in number.items()}


# -- AISAS -----------------------------------------------------------------------------------------------------------

KINDS = (
    {"follow", "scan", "view", "impression"}, {"menu", "click", "cart"}, {"search"}, {"payment", "PURCHASE"}, {"share"},
)  # fmt: skip


def stages(rows, since, until, by: str) -> dict[int, tuple[set[int], str, int]]:
    """Each person's stages in any order, the group, and how far they came in order."""
    found = {}
    for person, mine in of_people(rows, since, until).items():
        first_view = next((row for row in mine if row.kind == "view"), None)

        def at(row, stage, first_view=first_view):
            return row.kind in KINDS[stage] or (stage == 1 and row.kind == "view" and row != first_view)

        has = {stage for stage in range(5) if any(at(row, stage) for row in mine)}
        if not has:
            continue
        name = next((getattr(row, by) for row in mine if getattr(row, by)), "")
        stage = 0
        for row in mine:
            if stage < 5 and at(row, stage):
                stage += 1
        found[person] = (has, name, stage)
    return found
