"""All figures at once: one query, each shared step computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from yutang.areas.analytics import registry, views
from yutang.areas.analytics.queries.scope import Period, Scope, ask, scope

if TYPE_CHECKING:
    from datetime import date

    from yutang.areas.analytics.registry import Metric, Unit
    from yutang.core.access import Actor


@dataclass(frozen=True)
class MetricValue:
    """`value` is None where there is nothing to compute it from (no customer, no purchase). Money is in minor units:
    sums are whole numbers, averages are not."""

    value: float | int | None
    unit: Unit
    as_of: date


@dataclass(frozen=True)
class Definition:
    """What a figure means and how it is computed."""

    metric: Metric
    name: str
    text: str
    sql: str  # as it runs, formatted; `$since`, `$until`, `$nodes` are bound values


def metrics(
    *, at: date | None = None, period: Period | None = None, nodes: frozenset[int] | None = None, actor: Actor
) -> dict[str, MetricValue]:
    """Every registered figure, in the registry's order. Needs `home.view`; see `scope` for days and nodes."""
    return read(scope(at=at, period=period, nodes=nodes, actor=actor))


def definition(key: str) -> Definition:
    """Refuses unknown keys."""
    metric = registry.get(key)
    return Definition(
        metric=metric,
        name=gettext(metric.name),
        text=gettext(metric.definition),
        sql=views.compose(metric.value).sql(dialect=views.DIALECT, pretty=True),
    )


def read(asked: Scope) -> dict[str, MetricValue]:
    """The figures of a scope that has been authorised."""
    row = ask(f"SELECT {columns()}", asked).to_pylist()[0]
    return values(row, asked.until)


def columns(prefix: str = "now", *, earlier: bool = False) -> str:
    """All figures as columns of one SELECT; `earlier` reads them from the steps of an earlier day."""
    return ", ".join(
        f"({views.earlier(metric.value) if earlier else metric.value}) AS {prefix}_{place}"
        for place, metric in enumerate(registry.METRICS.values())
    )


def values(row: dict[str, Any], until: date, prefix: str = "now") -> dict[str, MetricValue]:
    """The figures out of a row made by `columns`."""
    return {
        metric.key: MetricValue(row[f"{prefix}_{place}"], metric.unit, until)
        for place, metric in enumerate(registry.METRICS.values())
    }
