"""ECharts options and the tables beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext

from yutang.areas.customers import platforms
from yutang.console.home.cards import amount
from yutang.core import money as money_rules
from yutang.ui.templatetags import ui

if TYPE_CHECKING:
    from datetime import date

    from yutang.areas.analytics.queries import Charts, Cohort, Conversion, ParetoPoint, TrendPoint

_SOFT = {"lineStyle": {"opacity": 0.35}}
_LEGEND = {"top": 0, "left": 0, "icon": "roundRect", "itemWidth": 10, "itemHeight": 10}


@dataclass(frozen=True)
class Picture:
    name: str
    title: str
    option: dict[str, Any]  # ECharts' own JSON
    head: list[str]
    rows: list[list[Any]]


def trend(points: tuple[TrendPoint, ...], grain: str, currency: str) -> Picture:
    """Stacked purchases of first, repeat and unknown buyers; net sales as a line."""
    labels = [_label(point.start, grain) for point in points]
    series = (
        (gettext("Repeat customers"), [point.repeat for point in points], "#0e7490"),
        (gettext("First purchases"), [point.first for point in points], "#67c3d6"),
        (gettext("Anonymous"), [point.anonymous for point in points], "#cbd5e1"),
    )
    net = [float(money_rules.to_decimal(point.net, currency)) for point in points]
    bars: list[dict[str, Any]] = [
        {
            "name": name, "type": "bar", "stack": "purchases", "data": data, "barMaxWidth": 26,
            "itemStyle": {"color": colour}, "tooltip": {"valueFormatter": {"yt": "number"}},
        }
        for name, data, colour in series
    ]  # fmt: skip
    line = {
        "name": gettext("Net sales"), "type": "line", "yAxisIndex": 1, "data": net,
        "symbol": "circle", "symbolSize": 5, "showSymbol": len(points) <= 31, "lineStyle": {"width": 2.5},
        "itemStyle": {"color": "#f59e0b"}, "tooltip": {"valueFormatter": {"yt": "money", "currency": currency}},
    }  # fmt: skip
    option = {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True},
        "legend": _LEGEND | {"type": "scroll"},
        "grid": {"left": 4, "right": 4, "top": 44, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": labels, "axisTick": {"show": False}, "axisLabel": {"hideOverlap": True}},
        "yAxis": [
            {"type": "value", "minInterval": 1, "splitLine": _SOFT, "axisLabel": {"formatter": {"yt": "number"}}},
            {"type": "value", "splitLine": {"show": False}, "axisLabel": {"formatter": {"yt": "number"}}},
        ],
        "series": [*bars, line],
    }
    rows = [
        [label, ui.number(p.repeat), ui.number(p.first), ui.number(p.anonymous), amount(p.net, currency)]
        for label, p in zip(labels, points, strict=True)
    ]
    head = [gettext("Day"), *(name for name, _data, _colour in series), gettext("Net sales")]
    return Picture("chart-trend", gettext("Sales trend"), option, head, rows)


def pareto(points: tuple[ParetoPoint, ...]) -> Picture:
    """Customers from the best to the least against the share of the net amount; the best fifth is marked."""
    data = [[0, 0], *([round(point.people, 4), round(point.net, 4)] for point in points)]
    marked = min(points, key=lambda point: abs(point.people - 0.2))
    option = {
        "tooltip": {"trigger": "axis", "confine": True, "valueFormatter": {"yt": "percent"}},
        "grid": {"left": 4, "right": 20, "top": 16, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "max": 1, "splitLine": {"show": False}, "interval": 0.2,
                  "axisLabel": {"formatter": {"yt": "percent"}}, "axisPointer": {"label": {"show": False}}},
        "yAxis": {"type": "value", "min": 0, "interval": 0.25, "splitLine": _SOFT,
                  "axisLabel": {"formatter": {"yt": "percent"}}},
        "series": [
            {
                "name": gettext("Share of net amount"), "type": "line", "data": data, "showSymbol": False,
                "smooth": 0.2, "lineStyle": {"width": 2.5}, "areaStyle": {"opacity": 0.12},
                "markLine": {"silent": True, "symbol": "none", "lineStyle": {"color": "#f59e0b", "type": "dashed"},
                             "label": {"show": False}, "data": [{"xAxis": 0.2}]},
                "markPoint": {"symbol": "circle", "symbolSize": 10, "itemStyle": {"color": "#f59e0b"},
                              "label": {"show": False}, "data": [{"coord": [marked.people, marked.net]}]},
            }
        ],
    }  # fmt: skip
    rows = [[ui.percent(p.people, 0), ui.percent(p.net)] for p in points[9::10]]
    head = [gettext("Best customers"), gettext("Share of net amount")]
    return Picture("chart-pareto", gettext("Who brings in the money"), option, head, rows)


def conversion(steps: tuple[Conversion, ...]) -> Picture:
    """Of those who bought n times, how many bought once more."""
    labels = [f"{step.orders}→{step.orders + 1}" for step in steps]
    option = {
        "tooltip": {
            "trigger": "axis", "axisPointer": {"type": "shadow"}, "valueFormatter": {"yt": "percent"}, "confine": True,
        },
        "grid": {"left": 4, "right": 4, "top": 24, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": labels, "axisTick": {"show": False}, "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "min": 0, "splitLine": _SOFT, "axisLabel": {"formatter": {"yt": "percent"}}},
        "series": [
            {
                "name": gettext("Bought once more"), "type": "bar", "barMaxWidth": 30,
                "data": [round(step.rate, 4) for step in steps], "itemStyle": {"borderRadius": [3, 3, 0, 0]},
            }
        ],
    }  # fmt: skip
    rows = [
        [label, ui.number(step.customers), ui.number(step.went_on), ui.percent(step.rate)]
        for label, step in zip(labels, steps, strict=True)
    ]
    head = [gettext("Purchase"), gettext("Customers"), gettext("Bought once more"), gettext("Share")]
    return Picture("chart-conversion", gettext("From one purchase to the next"), option, head, rows)


@dataclass(frozen=True)
class Cell:
    share: str
    people: int
    level: str  # 0 … 1 of the strongest cell: how deep the colour is
    is_running: bool  # the step is not over yet


@dataclass(frozen=True)
class HeatRow:
    label: str
    size: str
    cells: list[Cell | None]


def heat(cohorts: tuple[Cohort, ...], by: str) -> list[HeatRow]:
    """Rows of the cohort table from the second step on: in the first everybody bought."""
    shares = [cohort.share(n) for cohort in cohorts for n in range(1, len(cohort.bought))]
    strongest = max((share for share in shares if share is not None), default=0) or 1
    rows = []
    for cohort in cohorts:
        cells: list[Cell | None] = []
        for n in range(1, len(cohort.bought)):
            share = cohort.share(n)
            if share is None:
                cells.append(None)
                continue
            level = share / strongest
            running = n + 1 == len(cohort.bought) or cohort.bought[n + 1] is None
            cells.append(Cell(ui.percent(share), cohort.bought[n], f"{level:.3f}", running))
        rows.append(HeatRow(_label(cohort.start, by), ui.number(cohort.size), cells))
    return rows


@dataclass(frozen=True)
class Bar:
    label: str
    note: str
    value: str
    share: str
    width: str


def channels(charts: Charts, currency: str) -> list[Bar]:
    """Channels by net sales, each as a share of all."""
    whole = sum(max(channel.net, 0) for channel in charts.channels) or 1
    widest = max((channel.net for channel in charts.channels), default=0) or 1
    return [
        Bar(
            label=platforms.name(channel.name),
            note=ngettext("%(count)s purchase", "%(count)s purchases", channel.purchases)
            % {"count": ui.number(channel.purchases)},
            value=amount(channel.net, currency, compact=True),
            share=ui.percent(max(channel.net, 0) / whole),
            width=f"{max(channel.net, 0) / widest * 100:.1f}",
        )
        for channel in charts.channels
    ]


def _label(start: date, step: str) -> str:
    if step == "month":
        return start.strftime("%Y-%m")
    if step == "quarter":
        return f"{start.year} Q{(start.month + 2) // 3}"
    return start.strftime("%m-%d") if step == "day" else start.isoformat()
