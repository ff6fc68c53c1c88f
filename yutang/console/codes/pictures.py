"""What the pages of codes show: sources side by side, scans day by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from yutang.areas.analytics.queries import CodeFigures
from yutang.areas.interactions.models import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import HttpRequest

    from yutang.areas.analytics.queries import ScanDay


@dataclass(frozen=True)
class Source:
    kind: str
    label: str
    codes: int
    figures: CodeFigures


@dataclass(frozen=True)
class Chart:
    option: dict[str, Any]
    head: list[str]
    rows: list[list[Any]]


def side(request: HttpRequest) -> str:
    """Whose people are counted: those who came first by a code, or last."""
    return "latest" if request.GET.get("by") == "latest" else "first"


def sources(figures: Iterable[tuple[str, CodeFigures]]) -> list[Source]:
    """The kinds of codes that there are, in their order."""
    summed: dict[str, tuple[int, CodeFigures]] = {}
    for kind, one in figures:
        codes, whole = summed.get(kind, (0, CodeFigures()))
        summed[kind] = (codes + 1, whole + one)
    return [Source(kind, str(label), *summed[kind]) for kind, label in Code.Kind.choices if kind in summed]


def scans(days: Sequence[ScanDay]) -> Chart:
    axis = {"splitLine": {"lineStyle": {"opacity": 0.35}}, "axisLabel": {"formatter": {"yt": "number"}}}
    series = [
        (gettext("Scans"), [day.scans for day in days], "#67c3d6"),
        (gettext("Visitors"), [day.visitors for day in days], "#0e7490"),
    ]
    option = {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True},
        "legend": {"top": 0, "left": 0, "icon": "roundRect", "itemWidth": 10, "itemHeight": 10},
        "grid": {"left": 4, "right": 4, "top": 36, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": [day.day.strftime("%m-%d") for day in days],
                  "axisTick": {"show": False}, "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "minInterval": 1, **axis},
        "series": [
            {"name": name, "type": "bar", "data": data, "barMaxWidth": 14, "barGap": "-60%",
             "itemStyle": {"color": colour}}
            for name, data, colour in series
        ],
    }  # fmt: skip
    rows = [[day.day.isoformat(), day.scans, day.visitors] for day in days if day.scans]
    return Chart(option, [gettext("Day"), *(name for name, _, _ in series)], rows)
