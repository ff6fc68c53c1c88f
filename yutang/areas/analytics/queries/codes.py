"""What QR codes brought: scans, and the people whose first (or latest) code it is, with what they bought since then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from yutang.areas.analytics.queries.scope import Scope, ask
from yutang.lake import engine

if TYPE_CHECKING:
    from collections.abc import Iterable

# Of one person's two codes one counts, so that codes add up. The snapshot may be older than the last merge.
_CAME = """
    SELECT COALESCE(m.customer_id, p.customer_id) AS customer_id,
           {pick}(p.{side}_code, p.{side}_code_on) AS code, {pick}(p.{side}_code_on, p.{side}_code_on) AS day
    FROM customers.person AS p
    LEFT JOIN redirect_people AS m ON m.source = p.customer_id
    WHERE p.{side}_code IS NOT NULL
    GROUP BY 1
"""
# Sales count from the day of the scan on.
_WORTH = """
    WITH came AS ({came}),
    bought AS (
        SELECT c.code, COUNT(DISTINCT c.customer_id) AS buyers
        FROM came AS c JOIN purchase AS o ON o.customer_id = c.customer_id AND o.bought_on >= c.day
        GROUP BY c.code
    ),
    sold AS (
        SELECT c.code, SUM(o.net)::BIGINT AS net
        FROM came AS c JOIN part AS o ON o.customer_id = c.customer_id AND o.occurred_on >= c.day
        GROUP BY c.code
    )
    SELECT c.code, COUNT(*) AS people, COALESCE(ANY_VALUE(b.buyers), 0) AS buyers, COALESCE(ANY_VALUE(s.net), 0) AS net
    FROM came AS c LEFT JOIN bought AS b ON b.code = c.code LEFT JOIN sold AS s ON s.code = c.code
    GROUP BY c.code
"""
_SCANS = """
    SELECT source, COUNT(*) AS scans
    FROM interactions.event WHERE kind = 'scan' AND source LIKE 'code:%' GROUP BY source
"""
_BY_DAY = """
    SELECT occurred_on AS day, COUNT(*) AS scans, COUNT(DISTINCT customer_id) AS visitors
    FROM interactions.event
    WHERE kind = 'scan' AND source = $source AND occurred_on BETWEEN $since AND $until
    GROUP BY occurred_on
"""
_EVERYTHING = Scope(date.min, date.max, None)
SIDES = {"first": "ARG_MIN", "latest": "ARG_MAX"}


@dataclass(frozen=True)
class CodeFigures:
    """Of a code, or of several together; `net` in minor units."""

    scans: int = 0
    people: int = 0
    buyers: int = 0
    net: int = 0

    def __add__(self, other: CodeFigures) -> CodeFigures:
        return CodeFigures(
            self.scans + other.scans, self.people + other.people, self.buyers + other.buyers, self.net + other.net
        )


@dataclass(frozen=True)
class ScanDay:
    day: date
    scans: int = 0
    visitors: int = 0  # browsers and people, each once


def code_figures(codes: Iterable[tuple[int, str]], *, by: str = "first") -> dict[int, CodeFigures]:
    """Figures of the given codes (id, `source` of their events), which the caller has fetched through the checked door.

    `by` says whose people they are: those whose first code it is ("first") or whose latest ("latest").
    """
    came = _CAME.format(side=by, pick=SIDES[by])
    worth = {row["code"]: row for row in ask(_WORTH.format(came=came), _EVERYTHING).to_pylist()}
    scans = {row["source"]: row["scans"] for row in engine.query(_SCANS).to_pylist()}
    nothing = {"people": 0, "buyers": 0, "net": 0}
    found = {}
    for code_id, source in codes:
        row = worth.get(code_id, nothing)
        found[code_id] = CodeFigures(scans.get(source, 0), row["people"], row["buyers"], row["net"])
    return found


def scan_days(source: str, *, days: int) -> list[ScanDay]:
    """Scans of a code on each of the last days, today included."""
    until = timezone.localdate()
    since = until - timedelta(days=days - 1)
    rows = engine.query(_BY_DAY, source=source, since=since, until=until).to_pylist()
    found = {row["day"]: ScanDay(row["day"], row["scans"], row["visitors"]) for row in rows}
    return [found.get(day, ScanDay(day)) for day in (since + timedelta(days=n) for n in range(days))]
