"""Roles, guide and bringer as columns of the person snapshot, and as what segments may ask."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.merchants import queries as merchants
from yutang.areas.relations.models import PersonRole
from yutang.areas.segments import registry as segments
from yutang.areas.segments.registry import Attribute, Choice, Kind
from yutang.lake.tables import REGISTRY, Column, SnapshotPart, Type

# Of merged homes the same statement counts as on the person's page (queries.Relations).
RELATIONS = SnapshotPart(
    columns=(
        Column("roles", Type.INTS, "rr.roles", gettext_noop("Roles")),
        Column("guide", Type.INT, "rg.guide_id", gettext_noop("Guide")),
        Column("brought_by", Type.INT, "rb.bringer_id", gettext_noop("Brought by customer")),
        Column("brought", Type.INT, "COALESCE(rn.brought, 0)", gettext_noop("People brought")),
    ),
    join="""
        LEFT JOIN (
            SELECT customer_id, string_agg(DISTINCT role::text, ',') AS roles FROM relations_personrole
            WHERE merchant_id = %(merchant_id)s AND ended_at IS NULL GROUP BY customer_id
        ) rr ON rr.customer_id = c.id
        LEFT JOIN (
            SELECT DISTINCT ON (customer_id) customer_id, guide_id FROM relations_guideassignment
            WHERE merchant_id = %(merchant_id)s AND ended_at IS NULL ORDER BY customer_id, since DESC, id DESC
        ) rg ON rg.customer_id = c.id
        LEFT JOIN relations_referral rb ON rb.merchant_id = c.merchant_id AND rb.customer_id = c.id AND rb.is_standing
        LEFT JOIN (
            SELECT bringer_id, count(*) AS brought FROM relations_referral
            WHERE merchant_id = %(merchant_id)s AND is_standing GROUP BY bringer_id
        ) rn ON rn.bringer_id = c.id""",
)


def register() -> None:
    REGISTRY.add_person_columns("relations", RELATIONS)
    segments.REGISTRY.add_area("relations", gettext_noop("Relations"))
    segments.REGISTRY.add_attributes(
        Attribute("relations.roles", gettext_noop("Roles"), Kind.CHOICES, choices=_roles),
        Attribute("relations.guide", gettext_noop("Guide"), Kind.CHOICE, choices=_guides, is_numbered=True),
        Attribute("relations.brought_by", gettext_noop("Brought by customer"), Kind.INT, is_charted=False),
        Attribute("relations.is_brought", gettext_noop("Was brought by somebody"), Kind.BOOL, "brought_by IS NOT NULL"),
        Attribute("relations.brought", gettext_noop("People brought"), Kind.INT),
    )


def _roles() -> list[Choice]:
    return [Choice(value, str(label)) for value, label in PersonRole.Role.choices]


def _guides() -> list[Choice]:
    """Former colleagues too: people may still be theirs. Who sees some stores only is offered those of these stores."""
    return [Choice(number, name, node) for number, name, node in merchants.every_colleague()]
