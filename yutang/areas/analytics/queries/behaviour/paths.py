"""The ways people take: what follows what, and the whole ways, within visits.

A visit ends with a pause of more than half an hour. The same thing done again and again counts once. Ways begin at a
chosen point (its first time in the visit, else the visit's beginning) or lead back from one (its last time, else the
visit's end), up to LENGTH points. What is not among the largest is summed, never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.analytics.errors import UnknownStep
from yutang.areas.analytics.queries.behaviour import behind, steps
from yutang.areas.analytics.queries.behaviour.behind import Behind
from yutang.areas.analytics.queries.behaviour.steps import PURCHASE, Asked
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from typing import Any

PAUSE = 30 * 60 * 1_000_000  # microseconds
LENGTH = 5
KEPT_PATHS = 20
KEPT_POINTS = 6  # at each hop: points as many hops away from the anchor
BY = ("kind", "page")
DIRECTIONS = ("from", "to")
_POINT = {"kind": "kind", "page": f"CASE WHEN kind = '{PURCHASE}' THEN kind ELSE page END"}


@dataclass(frozen=True)
class Paths:
    """`anchor` is a kind or a page, as `by` says; empty for the visit's own beginning or end."""

    asked: Asked
    by: str = "kind"
    direction: str = "from"
    anchor: str = ""

    def __post_init__(self) -> None:
        for name, value, known in (("by", self.by, BY), ("direction", self.direction, DIRECTIONS)):
            if value not in known:
                raise UnknownStep(field=name, value=value, choices=", ".join(known))

    @property
    def is_back(self) -> bool:
        return self.direction == "to"


@dataclass(frozen=True)
class Path:
    """Points in the order they were walked; None: all ways beyond the largest."""

    points: tuple[str, ...] | None
    visits: int
    people: int


@dataclass(frozen=True)
class Move:
    """From a point to the next one, away from the anchor (hop 0). `point` and `following` None are all
    points beyond the largest there; `ends` where nothing follows."""

    hop: int
    point: str | None
    following: str | None
    ends: bool
    visits: int
    people: int


@dataclass(frozen=True)
class Found:
    visits: int
    people: int
    paths: tuple[Path, ...]
    moves: tuple[Move, ...]


def paths(question: Paths) -> Found:
    whole = """
        SELECT path, COUNT(*) AS visits, COUNT(DISTINCT customer_id) AS people,
               (SELECT COUNT(DISTINCT customer_id) FROM walked) AS everybody
        FROM shown GROUP BY path ORDER BY path IS NULL, visits DESC, path
    """
    rows = steps.ask(behind.composed(_whole(question), whole), question.asked, _values(question)).to_pylist()
    ways = tuple(
        Path(None if row["path"] is None else tuple(row["path"]), row["visits"], row["people"]) for row in rows
    )
    between = """
        SELECT hop, point, following, ends, COUNT(*) AS visits, COUNT(DISTINCT customer_id) AS people
        FROM moves GROUP BY ALL ORDER BY hop, visits DESC, point, following
    """
    moved = steps.ask(behind.composed(_moves(question), between), question.asked, _values(question)).to_pylist()
    moves = tuple(Move(**row) for row in moved)
    return Found(sum(way.visits for way in ways), rows[0]["everybody"] if rows else 0, ways, moves)


def people_of_path(question: Paths, points: tuple[str, ...] | None) -> Behind:
    """Who walked exactly these points; None: any way beyond the largest."""
    values = _values(question)
    if points is None:
        return Behind(question.asked, _whole(question), "shown WHERE path IS NULL", values)
    if not points:
        raise NotFound(field="path")
    return Behind(question.asked, _whole(question), "walked WHERE path = $path", {**values, "path": list(points)})


