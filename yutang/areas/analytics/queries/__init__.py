"""Reads about figures: what other areas and the faces call."""

from __future__ import annotations

from yutang.areas.analytics.queries.board import Board, board
from yutang.areas.analytics.queries.charts import (
    Channel,
    Charts,
    Cohort,
    Conversion,
    ParetoPoint,
    TrendPoint,
    charts,
    cohorts,
)
from yutang.areas.analytics.queries.codes import CodeFigures, ScanDay, code_figures, scan_days
from yutang.areas.analytics.queries.drill import COLUMNS, Column, RowPage, drill
from yutang.areas.analytics.queries.drill import people as people_behind
from yutang.areas.analytics.queries.metrics import Definition, MetricValue, definition, metrics
from yutang.areas.analytics.queries.regions import ProvinceDemand, RegionDemand, province_demand, region_demand
from yutang.areas.analytics.queries.scope import Period, Scope, as_of, day_from, scope, visible_nodes

__all__ = [
    "COLUMNS",
    "Board",
    "Channel",
    "Charts",
    "CodeFigures",
    "Cohort",
    "Column",
    "Conversion",
    "Definition",
    "MetricValue",
    "ParetoPoint",
    "Period",
    "ProvinceDemand",
    "RegionDemand",
    "RowPage",
    "ScanDay",
    "Scope",
    "TrendPoint",
    "as_of",
    "board",
    "charts",
    "code_figures",
    "cohorts",
    "day_from",
    "definition",
    "drill",
    "metrics",
    "people_behind",
    "province_demand",
    "region_demand",
    "scan_days",
    "scope",
    "visible_nodes",
]
