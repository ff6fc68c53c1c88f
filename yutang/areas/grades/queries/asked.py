"""Which day and which stores a question is about, who asks, and what holds for the merchant."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Subquery
from django.db.models.functions import JSONObject

from yutang.areas.grades.errors import BadDay, DaysTurned
from yutang.areas.grades.models import Boundaries, Ladder
from yutang.areas.grades.states import Asked
from yutang.areas.merchants import queries as merchants
from yutang.core import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.core.access import Actor

VIEW = "grades.view"


def boundaries() -> Boundaries | None:
    """The newest; None before the first computation."""
    return Boundaries.objects.order_by("-day").first()


def boundaries_and_ladder() -> tuple[Boundaries, Ladder] | None:
    """Both in one query; None before the first computation."""
    fields = ("measure", "window_days", "middle_from", "big_from", "created_by")
    newest = Ladder.objects.order_by("-id").values(values=JSONObject(**{name: name for name in fields}))[:1]
    kept = Boundaries.objects.annotate(ladder=Subquery(newest)).order_by("-day").first()
    return None if kept is None else (kept, Ladder(**kept.ladder) if kept.ladder else _first_ladder())


def ladders() -> QuerySet[Ladder]:
    """Every ladder that was ever in force, the newest first."""
    return Ladder.objects.order_by("-id")


def ladder() -> Ladder:
    """The one in force. Before the merchant sets one: two purchases make a middle fish, five a big one."""
    return ladders().first() or _first_ladder()


def _first_ladder() -> Ladder:
    return Ladder(measure=Ladder.Measure.PURCHASES, window_days=None, middle_from=2, big_from=5, created_by="")


def asked(*, day: date | None = None, nodes: frozenset[int] | None = None, actor: Actor) -> Asked:
    """A question about a day (None, or today: now) and the people at home in these nodes, as far as the actor sees."""
    today = clock.today(merchants.current_merchant(actor.merchant_id).timezone)
    past = day if day is not None and day < today else None
    return Asked(past, today, visible(nodes, actor), boundaries() if past is None else None)


def pair(*, since: date, until: date | None, nodes: frozenset[int] | None = None, actor: Actor) -> tuple[Asked, Asked]:
    """Two days to compare, the first before the second."""
    later = asked(day=until, nodes=nodes, actor=actor)
    if since >= later.until:
        raise DaysTurned(field="since")
    return asked(day=since, nodes=nodes, actor=actor), later


def visible(nodes: frozenset[int] | None, actor: Actor) -> frozenset[int] | None:
    """The chosen nodes and everything below, cut to the actor's reach; None is the whole merchant."""
    reach = actor.nodes(VIEW)
    if nodes is None:
        return reach
    chosen = frozenset(merchants.descendants(nodes))
    return chosen if reach is None else chosen & reach


def day_from(text: str, field: str) -> date:
    """A day as people type it into an address."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadDay(field=field, value=text[:40]) from error
    if not 1900 <= day.year <= 9000:
        raise BadDay(field=field, value=text[:40])
    return day
