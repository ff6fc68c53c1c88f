"""The pictures: sales trend, channels, repurchase cohorts, n-th order conversion, Pareto curve, sparklines.

All of them come from one query, as rows of one shape; each shared step is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from yutang.areas.analytics.errors import UnknownStep
from yutang.areas.analytics.queries.scope import Period, ask, scope
from yutang.areas.orders import queries as orders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.core.access import Actor

STEPS = ("week", "month", "quarter")
COHORTS = 13  # rows of the heat map
ORDERS = 10  # n of the n-th order conversion
SHORT = 8  # a period of fewer days is drawn inside the fortnight that ends with it
FORTNIGHT = 14

_COLUMNS = "chart, bucket, number, people, purchases, amount, days"
# number: 0 first purchase day, 1 a later one, 2 a buyer who is not known
_TREND = """
    SELECT 'trend', DATE_TRUNC($grain, p.bought_on)::DATE,
           CASE WHEN p.customer_id IS NULL THEN 2 WHEN p.bought_on = b.first_on THEN 0 ELSE 1 END,
           COUNT(DISTINCT p.customer_id), COUNT(*), SUM(p.amount)::BIGINT, 0
    FROM purchase AS p LEFT JOIN buyer AS b ON b.customer_id = p.customer_id
    WHERE p.bought_on >= $window GROUP BY 2, 3
"""
_NET = """
    SELECT 'net', DATE_TRUNC($grain, occurred_on)::DATE, 0, 0, 0, SUM(net)::BIGINT, 0
    FROM part WHERE occurred_on >= $window GROUP BY 2
"""
# bucket NULL: before the window
_JOINED = """
    SELECT 'joined', CASE WHEN seen_on >= $window THEN DATE_TRUNC($grain, seen_on)::DATE END, 0, COUNT(*), 0, 0, 0
    FROM person GROUP BY 2
"""
_PLACES = """
    SELECT 'places', CASE WHEN bought_on >= $window THEN DATE_TRUNC($grain, bought_on)::DATE END, LEAST(place, 3),
           COUNT(*), SUM(purchases)::BIGINT, SUM(amount)::BIGINT, COALESCE(SUM(gap), 0)::BIGINT
    FROM step GROUP BY 2, 3
"""
_CHANNELS = """
    SELECT 'channel', NULL, channel_id, COUNT(DISTINCT customer_id), COUNT(*), 0, 0
    FROM purchase WHERE bought_on >= $since GROUP BY channel_id
    UNION ALL
    SELECT 'channel', NULL, channel_id, 0, 0, SUM(net)::BIGINT, 0
    FROM part WHERE occurred_on >= $since GROUP BY channel_id
"""
_COHORTS = """
    SELECT 'cohort', DATE_TRUNC($step, b.first_on)::DATE, DATE_DIFF($step, b.first_on, d.bought_on),
           COUNT(DISTINCT d.customer_id), 0, 0, 0
    FROM bought_day AS d JOIN buyer AS b ON b.customer_id = d.customer_id
    WHERE b.first_on >= $oldest GROUP BY 2, 3
"""
_CONVERSION = """
    SELECT 'conversion', NULL, n, COUNT(*), 0, 0, 0
    FROM buyer CROSS JOIN (SELECT UNNEST(RANGE(1, $orders + 2)) AS n) AS counted
    WHERE purchases >= n GROUP BY n
"""
_PARETO = """
    SELECT 'pareto', NULL, (place * 100 + people - 1) // people, COUNT(*), 0, SUM(net)::BIGINT, 0
    FROM ranked GROUP BY 3
