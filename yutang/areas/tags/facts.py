"""The tags of a person as a column of the snapshot, and as something that segments may ask."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.segments import registry as segments
from yutang.areas.segments.registry import Attribute, Choice, Kind
from yutang.areas.tags.models import Tag
from yutang.lake.tables import REGISTRY, Column, SnapshotPart, Type

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


def register() -> None:
    REGISTRY.add_person_columns("tags", TAGS)
    segments.REGISTRY.add_area("tags", gettext_noop("Tags"))
    segments.REGISTRY.add_attributes(Attribute("tags.ids", gettext_noop("Tags"), Kind.CHOICES, "tags", choices=_tags))


def _tags() -> list[Choice]:
    tags = Tag.objects.filter(archived_at__isnull=True).select_related("group").order_by("group__name", "name")
    return [Choice(tag.pk, f"{tag.group.name} · {tag.name}") for tag in tags]
