"""Writes: the boundaries of the fifths, the ladder of tiers, segments made from a figure."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.grades import queries, scoring, states
from yutang.areas.grades.models import Boundaries, Ladder
from yutang.areas.merchants import queries as merchants
from yutang.areas.segments import services as segments
from yutang.core import audit, clock, tenancy
from yutang.core.errors import Invalid, NotAllowed
from yutang.lake import engine
from yutang.lake.tables import PERSON

if TYPE_CHECKING:
    from yutang.areas.segments.models import Segment
    from yutang.core.access import Actor

EDIT = "grades.edit"
MAX_WINDOW = 3650


@transaction.atomic
def refresh() -> Boundaries:
    """Today's boundaries from the person snapshot, for the merchant in scope. Neither a new day nor a new snapshot:
    nothing to do."""
    merchant_id = tenancy.require_merchant_id()
    day = clock.today(merchants.current_merchant(merchant_id).timezone)
    source = hashlib.sha256("\n".join(sorted(engine.files(PERSON, merchant_id))).encode()).hexdigest()
    known = Boundaries.objects.filter(day=day, source=source).first()
    if known is not None:
        return known
    made, _created = Boundaries.objects.update_or_create(
        merchant_id=merchant_id, day=day, defaults={**_fifths(day), "source": source, "computed_at": clock.now()}
    )
    return made


def _fifths(day: date) -> dict[str, object]:
    fifths = scoring.expression(scoring.FIFTHS, {"counted_to": date.fromordinal(day.toordinal() + 1)})
    steps = states.today() | {"fifths": fifths}
    row = states.ask("SELECT * FROM fifths", steps).to_pylist()[0]
    return row if row["people"] else {"people": 0, **dict.fromkeys(("recency", "frequency", "monetary"), [0] * 4)}


@transaction.atomic
def set_ladder(*, measure: str, window_days: int | None, middle_from: int, big_from: int, actor: Actor) -> Ladder:
    """A new ladder for the whole merchant, in force at once. The same again changes nothing."""
    if actor.nodes(EDIT) is not None:
        raise NotAllowed(permission=EDIT)
    ladder = checked_ladder(measure=measure, window_days=window_days, middle_from=middle_from, big_from=big_from)
    before = queries.ladder()
    fields = ("measure", "window_days", "middle_from", "big_from")
    if before.pk and all(getattr(before, name) == getattr(ladder, name) for name in fields):
        return before
    ladder.merchant_id, ladder.created_by = actor.merchant_id, actor.name
    ladder.save()
    detail = {
        "before": {name: getattr(before, name) for name in fields},
        "after": {name: getattr(ladder, name) for name in fields},
    }
    audit.record("grades.set_ladder", actor=actor, object_type="ladder", object_id=ladder.pk, detail=detail)
    return ladder


def checked_ladder(*, measure: str, window_days: int | None, middle_from: int, big_from: int) -> Ladder:
    """An unsaved ladder whose values make sense."""
    if measure not in Ladder.Measure.values:
        raise _invalid("measure", gettext("Measured by"), gettext("Choose one of the list."))
    if window_days is not None and not 1 <= window_days <= MAX_WINDOW:
        reason = gettext("Write 1 to %(limit)s days.") % {"limit": MAX_WINDOW}
        raise _invalid("window_days", gettext("Window in days"), reason)
    if not 0 < middle_from < 2**62:
        raise _invalid("middle_from", gettext("Middle fish from"), gettext("Write a value above zero."))
    if not middle_from < big_from < 2**62:
        raise _invalid("big_from", gettext("Big fish from"), gettext("This must be more than for middle fish."))
    return Ladder(measure=measure, window_days=window_days, middle_from=middle_from, big_from=big_from)


@transaction.atomic
def save_segment(*, choice: queries.Choice, name: str, description: str = "", actor: Actor) -> Segment:
    """The people behind a figure as a segment: today's follow the rule, those of a past day stay as they are."""
    actor.require(queries.VIEW)
    today = clock.today(merchants.current_merchant(actor.merchant_id).timezone)
    rule = queries.rule(choice) if choice.is_rule(today) else queries.kept_rule(choice, actor=actor)
    return segments.create(name=name, rule=rule, description=description, actor=actor)


def _invalid(field: str, label: str, reason: str) -> Invalid:
    return Invalid(field=field, field_label=label, reason=reason)