def people_of_move(
    question: Paths, *, hop: int, point: str | None, following: str | None = None, ends: bool = False
) -> Behind:
    """Who made a move."""
    if hop not in range(LENGTH):
        raise NotFound(field="hop")
    values = {**_values(question), "hop": hop, "point": point, "following": following, "ends": ends}
    where = (
        "moves WHERE hop = $hop AND ends = $ends AND point IS NOT DISTINCT FROM $point"
        " AND following IS NOT DISTINCT FROM $following"
    )
    return Behind(question.asked, _moves(question), where, values)


def everybody(question: Paths) -> Behind:
    return Behind(question.asked, _near(question), "near", _values(question))


def _near(question: Paths) -> dict[str, str]:
    """Steps that end in `near`: the points of each visit, numbered away from the anchor."""
    own = "(PARTITION BY customer_id ORDER BY at, is_bought, id)"
    pick, edge = ("MAX", "MAX(place)") if question.is_back else ("MIN", "MIN(place)")
    chosen = f"{pick}(place) FILTER (WHERE point = $anchor)" if question.anchor else edge
    away = "anchor - place" if question.is_back else "place - anchor"
    return {
        "done": steps.done(question.asked),
        "stood": f"""
            SELECT customer_id, at, kind = '{PURCHASE}' AS is_bought, id, {_POINT[question.by]} AS point FROM done
        """,  # noqa: S608  only constants
        "compared": f"""
            SELECT *, COALESCE(at - LAG(at) OVER {own} > $pause, FALSE) AS is_new,
                   LAG(point) OVER {own} IS DISTINCT FROM point AS is_other
            FROM stood WHERE point <> ''
        """,  # noqa: S608
        # The first point of a visit stays, whatever was the last one of the visit before.
        "folded": f"""
            SELECT customer_id, point, ROW_NUMBER() OVER {own} AS place, SUM(is_new::INT) OVER {own} AS visit
            FROM compared WHERE is_other OR is_new
        """,  # noqa: S608
        "anchored": f"""
            SELECT *, {chosen} OVER (PARTITION BY customer_id, visit) AS anchor FROM folded
        """,  # noqa: S608
        "near": behind.once(f"""
            SELECT customer_id, visit, point, place, {away} AS hop FROM anchored
            WHERE {away} BETWEEN 0 AND {LENGTH - 1}
        """),  # noqa: S608
    }


def _whole(question: Paths) -> dict[str, str]:
    """… and in `shown`: each visit's whole way, NULL where it is not among the largest."""
    return {
        **_near(question),
        "walked": behind.once(
            "SELECT customer_id, LIST(point ORDER BY place) AS path FROM near GROUP BY customer_id, visit"
        ),
        "ranked": "SELECT path, ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC, path) AS rank FROM walked GROUP BY path",
        "shown": """
            SELECT w.customer_id, CASE WHEN r.rank <= $kept_paths THEN w.path END AS path
            FROM walked AS w JOIN ranked AS r ON r.path = w.path
        """,
    }


def _moves(question: Paths) -> dict[str, str]:
    """… and in `moves`: each point with the one that follows, away from the anchor."""
    return {
        **_near(question),
        "common": """
            SELECT hop, point, ROW_NUMBER() OVER (PARTITION BY hop ORDER BY COUNT(*) DESC, point) AS rank
            FROM near GROUP BY hop, point
        """,
        "named": """
            SELECT n.customer_id, n.visit, n.hop, CASE WHEN c.rank <= $kept_points THEN n.point END AS point
            FROM near AS n JOIN common AS c ON c.hop = n.hop AND c.point = n.point
        """,
        "moves": """
            SELECT customer_id, hop, point,
                   LEAD(point) OVER (PARTITION BY customer_id, visit ORDER BY hop) AS following,
                   LEAD(hop) OVER (PARTITION BY customer_id, visit ORDER BY hop) IS NULL AS ends
            FROM named
        """,
    }


def _values(question: Paths) -> dict[str, Any]:
    return {
        "pause": PAUSE, "anchor": question.anchor, "kept_paths": KEPT_PATHS, "kept_points": KEPT_POINTS,
    }  # fmt: skip
