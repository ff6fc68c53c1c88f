"""The ladder and the rules of growth."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from yutang.areas.membership import queries
from yutang.areas.membership.benefits import MOST_OFF, MOST_POINTS, Benefits
from yutang.areas.membership.errors import LevelInUse, LevelTaken
from yutang.areas.membership.models import Level, Member, Scheme
from yutang.areas.membership.services import judging
from yutang.core import audit, clock, jobs, rewards
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from yutang.core.access import Actor

MOST_LEVELS, MOST_GROWTH = 20, 10**12


@dataclass(frozen=True)
class Draft:
    """A level as it is written. `key` counts only when it is made."""

    name: str
    threshold: int
    keep: int | None = None
    icon: str = "star"
    colour: str = Level.Colour.BLUE
    benefits: Benefits = dataclasses.field(default_factory=Benefits)


@transaction.atomic
def save_level(*, level_id: int | None = None, key: str = "", draft: Draft, actor: Actor) -> Level:
    """A new level, or what is written over one. People move with the next look at everybody, which begins at once.
    Invalid, LevelTaken, NotFound."""
    queries.require_everywhere(actor)
    _check(draft)
    if level_id is None:
        if queries.levels().count() >= MOST_LEVELS:
            raise _invalid("name", gettext("Level"), gettext("There are enough levels."))
        level = Level(merchant_id=actor.merchant_id, key=key)
    else:
        level = queries.level(level_id)
    level.name, level.threshold, level.keep = draft.name, draft.threshold, draft.keep
    level.icon, level.colour, level.benefits = draft.icon, draft.colour, draft.benefits.as_json
    try:
        with transaction.atomic():
            level.save()
    except IntegrityError as error:
        raise LevelTaken(field="key" if level_id is None else "threshold") from error
    audit.record(
        "membership.save_level", actor=actor, object_type="level", object_id=level.pk,
        detail={"key": level.key, "threshold": level.threshold, "keep": level.keep},
    )  # fmt: skip
    _look_again(actor)
    return level


@transaction.atomic
def archive_level(*, level_id: int, actor: Actor) -> Level:
    """LevelInUse while somebody has it."""
    queries.require_everywhere(actor)
    level = Level.objects.select_for_update().filter(pk=level_id, archived_at=None).first() or queries.level(level_id)
    people = Member.objects.filter(level=level).count()
    if people:
        raise LevelInUse(people=people)
    level.archived_at = clock.now()
    level.save(update_fields=["archived_at"])
    audit.record("membership.archive_level", actor=actor, object_type="level", object_id=level.pk)
    return level


@transaction.atomic
def save_scheme(
    *, spend_per_growth: int, review_growth: int, review_limit: int, keep_months: int, grace_days: int, actor: Actor
) -> Scheme:  # fmt: skip
    """Growth that people have stays theirs; what comes counts by the new rules."""
    queries.require_everywhere(actor)
    values = {
        "spend_per_growth": spend_per_growth, "review_growth": review_growth, "review_limit": review_limit,
        "keep_months": keep_months, "grace_days": grace_days,
    }  # fmt: skip
    bounds = {"keep_months": (1, 60), "grace_days": (0, 365), "spend_per_growth": (0, 10**9)}
    for name, value in values.items():
        least, most = bounds.get(name, (0, 10**6))
        if not least <= value <= most:
            said = gettext("Write %(least)s to %(most)s.") % {"least": least, "most": most}
            raise _invalid(name, gettext("Rules of growth"), said)
    scheme, _ = Scheme.objects.update_or_create(
        merchant_id=actor.merchant_id,
        defaults={**values, "updated_at": clock.now(), "updated_by": actor.name[:200]},
    )
    audit.record("membership.save_scheme", actor=actor, object_type="scheme", object_id=scheme.pk, detail=values)
    _look_again(actor)
    return scheme


def check_benefits(given: Benefits) -> None:
    """Invalid, and what rewards raise."""
    if not 0 <= given.percent_off <= MOST_OFF:
        said = gettext("Write %(least)s to %(most)s.") % {"least": 0, "most": MOST_OFF}
        raise _invalid("percent_off", gettext("Percent off"), said)
    if not 100 <= given.points_percent <= MOST_POINTS:
        said = gettext("Write %(least)s to %(most)s.") % {"least": 100, "most": MOST_POINTS}
        raise _invalid("points_percent", gettext("More points"), said)
    if given.free_freight_from is not None and not 0 <= given.free_freight_from <= MOST_GROWTH:
        raise _invalid("free_freight_from", gettext("Free delivery"), gettext("Write an amount, or nothing."))
    rewards.check(given.birthday)
    rewards.check(given.monthly)


def _check(draft: Draft) -> None:
    if not draft.name.strip():
        raise _invalid("name", gettext("Name"), gettext("Give it a name."))
    if not 0 <= draft.threshold <= MOST_GROWTH:
        raise _invalid("threshold", gettext("Reached from"), gettext("Write a number from 0 on."))
    if draft.keep is not None and not (0 < draft.keep <= MOST_GROWTH and draft.threshold):
        said = gettext("Write a number above 0, or nothing. The lowest level is kept for good.")
        raise _invalid("keep", gettext("Kept with"), said)
    check_benefits(draft.benefits)


def _look_again(actor: Actor) -> None:
    judging.judge_all_again(actor=actor)
    jobs.defer("membership.judge", queueing_lock=f"membership.judge:{actor.merchant_id}", merchant_id=actor.merchant_id)


def _invalid(field: str, label: str, reason: str) -> Invalid:
    return Invalid(field=field, field_label=label, reason=reason)
