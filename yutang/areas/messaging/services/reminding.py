"""Reminders: every day each merchant's people are looked through, kind by kind and chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.messaging import kinds
from yutang.areas.messaging import queries_notices as queries
from yutang.areas.messaging.models import ReminderRule, ReminderRun, ReminderTerms
from yutang.areas.messaging.queries import require_everything
from yutang.areas.messaging.services.notices import tell
from yutang.core import audit, clock, tenancy
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from yutang.areas.messaging.queries_notices import Setting
    from yutang.core.access import Actor

CHUNK = 2_000


def remind_next(*, actor: Actor, chunk: int = CHUNK) -> bool:
    """The next chunk of today's reminders, in a transaction of its own; False when there is none left, or it is too
    early. Killed at any moment it goes on where the last chunk ended."""
    with tenancy.scope(actor.merchant_id):
        day = queries.today()
        if day.now.astimezone(ZoneInfo(day.timezone)).hour < queries.hour():
            return False
        done = set(ReminderRun.objects.filter(day=day.on, finished_at__isnull=False).values_list("kind", flat=True))
        waiting = [one for one in queries.settings() if one.is_on and one.kind.find and one.kind.key not in done]
        if not waiting:
            return False
        _go_on(waiting[0], day, chunk)
        return True


def _go_on(setting: Setting, day: queries.Day, chunk: int) -> None:
    """Whoever comes at the same time waits for the row, and goes on behind."""
    find = setting.kind.find
    assert find is not None
    which = {"merchant_id": day.merchant_id, "day": day.on, "kind": setting.kind.key}
    ReminderRun.objects.bulk_create([ReminderRun(**which)], ignore_conflicts=True)
    run = ReminderRun.objects.select_for_update().get(**which)
    if run.finished_at is not None:
        return
    place = {"after_at": run.after_at, "after_id": run.after_id}
    seen, told, at, last = tell(setting.kind, find.sql, {**day.values(find, setting.days, chunk), **place})
    if seen:
        run.after_at, run.after_id, run.seen, run.told = at, last, run.seen + seen, run.told + told
    else:
        run.finished_at = clock.now()
    run.save()


# -- what the merchant decides -----------------------------------------------------------------------------------------


@transaction.atomic
def save_reminders(*, hour: int, rules: Mapping[str, tuple[bool, int | None]], actor: Actor) -> None:
    """The hour of the day, and of each kind whether it is told and how many days ahead. Kinds that are not named stay
    as they are. Invalid."""
    require_everything(actor)
    if not 0 <= hour <= 23:
        raise Invalid(field="hour", field_label=gettext("Hour"), reason=_from_to(0, 23))
    for key, (_, days) in rules.items():
        kind = kinds.get(key)
        if kind is None:
            raise Invalid(field="kind", field_label=gettext("Kind"), reason=gettext("This is not known here."))
        if kind.days is not None and (days is None or not 1 <= days <= kind.most_days):
            raise Invalid(field=f"days-{key}", field_label=gettext(kind.label), reason=_from_to(1, kind.most_days))
    before = _saved()
    ReminderTerms.objects.update_or_create(merchant_id=actor.merchant_id, defaults={"hour": hour})
    for key, (is_on, days) in rules.items():
        has_days = kinds.get(key).days is not None  # type: ignore[union-attr]  # looked at above
        ReminderRule.objects.update_or_create(
            merchant_id=actor.merchant_id, kind=key, defaults={"is_on": is_on, "days": days if has_days else None}
        )
    detail = {"before": before, "after": _saved()}
    if detail["before"] != detail["after"]:
        audit.record("messaging.save_reminders", actor=actor, object_type="reminders", detail=detail)


def _saved() -> dict[str, Any]:
    rules = {one.kind.key: {"is_on": one.is_on, "days": one.days} for one in queries.settings()}
    return {"hour": queries.hour(), "kinds": rules}


def _from_to(least: int, most: int) -> str:
    return gettext("From %(least)s to %(most)s.") % {"least": least, "most": most}
