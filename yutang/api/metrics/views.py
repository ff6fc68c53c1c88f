"""Figures, what they mean, and the rows behind them."""

# Types are not postponed here: ninja reads them when it registers a view.

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from yutang.api import paging
from yutang.api.door import scoped
from yutang.api.metrics.schemas import DefinitionOut, MetricFilters, MetricsOut, RowFilters, RowsOut
from yutang.areas.analytics import queries
from yutang.areas.merchants import queries as merchants
from yutang.core import clock
from yutang.core.errors import DomainError

router = Router(tags=["Metrics"])


class AtOrPeriod(DomainError):
    code = "metrics.at_or_period"
    message = gettext_noop("Ask either for a day (at) or for a period (from, to).")
    status = 422


_IDS = frozenset({"customer", "order", "channel", "node"})


@router.get("/metrics", response=MetricsOut)
@scoped("home.view")
def list_metrics(request: HttpRequest, filters: Query[MetricFilters]) -> object:
    """All figures at once. A key of a node counts its people and its sales only."""
    asked = _asked(request, filters)
    last = asked["at"] or (asked["period"].until if asked["period"] else clock.today(request.merchant.timezone))
    items = [
        {
            "key": key, "name": queries.definition(key).name, "value": found.value, "unit": found.unit,
            "currency": request.merchant.currency if found.unit == "money" else None, "as_of": last,
        }
        for key, found in queries.metrics(**asked, actor=request.actor).items()
    ]  # fmt: skip
    return {"items": items, "complete_until": queries.as_of()}


@router.get("/metrics/{key}", response=DefinitionOut)
@scoped("home.view")
def metric(request: HttpRequest, key: str) -> object:  # noqa: ARG001
    """What a figure means and how it is computed."""
    found = queries.definition(key)
    columns = [
        {"name": c.name, "label": str(c.label), "kind": c.kind} for c in queries.COLUMNS[found.metric.rows]
    ]  # fmt: skip
    return {
        "key": key, "name": found.name, "definition": found.text, "unit": found.metric.unit,
        "over": found.metric.over.value, "higher_is_better": found.metric.higher_is_better, "sql": found.sql,
        "columns": columns,
    }  # fmt: skip


@router.get("/metrics/{key}/rows", response=RowsOut)
@scoped("home.view")
def metric_rows(request: HttpRequest, key: str, filters: Query[RowFilters]) -> object:
    """The rows that make up a figure, the highest first."""
    salt = f"metric:{key}"
    after = None if filters.cursor is None else tuple(paging.opened(filters.cursor, salt))
    found = queries.drill(key, **_asked(request, filters), after=after, size=filters.limit, actor=request.actor)
    items = [
        {c.name: _shown(row[c.name], c.kind, request.merchant.currency) for c in found.columns} for row in found.rows
    ]
    next_cursor = paging.sealed(list(found.after), salt) if found.after else None
    return {"items": items, "next_cursor": next_cursor, "total": found.total}


def _asked(request: HttpRequest, filters: MetricFilters) -> dict[str, Any]:
    if filters.at is not None and (filters.since or filters.until):
        raise AtOrPeriod(field="at")
    period = None
    if filters.since or filters.until:
        period = queries.Period(filters.since, filters.until or clock.today(request.merchant.timezone))
    nodes = None
    if filters.node is not None:
        nodes = frozenset({merchants.node(filters.node, actor=request.actor, permission="home.view").pk})
    return {"at": filters.at, "period": period, "nodes": nodes}


def _shown(value: Any, kind: str, currency: str) -> Any:
    if value is None:
        return None
    if kind in _IDS:
        return str(value)
    return {"amount": value, "currency": currency} if kind == "money" else value
