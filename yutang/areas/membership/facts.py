"""Level, growth and card of a person as columns of the snapshot, and as something that segments may ask."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.membership import queries
from yutang.areas.segments import registry as segments
from yutang.areas.segments.registry import Attribute, Choice, Kind
from yutang.lake.tables import REGISTRY, Column, SnapshotPart, Type

# Who has no row of their own stands on the lowest level, if nothing is needed for it.
MEMBERSHIP = SnapshotPart(
    columns=(
        Column("growth", Type.INT, "COALESCE(mm.growth, 0)", gettext_noop("Growth")),
        Column("level", Type.INT, "COALESCE(mm.level_id, ml.id)", gettext_noop("Member level")),
        Column("has_card", Type.BOOL, "COALESCE(mc.has_card, false)", gettext_noop("Membership card")),
    ),
    join="""
        LEFT JOIN membership_member mm ON mm.merchant_id = c.merchant_id AND mm.customer_id = c.id
        LEFT JOIN membership_level ml
               ON ml.merchant_id = c.merchant_id AND ml.threshold = 0 AND ml.archived_at IS NULL
        LEFT JOIN (
            SELECT k.customer_id, true AS has_card FROM membership_card k
            WHERE k.merchant_id = %(merchant_id)s AND k.state = 'active' AND k.starts_at <= now() AND k.ends_at > now()
            GROUP BY k.customer_id
        ) mc ON mc.customer_id = c.id""",
)


def register() -> None:
    REGISTRY.add_person_columns("membership", MEMBERSHIP)
    segments.REGISTRY.add_area("membership", gettext_noop("Membership"))
    segments.REGISTRY.add_attributes(
        Attribute("membership.growth", gettext_noop("Growth"), Kind.INT),
        Attribute(
            "membership.level", gettext_noop("Member level"), Kind.CHOICE, "level", choices=_levels, is_numbered=True
        ),
        Attribute("membership.card", gettext_noop("Has a membership card"), Kind.BOOL, "has_card"),
    )


def _levels() -> list[Choice]:
    return [Choice(level.pk, level.name) for level in queries.levels()]
