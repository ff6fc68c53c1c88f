"""What is known of a person without any direct identifier, and how facts find their person of today."""

from __future__ import annotations

import pyarrow as pa
from django.utils.translation import gettext_noop

from yutang.lake import engine, source
from yutang.lake.tables import REGISTRY, Column, SnapshotPart, Type

PROFILE = SnapshotPart(
    columns=(
        Column("customer_id", Type.INT, "c.id"),
        Column("source", Type.TEXT, "c.source", gettext_noop("First source")),
        Column("gender", Type.TEXT, "c.gender", gettext_noop("Gender")),
        Column("birthday", Type.DATE, "c.birthday", gettext_noop("Birthday")),
        Column("country", Type.TEXT, "c.country", gettext_noop("Country")),
        Column("province", Type.TEXT, "c.province", gettext_noop("Province")),
        Column("city", Type.TEXT, "c.city", gettext_noop("City")),
        Column("accepts_marketing", Type.BOOL, "c.accepts_marketing", gettext_noop("Accepts marketing")),
        Column("home_node_id", Type.INT, "c.home_node_id", gettext_noop("Home store")),
        Column(
            "first_seen_on", Type.DATE, "(c.first_seen_at AT TIME ZONE {timezone})::date", gettext_noop("First seen")
        ),
    )
)

_SCHEMA = pa.schema([("source", pa.int64()), ("customer_id", pa.int64())])


def redirects() -> engine.Redirects:
    """Merged people → the root of their tree; identities that were taken off a person → whose they are now."""
    return engine.Redirects(
        people=source.read(
            """
            WITH RECURSIVE root AS (
                SELECT c.id, c.merged_into_id AS at FROM customers_customer c WHERE c.merged_into_id IS NOT NULL
                UNION ALL
                SELECT r.id, c.merged_into_id FROM root r JOIN customers_customer c ON c.id = r.at
                WHERE c.merged_into_id IS NOT NULL
            )
            SELECT r.id, r.at FROM root r JOIN customers_customer c ON c.id = r.at WHERE c.merged_into_id IS NULL
            """,
            {},
            _SCHEMA,
        ),
        identities=source.read("SELECT id, customer_id FROM customers_identity WHERE is_split", {}, _SCHEMA),
    )


def register() -> None:
    REGISTRY.add_person_columns("customers", PROFILE)
    engine.provide_redirects(redirects)