"""


@dataclass(frozen=True)
class TrendPoint:
    """One day, week or month, named by its first day. Amounts in minor units."""

    start: date
    first: int = 0  # purchases on the customer's first purchase day
    repeat: int = 0
    anonymous: int = 0
    net: int = 0

    @property
    def purchases(self) -> int:
        return self.first + self.repeat + self.anonymous


@dataclass(frozen=True)
class Channel:
    channel_id: int
    name: str
    source: str
    customers: int
    purchases: int
    net: int


@dataclass(frozen=True)
class Cohort:
    """Customers whose first purchase lies in the step that begins at `start`; `bought[n]` of them bought n steps later,
    None where that step has not begun."""

    start: date
    size: int
    bought: tuple[int | None, ...]

    def share(self, steps_later: int) -> float | None:
        bought = self.bought[steps_later]
        return None if bought is None else bought / self.size


@dataclass(frozen=True)
class Conversion:
    """Customers with at least `orders` purchases, and how many of them made one more."""

    orders: int
    customers: int
    went_on: int

    @property
    def rate(self) -> float:
        return self.went_on / self.customers


@dataclass(frozen=True)
class ParetoPoint:
    """The best `people` share of customers hold the `net` share of the net amount."""

    people: float
    net: float


@dataclass(frozen=True)
class Charts:
    grain: str  # "day", "week" or "month": a step of trend and sparks
    trend: tuple[TrendPoint, ...] = ()
    channels: tuple[Channel, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    conversion: tuple[Conversion, ...] = ()
    pareto: tuple[ParetoPoint, ...] = ()
    sparks: dict[str, tuple[float | None, ...]] = field(default_factory=dict)  # metric key → values along the trend


def charts(*, period: Period, nodes: frozenset[int] | None = None, actor: Actor) -> Charts:
    """All pictures without the figures. Needs `home.view`."""
    asked = scope(period=period, nodes=nodes, actor=actor)
    row = ask(f"SELECT ({SELECT}) AS drawn", asked, **values(period)).to_pylist()[0]
    return drawn(row["drawn"] or [], period)


def cohorts(*, by: str = "month", at: date, nodes: frozenset[int] | None = None, actor: Actor) -> tuple[Cohort, ...]:
    """The repurchase cohorts of the last 13 weeks, months or quarters, oldest first. Needs `home.view`."""
    if by not in STEPS:
        raise UnknownStep(field="by", value=by, choices=", ".join(STEPS))
    asked = scope(at=at, nodes=nodes, actor=actor)
    row = ask(f"SELECT ({_list(_COHORTS)}) AS drawn", asked, step=by, oldest=_oldest(at, by)).to_pylist()[0]
    return _cohorts(_by_chart(row["drawn"] or []), at, by)


def _list(*selects: str) -> str:
    """The rows of all SELECTs as one list of structs: a single column of a single row."""
    return f"SELECT LIST(drawn) FROM ({' UNION ALL '.join(selects)}) AS drawn({_COLUMNS})"  # noqa: S608


SELECT = _list(_TREND, _NET, _JOINED, _PLACES, _CHANNELS, _COHORTS, _CONVERSION, _PARETO)


def values(period: Period) -> dict[str, Any]:
    """Bound values of `SELECT`."""
    grain, window = _window(period)
    oldest = _oldest(period.until, "month")
    return {"grain": grain, "window": window, "step": "month", "oldest": oldest, "orders": ORDERS}


def drawn(found: list[dict[str, Any]], period: Period) -> Charts:
    """The pictures out of what `SELECT` gives."""
    rows = _by_chart(found)
    grain, window = _window(period)
    trend = _trend(rows, grain, window, period.until)
    return Charts(
        grain=grain,
        trend=trend,
        channels=_channels(rows),
        cohorts=_cohorts(rows, period.until, "month"),
        conversion=_conversion(rows),
        pareto=_pareto(rows),
        sparks=_sparks(rows, trend),
    )


def _by_chart(found: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        rows.setdefault(row["chart"], []).append(row)
    return rows


def _window(period: Period) -> tuple[str, date]:
    """The step and first day of the trend."""
    if period.since is None or period.days is None:
        return "month", date.min
    if period.days < SHORT:
        return "day", period.until - timedelta(days=FORTNIGHT - 1)
    return ("day" if period.days <= 62 else "week" if period.days <= 400 else "month"), period.since


def _trend(rows: dict[str, Any], grain: str, window: date, until: date) -> tuple[TrendPoint, ...]:
    counted: dict[date, dict[int, int]] = {}
    for row in rows.get("trend", ()):
        counted.setdefault(row["bucket"], {})[row["number"]] = row["purchases"]
    net = {row["bucket"]: row["amount"] for row in rows.get("net", ())}
    joined = {row["bucket"] for row in rows.get("joined", ()) if row["bucket"] is not None}
    started = {*counted, *net, *joined}
    if not started:
        return ()
    first = min(started) if window == date.min else _floor(window, grain)
    points = []
    for start in _buckets(first, until, grain):
        own = counted.get(start, {})
        points.append(TrendPoint(start, own.get(0, 0), own.get(1, 0), own.get(2, 0), net.get(start, 0)))
    return tuple(points)


def _sparks(rows: dict[str, Any], trend: tuple[TrendPoint, ...]) -> dict[str, tuple[float | None, ...]]:
    """Figures along the trend: periods by step, histories as they stood at each step's end."""
    starts = [point.start for point in trend]
    joined = {row["bucket"]: row["people"] for row in rows.get("joined", ())}
    steps: dict[tuple[date | None, int], dict[str, Any]] = {
        (row["bucket"], row["number"]): row for row in rows.get("places", ())
    }
    buyers_by_step: dict[date, int] = {}
    bought: dict[date, int] = {}
    for row in rows.get("trend", ()):
        bought[row["bucket"]] = bought.get(row["bucket"], 0) + row["amount"]
        buyers_by_step[row["bucket"]] = buyers_by_step.get(row["bucket"], 0) + row["people"]

    def running(places: Iterable[int], column: str) -> list[int]:
        chosen = tuple(places)

        def of(bucket: date | None) -> int:
            return sum(steps[bucket, place][column] for place in chosen if (bucket, place) in steps)

        return list(accumulate((of(start) for start in starts), initial=of(None)))[1:]

    buyers, repeat = running((1,), "people"), running((2,), "people")
    purchases, amount = running((1, 2, 3), "purchases"), running((1, 2, 3), "amount")
    gaps = running((1, 2, 3), "days")
    total = list(accumulate((joined.get(start, 0) for start in starts), initial=joined.get(None, 0)))[1:]
    return {
        "customers.total": tuple(total),
        "customers.new": tuple(joined.get(start, 0) for start in starts),
        "customers.buyers": tuple(buyers_by_step.get(start, 0) for start in starts),
        "customers.first_purchase": tuple(b - r for b, r in zip(buyers, repeat, strict=True)),
        "customers.repeat": tuple(repeat),
        "sales.net": tuple(point.net for point in trend),
        "orders.count": tuple(point.purchases for point in trend),
        "orders.anonymous_share": tuple(_ratio(point.anonymous, point.purchases) for point in trend),
        "sales.refund_rate": tuple(
            _ratio(bought.get(point.start, 0) - point.net, bought.get(point.start, 0)) for point in trend
        ),
        "repurchase.rate": tuple(map(_ratio, repeat, buyers)),
        "clv.lifetime_days": tuple(map(_ratio, gaps, buyers)),
        "clv.frequency": tuple(map(_ratio, purchases, buyers)),
        "clv.aov": tuple(map(_ratio, amount, purchases)),
        "clv.historic": tuple(map(_ratio, amount, buyers)),
    }


