"""The days and the store that every figure on the page is about; kept in the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from yutang.areas.analytics import queries
from yutang.areas.merchants import queries as merchants
from yutang.core import clock
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.utils.functional import _StrPromise

DEFAULT = "30d"
PRESETS: dict[str, tuple[_StrPromise, Callable[[date], date | None], Callable[[date], date]]] = {
    "today": (_("Today"), lambda day: day, lambda day: day),
    "yesterday": (_("Yesterday"), lambda day: day - timedelta(days=1), lambda day: day - timedelta(days=1)),
    "7d": (_("Last 7 days"), lambda day: day - timedelta(days=6), lambda day: day),
    "30d": (_("Last 30 days"), lambda day: day - timedelta(days=29), lambda day: day),
    "month": (_("This month"), lambda day: day.replace(day=1), lambda day: day),
    "year": (_("This year"), lambda day: day.replace(month=1, day=1), lambda day: day),
    "all": (_("All time"), lambda _day: None, lambda day: day),
}


@dataclass(frozen=True)
class Preset:
    key: str
    label: str
    address: str
    is_active: bool


@dataclass(frozen=True)
class Place:
    """A store or region to choose; `level` indents it below its parent."""

    id: int
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Filters:
    period: queries.Period
    range: str  # a preset's key, or "custom"
    store: int | None
    places: tuple[Place, ...]
    today: date

    @property
    def nodes(self) -> frozenset[int] | None:
        return None if self.store is None else frozenset({self.store})

    @property
    def query(self) -> str:
        """`?range=7d&store=3`, to hang on any address about the same days and store; empty for the usual ones."""
        return self._address(self.range)

    @property
    def presets(self) -> list[Preset]:
        return [
            Preset(key, str(label), self._address(key) or "?", key == self.range)
            for key, (label, *_) in PRESETS.items()
        ]

    @property
    def is_usual(self) -> bool:
        return self.range == DEFAULT and self.store is None

    def _address(self, key: str) -> str:
        values: dict[str, object] = {}
        if key == "custom":
            values |= {"since": self.period.since or "", "until": self.period.until}
        elif key != DEFAULT:
            values["range"] = key
        if self.store is not None:
            values["store"] = self.store
        return f"?{urlencode(values)}" if values else ""


def read(request: HttpRequest) -> Filters:
    """What the address says. Unreadable days are refused by name; a store out of reach does not exist."""
    today = clock.today(request.merchant.timezone)
    chosen, period = _period(request, today)
    reach = queries.visible_nodes(None, request.actor)
    places, store = _places(reach, request.GET.get("store", ""))
    return Filters(period=period, range=chosen, store=store, places=places, today=today)


def _period(request: HttpRequest, today: date) -> tuple[str, queries.Period]:
    since, until = request.GET.get("since", ""), request.GET.get("until", "")
    if since or until:
        last = queries.day_from(until, "until") if until else today
        return "custom", queries.Period(queries.day_from(since, "since") if since else None, last)
    key = request.GET.get("range", DEFAULT)
    if key not in PRESETS:
        key = DEFAULT
    _label, first, last_of = PRESETS[key]
    return key, queries.Period(first(today), last_of(today))


def _places(reach: frozenset[int] | None, wanted: str) -> tuple[tuple[Place, ...], int | None]:
    nodes = [node for node in merchants.tree() if reach is None or node.pk in reach]
    if wanted and wanted not in {str(node.pk) for node in nodes}:
        raise NotFound(field="store")
    whole = {node.pk for node in nodes if node.parent_id is None}
    store = int(wanted) if wanted and int(wanted) not in whole else None
    depth: dict[int | None, int] = {}
    places = []
    for node in nodes:
        depth[node.pk] = depth.get(node.parent_id, -1) + 1
        if node.parent_id is not None:
            indent = "\u2003" * max(0, depth[node.pk] - (1 if reach is None else 0))
            places.append(Place(node.pk, indent + node.name, node.pk == store))
    return tuple(places), store
