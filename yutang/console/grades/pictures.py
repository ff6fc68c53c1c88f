"""What the pages of grades show: tiles, the heat grid, the matrix of moves, the curve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from yutang.areas.grades import queries
from yutang.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from yutang.areas.grades.queries import Move, Pareto, Rfm
    from yutang.console.grades.filters import Filters

# The mood of a group on screen: green thrives, blue grows, amber fades, red was good and is going, grey is gone.
MOODS = {
    "champions": "green", "loyal": "green", "potential": "blue", "new": "blue", "promising": "blue",
    "attention": "amber", "sleepy": "amber", "at_risk": "red", "cant_lose": "red", "hibernating": "grey",
    "lost": "grey",
}  # fmt: skip


@dataclass(frozen=True)
class Tile:
    key: str
    label: str
    hint: str
    mood: str
    people: int
    share: float | None
    net: int
    net_share: float | None
    address: str


@dataclass(frozen=True)
class GridCell:
    people: int
    share: float | None
    monetary: str  # mean score
    level: str
    address: str
    r: int
    f: int


@dataclass(frozen=True)
class Ends:
    """How one score is made: its letter, name, and the range of values of each of its five scores."""

    letter: str
    label: str
    note: str
    ranges: list[tuple[int, str]]


@dataclass(frozen=True)
class MatrixCell:
    people: int
    share: float
    mood: str  # "same", "up", "down", "new"
    level: str
    address: str


@dataclass(frozen=True)
class MatrixRow:
    label: str
    people: int
    cells: list[MatrixCell | None]


@dataclass(frozen=True)
class Matrix:
    head: list[str]
    rows: list[MatrixRow]
    totals: list[int]
    up: int
    down: int
    same: int
    new: int


def group_tiles(found: Rfm, chosen: Filters) -> list[Tile]:
    total = found.total
    return [
        Tile(
            key=key, label=gettext(queries.GROUP_LABELS[key]), hint=gettext(queries.GROUP_HINTS[key]),
            mood=MOODS[key], people=own.people, share=own.people / total.people if total.people else None,
            net=own.net, net_share=own.net / total.net if total.net > 0 else None,
            address=chosen.people("group", group=key),
        )
        for key, own in found.groups().items()
    ]  # fmt: skip


def grid(found: Rfm, chosen: Filters) -> list[tuple[int, list[GridCell]]]:
    """Rows from recency 5 down to 1, frequency 1 to 5 across."""
    cells, total = found.grid(), found.total.people
    most = max((cell.people for cell in cells.values()), default=0) or 1
    return [
        (
            r,
            [
                GridCell(
                    people=own.people, share=own.people / total if total else None,
                    monetary=ui.number(own.monetary / own.people, 1) if own.people else "",
                    level=f"{(own.people / most) ** 0.5:.3f}", address=chosen.people("cell", r=r, f=f), r=r, f=f,
                )
                for f in range(1, 6)
                for own in (cells[r, f],)
            ],
        )
        for r in range(5, 0, -1)
    ]  # fmt: skip


def ends(found: Rfm, until: date, currency: str) -> list[Ends]:
    """The values behind each score, in words; a score nobody can have, because values tie, is a dash."""
    if not found.cells:
        return []
    counted_to = until + timedelta(days=1)
    return [
        Ends(
            "R", gettext("Recency"),
            gettext("days from the last purchase to %(day)s") % {"day": counted_to},
            [(6 - place, text) for place, text in _ranges(found.recency, ui.number)],
        ),
        Ends("F", gettext("Frequency"), gettext("number of purchases"), _ranges(found.frequency, ui.number)),
        Ends("M", gettext("Monetary"), gettext("net amount"), _ranges(found.monetary, lambda n: ui.money(n, currency))),
    ]  # fmt: skip


def _ranges(boundaries: Sequence[int], shown: Any) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for place in range(1, 6):
        low = boundaries[place - 2] if place > 1 else None
        high = boundaries[place - 1] if place < 5 else None
        if low is not None and low == high:
            found.append((place, "–"))
        elif high is None:
            found.append((place, f"> {shown(low)}"))
        else:
            found.append((place, f"≤ {shown(high)}"))
    return found


def table() -> list[tuple[int, list[tuple[str, str]]]]:
    """Which group each pair of recency and value is, recency 5 first: (label, mood)."""
    return [
        (r, [(gettext(queries.GROUP_LABELS[group]), MOODS[group]) for group in queries.TABLE[r - 1]])
        for r in range(5, 0, -1)
    ]


def matrix(moves: Sequence[Move], by: str, since: date, chosen: Filters) -> Matrix:
    """From the grades of the first day down to those of the second across."""
    # Groups are listed from the liveliest to the lost; tiers the other way, so that "up" is up in both.
    labels = queries.GROUP_LABELS if by == "group" else dict(reversed(queries.TIER_LABELS.items()))
    keys = [str(key) for key in labels]
    people = {(move.before, move.after): move.people for move in moves}
    rows, sums = [], {"up": 0, "down": 0, "same": 0, "new": 0}
    for before in ["", *keys]:
        whole = sum(people.get((before, after), 0) for after in keys)
        if before == "" and not whole:
            continue
        cells: list[MatrixCell | None] = []
        for after in keys:
            count = people.get((before, after), 0)
            if not count:
                cells.append(None)
                continue
            mood = _direction(before, after, keys)
            sums[mood] += count
            cells.append(
                MatrixCell(
                    count, count / whole, mood, f"{count / whole:.3f}",
                    chosen.people("moved", by=by, before=before, after=after, since=since),
                )
            )  # fmt: skip
        rows.append(MatrixRow(gettext(labels[before]) if before else gettext("No purchase yet"), whole, cells))
    totals = [sum(people.get((before, after), 0) for before in ["", *keys]) for after in keys]
    return Matrix([gettext(labels[key]) for key in keys], rows, totals, **sums)


def _direction(before: str, after: str, keys: list[str]) -> str:
    if not before:
        return "new"
    if before == after:
        return "same"
    return "up" if keys.index(after) < keys.index(before) else "down"


def pareto(found: Pareto) -> dict[str, Any]:
    """People from the best to the least against their share of the net amount, with the share asked for marked."""
    data = [[round(point.people, 4), round(point.net, 4)] for point in found.curve]
    series: dict[str, Any] = {
        "name": gettext("Share of net amount"), "type": "line", "data": data, "showSymbol": False,
        "lineStyle": {"width": 2.5}, "areaStyle": {"opacity": 0.12},
    }  # fmt: skip
    if found.needed:
        x, y = round(found.needed / found.people, 4), found.share
        dashed = {"color": "#f59e0b", "type": "dashed"}
        series["markLine"] = {
            "silent": True, "symbol": "none", "lineStyle": dashed, "label": {"show": False},
            "data": [[{"coord": [0, y]}, {"coord": [x, y]}], [{"coord": [x, 0]}, {"coord": [x, y]}]],
        }  # fmt: skip
        series["markPoint"] = {
            "symbol": "circle", "symbolSize": 11, "itemStyle": {"color": "#f59e0b"}, "label": {"show": False},
            "data": [{"coord": [x, y]}],
        }  # fmt: skip
    option = {
        "tooltip": {"trigger": "axis", "confine": True, "valueFormatter": {"yt": "percent"}},
        "grid": {"left": 4, "right": 20, "top": 16, "bottom": 24, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "max": 1, "interval": 0.2, "splitLine": {"show": False},
                  "name": gettext("Share of people, the best first"), "nameLocation": "middle", "nameGap": 28,
                  "axisLabel": {"formatter": {"yt": "percent"}}, "axisPointer": {"label": {"show": False}}},
        "yAxis": {"type": "value", "min": 0, "interval": 0.2, "splitLine": {"lineStyle": {"opacity": 0.35}},
                  "axisLabel": {"formatter": {"yt": "percent"}}},
        "series": [series],
    }  # fmt: skip
    rows = [[ui.percent(point.people, 0), ui.percent(point.net)] for point in found.curve[10::10]]
    head = [gettext("Best customers"), gettext("Share of net amount")]
    return {"option": option, "title": gettext("Who brings in the money"), "head": head, "rows": rows}
