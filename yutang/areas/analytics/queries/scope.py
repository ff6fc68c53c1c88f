"""Which days and which stores a question is about, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from yutang.areas.analytics import views
from yutang.areas.analytics.errors import BadDate, BadPeriod
from yutang.areas.merchants import queries as merchants
from yutang.lake import engine

if TYPE_CHECKING:
    from datetime import datetime

    import pyarrow as pa

    from yutang.core.access import Actor

PERMISSION = "home.view"


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included. No first day: from the beginning."""

    since: date | None
    until: date

    def __post_init__(self) -> None:
        if self.since is not None and self.since > self.until:
            raise BadPeriod(field="since", since=self.since, until=self.until)

    @property
    def days(self) -> int | None:
        return None if self.since is None else (self.until - self.since).days + 1

    def before(self) -> Period | None:
        """The period of the same length just before; None where there is no beginning."""
        if self.since is None or self.days is None or self.since.toordinal() <= self.days:
            return None
        return Period(self.since - timedelta(days=self.days), self.since - timedelta(days=1))


@dataclass(frozen=True)
class Scope:
    """Bound values of a question: `nodes` None is the whole merchant, an empty tuple nothing at all."""

    since: date
    until: date
    nodes: tuple[int, ...] | None

    def values(self) -> dict[str, Any]:
        return {
            "since": self.since,
            "until": self.until,
            "nodes": None if self.nodes is None else list(self.nodes),
        }


def scope(
    *, at: date | None = None, period: Period | None = None, nodes: frozenset[int] | None = None, actor: Actor
) -> Scope:
    """`at`: everything up to that day; without it and without a period, everything known. Needs `home.view`.

    `nodes` are org nodes, everything below included; the actor's own reach narrows them.
    """
    reach = visible_nodes(nodes, actor)
    kept = None if reach is None else tuple(sorted(reach))
    if period is not None:
        return Scope(period.since or date.min, period.until, kept)
    return Scope(date.min, at or date.max, kept)


def visible_nodes(nodes: frozenset[int] | None, actor: Actor, permission: str = PERMISSION) -> frozenset[int] | None:
    """The chosen nodes and everything below, as far as the actor may see; None: the whole merchant."""
    reach = actor.nodes(permission)
    if nodes is None:
        return reach
    chosen = merchants.descendants(nodes)
    return chosen if reach is None else chosen & reach


def day_from(text: str, field: str) -> date:
    """A day as people type it into an address or a command, away from the calendar's ends: periods are counted on."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadDate(field=field, field_label=field, reason="", value=text) from error
    if not 1900 <= day.year <= 9000:
        raise BadDate(field=field, field_label=field, reason="", value=text)
    return day


def ask(select: str, asked: Scope, **more: Any) -> pa.Table:
    """Rows of a SELECT over the steps of `views.py`."""
    tree = views.compose(select)
    values = {**asked.values(), **more}
    used = views.parameters(tree)
    return engine.query(tree, **{name: value for name, value in values.items() if name in used})


def as_of() -> datetime | None:
    """Up to which instant the figures hold everything; None before the first pass of the lake's writer."""
    return engine.as_of()
