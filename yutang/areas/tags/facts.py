"""The tags of a person as a column of the snapshot, and as something that segments may ask."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from yutang.areas.segments import registry as segments
from yutang.areas.segments.people import full_years
from yutang.areas.segments.registry import Attribute, Choice, Kind
from yutang.areas.tags import lunar
from yutang.areas.tags.kinds import KINDS
from yutang.areas.tags.models import LifeFact, Tag
from yutang.lake.tables import REGISTRY, Column, FactTable, SnapshotPart, Type

TAGS = SnapshotPart(
    columns=(Column("tags", Type.INTS, "tg.tags", gettext_noop("Tags")),),
    join="""
        LEFT JOIN (
            SELECT t.customer_id, string_agg(DISTINCT t.tag_id::text, ',') AS tags FROM tags_tagging t
            WHERE t.merchant_id = %(merchant_id)s AND t.ended_at IS NULL
              AND (t.expires_at IS NULL OR t.expires_at > now())
            GROUP BY t.customer_id
        ) tg ON tg.customer_id = c.id""",
)


def _plain(column: str) -> str:
    """Of what is sensitive nothing leaves the pool."""
    return f"CASE WHEN s.is_sensitive THEN NULL ELSE s.{column} END"


LIFE = FactTable(
    name="tags.life",
    label=gettext_noop("Life fact"),
    source="tags_lifefact",
    columns=(
        Column("id", Type.INT),
        Column("is_reversal", Type.BOOL, "s.reverses_id IS NOT NULL"),
        Column("kind", Type.TEXT, _plain("kind"), gettext_noop("Kind")),
        Column("detail", Type.TEXT, _plain("detail"), gettext_noop("Detail")),
        Column("calendar", Type.TEXT, _plain("calendar")),
        Column("month", Type.INT, _plain("month")),
        Column("day", Type.INT, _plain("day")),
        Column("is_leap", Type.BOOL, _plain("is_leap")),
        Column("born_on", Type.DATE, _plain("born_on"), gettext_noop("Birthday")),
        Column("recorded_on", Type.DATE, "(s.recorded_at AT TIME ZONE {timezone})::date", gettext_noop("Recorded")),
        Column("identity_id", Type.INT, "NULL::bigint"),
        Column("home_customer_id", Type.INT),
    ),
)


def register() -> None:
    REGISTRY.add_person_columns("tags", TAGS)
    segments.REGISTRY.add_area("tags", gettext_noop("Tags"))
    segments.REGISTRY.add_attributes(Attribute("tags.ids", gettext_noop("Tags"), Kind.CHOICES, "tags", choices=_tags))
    REGISTRY.add_fact(LIFE)
    segments.REGISTRY.add_fact(
        segments.Fact(
            key="tags.life",
            label=gettext_noop("Life fact"),
            columns=(
                Attribute("kind", gettext_noop("Kind"), Kind.CHOICE, choices=_kinds),
                Attribute("detail", gettext_noop("Detail"), Kind.CHOICE, choices=_details),
                Attribute("age", gettext_noop("Age"), Kind.INT, full_years("born_on")),
                Attribute("days_until", gettext_noop("Days until its day"), Kind.INT, lunar.days_until_sql),
                Attribute("calendar", gettext_noop("Calendar"), Kind.CHOICE, choices=_calendars),
            ),
            day="recorded_on",
            reversal="is_reversal",
            is_timeless=True,
        )
    )


def _kinds() -> list[Choice]:
    return [Choice(kind.key, gettext(kind.label)) for kind in KINDS.values() if not kind.is_sensitive]


def _details() -> list[Choice]:
    return [
        Choice(value, f"{gettext(kind.label)} · {gettext(label)}") for kind in KINDS.values()
        for value, label in kind.choices
    ]  # fmt: skip


def _calendars() -> list[Choice]:
    return [Choice(value, str(label)) for value, label in LifeFact.Calendar.choices]


def _tags() -> list[Choice]:
    tags = Tag.objects.filter(archived_at__isnull=True).select_related("group").order_by("group__name", "name")
    return [Choice(tag.pk, f"{tag.group.name} · {tag.name}", family=tag.group.name) for tag in tags]
