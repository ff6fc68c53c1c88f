"""When a store is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.merchants import rules
from yutang.areas.merchants.errors import BadSetting, BeyondOwnRights
from yutang.areas.merchants.models import OpeningHours, OrgNode
from yutang.areas.merchants.rules import Span
from yutang.core import audit
from yutang.core.access import Actor

MOST_DAYS = 366


@transaction.atomic
def set_hours(
    *, node: OrgNode, week: Mapping[int, Sequence[Span]], days: Mapping[date, Sequence[Span]], actor: Actor
) -> None:
    """The whole week and all days that differ take the place of what was said before; a weekday without spans, or
    missing, is closed. Times are those of the merchant's time zone."""
    nodes = actor.nodes("settings.edit")
    if nodes is not None and node.pk not in nodes:
        raise BeyondOwnRights
    for spans in (*week.values(), *days.values()):
        if not rules.are_in_order(spans):
            raise BadSetting(
                field="week", field_label=gettext("Opening hours"), value=", ".join(str(span) for span in spans)
            )
    if set(week) - set(range(7)) or len(days) > MOST_DAYS:
        raise BadSetting(field="days", field_label=gettext("Days that differ"), value=len(days))
    OrgNode.objects.select_for_update(no_key=True).get(pk=node.pk)  # two who save at once: one after the other
    OpeningHours.objects.filter(node=node).delete()
    rows: list[OpeningHours] = []
    for weekday in range(7):
        rows += _rows(node, week.get(weekday, ()), weekday=weekday)
    for day, spans in sorted(days.items()):
        rows += _rows(node, spans, day=day)
    OpeningHours.objects.bulk_create(rows)
    audit.record(
        "nodes.hours", actor=actor, object_type="node", object_id=node.pk,
        detail={
            "code": node.code, "week": [[str(span) for span in week.get(weekday, ())] for weekday in range(7)],
            "days": {day.isoformat(): [str(span) for span in spans] for day, spans in sorted(days.items())},
        },
    )  # fmt: skip


def _rows(
    node: OrgNode, spans: Sequence[Span], *, weekday: int | None = None, day: date | None = None
) -> list[OpeningHours]:
    edges: list[tuple[int | None, int | None]] = [(span.opens, span.closes) for span in spans]
    return [
        OpeningHours(merchant_id=node.merchant_id, node=node, weekday=weekday, day=day, opens=opens, closes=closes)
        for opens, closes in edges or [(None, None)]
    ]