def _channels(rows: dict[str, Any]) -> tuple[Channel, ...]:
    """The channel with the highest net sales first."""
    sums: dict[int, list[int]] = {}
    for row in rows.get("channel", ()):
        own = sums.setdefault(row["number"], [0, 0, 0])
        for place, column in enumerate(("people", "purchases", "amount")):
            own[place] += row[column]
    names = orders.channels(sums) if sums else {}
    found = [
        Channel(number, str(names.get(number, f"#{number}")), getattr(names.get(number), "source", ""), *own)
        for number, own in sums.items()
    ]
    return tuple(sorted(found, key=lambda channel: (-channel.net, channel.channel_id)))


def _cohorts(rows: dict[str, Any], until: date, step: str) -> tuple[Cohort, ...]:
    bought: dict[date, dict[int, int]] = {}
    for row in rows.get("cohort", ()):
        bought.setdefault(row["bucket"], {})[row["number"]] = row["people"]
    found = []
    for start, own in sorted(bought.items()):
        begun = len(list(_buckets(start, until, step)))
        later = tuple(own.get(n, 0) if n < begun else None for n in range(COHORTS))
        found.append(Cohort(start, own.get(0, 0), later))
    return tuple(found)


def _conversion(rows: dict[str, Any]) -> tuple[Conversion, ...]:
    reached = {row["number"]: row["people"] for row in rows.get("conversion", ())}
    return tuple(Conversion(n, reached[n], reached.get(n + 1, 0)) for n in range(1, ORDERS + 1) if reached.get(n))


def _pareto(rows: dict[str, Any]) -> tuple[ParetoPoint, ...]:
    """At most a hundred points, from nobody to everybody; none where nothing was earned."""
    found = sorted(rows.get("pareto", ()), key=lambda row: row["number"])
    people, net = sum(row["people"] for row in found), sum(row["amount"] for row in found)
    if net <= 0:
        return ()
    heads = accumulate(row["people"] for row in found)
    amounts = accumulate(row["amount"] for row in found)
    return tuple(ParetoPoint(head / people, amount / net) for head, amount in zip(heads, amounts, strict=True))


def _ratio(above: float, below: float) -> float | None:
    return above / below if below else None


def _floor(day: date, step: str) -> date:
    if step == "week":
        return day - timedelta(days=day.weekday())
    if step == "month":
        return day.replace(day=1)
    if step == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day


def _next(start: date, step: str) -> date:
    if step in ("day", "week"):
        return start + timedelta(days=1 if step == "day" else 7)
    months = start.month + (1 if step == "month" else 3)
    return date(start.year + (months - 1) // 12, (months - 1) % 12 + 1, 1)


def _buckets(first: date, until: date, step: str) -> Iterable[date]:
    while first <= until:
        yield first
        first = _next(first, step)


def _oldest(until: date, step: str) -> date:
    """First day of the oldest cohort shown."""
    start = _floor(until, step)
    for _ in range(COHORTS - 1):
        start = _floor(start - timedelta(days=1), step)
    return start
