"""Figures as screens show them: formatted value, change with its meaning, sparkline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.numbers import format_compact_currency
from django.utils.translation import get_language, gettext, ngettext

from yutang.areas.analytics import queries
from yutang.areas.analytics.registry import Unit
from yutang.core import money as money_rules
from yutang.ui.templatetags import ui

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.analytics.queries import Board, MetricValue

WIDTH, HEIGHT = 100, 28  # of a sparkline's own coordinates
COMPACT_FROM = 1_000_000  # whole units of the currency: from there on a card says ¥178.34万


@dataclass(frozen=True)
class Card:
    key: str
    label: str
    hint: str
    value: str
    exact: str
    change: str  # "" where there is no period before
    direction: str  # "up", "down", "flat"
    mood: str  # "good", "bad", "neutral": whether that is welcome
    line: str  # points of the sparkline, "" without one
    area: str


def card(board: Board, key: str, currency: str) -> Card:
    metric, value, change = board.metric(key), board.now[key], board.change(key)
    points = _points(board.charts.sparks.get(key, ()))
    direction = "flat" if not change or abs(change) < 0.0005 else "up" if change > 0 else "down"
    mood = "neutral"
    if direction != "flat" and metric.higher_is_better is not None:
        mood = "good" if (direction == "up") == metric.higher_is_better else "bad"
    return Card(
        key=key,
        label=gettext(metric.name),
        hint=gettext(metric.definition),
        value=text(value, currency, compact=True),
        exact=text(value, currency),
        change="" if change is None else _change(abs(change), metric.unit),
        direction=direction,
        mood=mood,
        line=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        area=" ".join(f"{x:.1f},{y:.1f}" for x, y in [(0.0, HEIGHT), *points, (WIDTH, HEIGHT)]) if points else "",
    )


def text(found: MetricValue, currency: str, *, compact: bool = False) -> str:
    value = found.value
    if value is None:
        return "–"
    if found.unit is Unit.MONEY:
        return amount(round(value), currency, compact=compact)
    if found.unit is Unit.RATIO:
        return ui.percent(value)
    if found.unit is Unit.DAYS:
        shown = ui.number(value, 0 if float(value).is_integer() else 1)
        return ngettext("%(days)s day", "%(days)s days", round(value)) % {"days": shown}
    return ui.number(value, 0 if found.unit is Unit.COUNT else 2)


def amount(minor: int, currency: str, *, compact: bool = False) -> str:
    """Minor units as money; compact where a card would burst."""
    whole = money_rules.to_decimal(minor, currency)
    if compact and abs(whole) >= COMPACT_FROM:
        locale = "zh_Hans_CN" if (get_language() or "zh").startswith("zh") else "en"
        return format_compact_currency(whole, currency, locale=locale, fraction_digits=2)
    return ui.money(minor, currency)


def cards(board: Board, keys: Sequence[str], currency: str) -> list[Card]:
    return [card(board, key, currency) for key in keys]


def definition(key: str) -> queries.Definition:
    return queries.definition(key)


def _change(size: float, unit: Unit) -> str:
    if unit is Unit.RATIO:
        return gettext("%(points)s pp") % {"points": ui.number(size * 100, 1)}
    return ui.percent(size) if size < 10 else gettext("%(times)s times") % {"times": ui.number(size + 1, 0)}


def _points(values: Sequence[float | None]) -> list[tuple[float, float]]:
    known = [value for value in values if value is not None]
    if len(known) < 3:
        return []
    low, high = min(known), max(known)
    spread = (high - low) or 1
    step = WIDTH / (len(values) - 1)
    return [
        (place * step, HEIGHT - 3 - (value - low) / spread * (HEIGHT - 6))
        for place, value in enumerate(values)
        if value is not None
    ]
