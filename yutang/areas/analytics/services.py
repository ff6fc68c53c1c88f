"""Writes: segments made of the people behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.analytics import queries
from yutang.areas.analytics.errors import NobodyKnown, TooManyToKeep
from yutang.areas.analytics.queries.behaviour import behind, steps
from yutang.areas.grades import queries as grades
from yutang.areas.merchants import queries as merchants
from yutang.areas.segments import services as segments
from yutang.areas.segments.parser import MAX_VALUES
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.areas.analytics.queries.behaviour.behind import Behind
    from yutang.areas.segments.models import Segment
    from yutang.core.access import Actor


FIGURES = "home.view"


@transaction.atomic
def save_figure(
    *, key: str, period: queries.Period, nodes: frozenset[int] | None, name: str, actor: Actor
) -> Segment:  # fmt: skip
    """The known people of a figure's rows as a segment: a list fixed today, since rules cannot ask for days and stores
    of every figure."""
    actor.require(FIGURES)
    people = queries.people_behind(key, period=period, nodes=nodes, limit=MAX_VALUES + 1, actor=actor)
    if not people:
        raise NobodyKnown
    if len(people) > MAX_VALUES:
        raise TooManyToKeep(people=f"> {MAX_VALUES:,}", limit=MAX_VALUES)
    days = gettext("%(since)s to %(until)s") % {"since": period.since or "…", "until": period.until}
    description = f"{_fixed(actor)} {queries.definition(key).name}, {days}"
    return segments.create(name=name, rule=grades.numbered(people), description=description[:500], actor=actor)


@transaction.atomic
def save_segment(*, found: Behind, name: str, description: str = "", actor: Actor) -> Segment:
    """The known people behind a figure as a segment: by the same question where rules can ask it, else as a list
    fixed today."""
    actor.require(steps.PERMISSION)
    if found.rule is None:
        description = f"{_fixed(actor)} {description}".strip()
    return segments.create(name=name, rule=behind.kept_rule(found), description=description[:500], actor=actor)


def _fixed(actor: Actor) -> str:
    today = clock.today(merchants.current_merchant(actor.merchant_id).timezone)
    return gettext("Fixed on %(day)s.") % {"day": today}
