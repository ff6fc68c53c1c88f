"""The home page's figures: this period, the one before, and the pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.analytics import registry
from yutang.areas.analytics.queries import charts, metrics
from yutang.areas.analytics.queries.scope import Period, ask, scope

if TYPE_CHECKING:
    from yutang.areas.analytics.queries.metrics import MetricValue
    from yutang.areas.analytics.registry import Metric
    from yutang.core.access import Actor


@dataclass(frozen=True)
class Board:
    period: Period
    now: dict[str, MetricValue]
    before: dict[str, MetricValue]  # empty where the period has no beginning
    charts: charts.Charts

    @property
    def is_empty(self) -> bool:
        """Nothing has ever been imported (or none of it may be seen)."""
        return not self.now["customers.total"].value and not self.charts.trend

    def metric(self, key: str) -> Metric:
        return registry.get(key)

    def change(self, key: str) -> float | None:
        """Against the period before: relative, for ratios the difference itself; None where there is no base."""
        if key not in self.before:
            return None
        value, base = self.now[key].value, self.before[key].value
        if value is None or base is None:
            return None
        if registry.get(key).unit is registry.Unit.RATIO:
            return value - base
        return value / base - 1 if base > 0 else None


def board(*, period: Period, nodes: frozenset[int] | None = None, actor: Actor) -> Board:
    """Everything by one question to the lake. Needs `home.view`."""
    asked, before = scope(period=period, nodes=nodes, actor=actor), period.before()
    columns = [metrics.columns(), f"({charts.SELECT}) AS drawn"]
    values = charts.values(period)
    if before is not None:
        columns.append(metrics.columns("earlier", earlier=True))
        values |= {"earlier_since": before.since, "earlier_until": before.until}
    row = ask(f"SELECT {', '.join(columns)}", asked, **values).to_pylist()[0]
    return Board(
        period=period,
        now=metrics.values(row, period.until),
        before=metrics.values(row, before.until, "earlier") if before else {},
        charts=charts.drawn(row["drawn"] or [], period),
    )
