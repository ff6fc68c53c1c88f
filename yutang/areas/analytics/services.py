"""Writes: segments made of the people behind a report's figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.analytics.queries.behaviour import behind, steps
from yutang.areas.merchants import queries as merchants
from yutang.areas.segments import services as segments
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.areas.analytics.queries.behaviour.behind import Behind
    from yutang.areas.segments.models import Segment
    from yutang.core.access import Actor


@transaction.atomic
def save_segment(*, found: Behind, name: str, description: str = "", actor: Actor) -> Segment:
    """The known people behind a figure as a segment: by the same question where rules can ask it, else as a list
    fixed today."""
    actor.require(steps.PERMISSION)
    if found.rule is None:
        today = clock.today(merchants.current_merchant(actor.merchant_id).timezone)
        fixed = gettext("Fixed on %(day)s.") % {"day": today}
        description = f"{fixed} {description}".strip()
    return segments.create(name=name, rule=behind.kept_rule(found), description=description[:500], actor=actor)
