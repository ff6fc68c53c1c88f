"""Data that has served its purpose goes by itself: a timer per kind, with the merchant's own number of days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from yutang.areas.messaging import queries as messaging
from yutang.areas.messaging import queries_notices as notices
from yutang.areas.messaging import services as messages
from yutang.areas.privacy import consents, registry
from yutang.areas.privacy.models import Request, RetentionRule
from yutang.areas.privacy.registry import Timer
from yutang.core import audit, clock, events
from yutang.core.access import Actor
from yutang.core.errors import Invalid, NotFound

MOST_DAYS = 3650


@dataclass(frozen=True)
class Line:
    """One kind of data: how long it is kept, and how much of it the next night takes."""

    timer: Timer
    days: int
    due: int

    @property
    def is_default(self) -> bool:
        return self.days == self.timer.days


def overview(*, actor: Actor) -> list[Line]:
    consents.require_everything(actor, consents.VIEW)
    days = _days()
    return [Line(timer, days[timer.kind], timer.count(_before(days[timer.kind]))) for timer in registry.timers()]


@transaction.atomic
def keep_for(*, kind: str, days: int, actor: Actor) -> None:
    """Changes how long the merchant keeps data of a kind; takes effect in the next night."""
    consents.require_everything(actor, consents.MANAGE)
    timer = next((timer for timer in registry.timers() if timer.kind == kind), None)
    if timer is None:
        raise NotFound
    if not timer.least <= days <= MOST_DAYS:
        reason = gettext("From %(least)s to %(most)s days.") % {"least": timer.least, "most": MOST_DAYS}
        raise Invalid(field="days", field_label=gettext("Days"), reason=reason)
    before = _days()[kind]
    RetentionRule.objects.update_or_create(
        merchant_id=actor.merchant_id, kind=kind,
        defaults={"days": days, "changed_at": clock.now(), "changed_by": actor.name},
    )  # fmt: skip
    detail = {"kind": kind, "before": before, "after": days}
    audit.record("privacy.retention", actor=actor, object_type="retention", object_id=kind, detail=detail)


@transaction.atomic
def sweep(*, actor: Actor) -> dict[str, int]:
    """Removes what is too old; returns how much of each kind that was."""
    days = _days()
    gone = {timer.kind: timer.remove(_before(days[timer.kind])) for timer in registry.timers()}
    gone = {kind: count for kind, count in gone.items() if count}
    if gone:
        audit.record("privacy.retention_sweep", actor=actor, object_type="retention", detail=gone)
    return gone


def _days() -> dict[str, int]:
    own = dict(RetentionRule.objects.values_list("kind", "days"))
    return {timer.kind: own.get(timer.kind, timer.days) for timer in registry.timers()}


def _before(days: int) -> datetime:
    return clock.now() - timedelta(days=days)


# -- the timers of this floor and of those below -----------------------------------------------------------------


def register() -> None:
    registry.register_timer(
        Timer("copies", gettext_noop("Copies of a person's data"), 7, _count_copies, _remove_copies)
    )
    registry.register_timer(
        Timer(
            "one_time_codes", gettext_noop("One-time codes by text message"), 7, messaging.count_codes_before,
            messages.remove_codes_before, least=2,  # the limits look back a day
        )
    )  # fmt: skip
    registry.register_timer(
        Timer("notices", gettext_noop("Notices in the shop"), 365, notices.count_before, messages.remove_before)
    )
    registry.register_timer(
        Timer("audit", gettext_noop("Audit log"), 1095, audit.count_before, audit.remove_before, least=180)
    )
    registry.register_timer(
        Timer("events", gettext_noop("Published events"), 180, events.count_before, events.remove_before, least=7)
    )


def _old_copies(before: datetime) -> Iterable[Request]:
    return Request.objects.filter(kind=Request.Kind.EXPORT, done_at__lt=before).exclude(file="").order_by("pk")


def _count_copies(before: datetime) -> int:
    return len(list(_old_copies(before)))


def _remove_copies(before: datetime) -> int:
    gone = 0
    for request in _old_copies(before):
        (Path(settings.FILES) / request.file).unlink(missing_ok=True)
        Request.objects.filter(pk=request.pk).update(file="")
        gone += 1
    return gone
