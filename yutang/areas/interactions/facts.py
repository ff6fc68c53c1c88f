"""What interactions put into the lake, what segments may ask of them, and how visitors become people."""

from __future__ import annotations

import pyarrow as pa
from django.utils.translation import gettext_noop, ngettext

from yutang.areas.interactions import kinds
from yutang.areas.interactions.models import Code
from yutang.areas.segments import registry as segments
from yutang.areas.segments.registry import Attribute, Choice, Kind, Unit
from yutang.lake import engine, source
from yutang.lake.tables import REGISTRY, Column, FactTable, SnapshotPart, Type

EVENT = FactTable(
    name="interactions.event",
    label=gettext_noop("Interaction"),
    source="interactions_interaction",
    columns=(
        Column("id", Type.INT),
        Column("kind", Type.TEXT, label=gettext_noop("Kind")),
        Column("occurred_at", Type.TIME, label=gettext_noop("Time")),
        Column("occurred_on", Type.DATE, "(s.occurred_at AT TIME ZONE {timezone})::date", gettext_noop("Day")),
        Column("visitor_id", Type.INT),
        Column("identity_id", Type.INT),
        # Until the person is known the visitor's number stands for it; numbers of both come from one sequence.
        Column("home_customer_id", Type.INT, "COALESCE(s.home_customer_id, s.visitor_id)"),
        Column("channel", Type.TEXT, label=gettext_noop("Channel")),
        Column("page", Type.TEXT, label=gettext_noop("Page")),
        Column("source", Type.TEXT, label=gettext_noop("Came from")),
        Column("item", Type.TEXT, label=gettext_noop("Item")),
    ),
    is_archive=True,
)

# The codes by which a person came, over all browsers and accounts.
ARRIVAL = SnapshotPart(
    columns=(
        Column("first_code", Type.INT, "ia.first_code", gettext_noop("First code")),
        Column("first_code_on", Type.DATE, "(ia.first_at AT TIME ZONE {timezone})::date", gettext_noop("First scan")),
        Column("latest_code", Type.INT, "ia.latest_code", gettext_noop("Latest code")),
        Column(
            "latest_code_on", Type.DATE, "(ia.latest_at AT TIME ZONE {timezone})::date", gettext_noop("Latest scan")
        ),
    ),
    join="""
        LEFT JOIN (
            SELECT customer_id, (array_agg(first_code_id ORDER BY first_code_at, id))[1] AS first_code,
                   min(first_code_at) AS first_at,
                   (array_agg(latest_code_id ORDER BY latest_code_at DESC, id DESC))[1] AS latest_code,
                   max(latest_code_at) AS latest_at
            FROM interactions_visitor
            WHERE customer_id IS NOT NULL AND first_code_id IS NOT NULL
            GROUP BY customer_id
        ) ia ON ia.customer_id = c.id""",
)

_SCHEMA = pa.schema([("source", pa.int64()), ("customer_id", pa.int64())])


def redirects() -> engine.Redirects:
    """Visitors that were recognised → their person of today."""
    return engine.Redirects(
        people=source.read(
            "SELECT id, customer_id FROM interactions_visitor WHERE customer_id IS NOT NULL", {}, _SCHEMA
        ),
        identities=_SCHEMA.empty_table(),
    )


def register() -> None:
    REGISTRY.add_fact(EVENT)
    REGISTRY.add_person_columns("interactions", ARRIVAL)
    engine.provide_redirects(redirects, fact=EVENT.name)
    segments.REGISTRY.add_area("interactions", gettext_noop("Interactions"))
    segments.REGISTRY.add_attributes(
        Attribute("interactions.first_code", gettext_noop("First code"), Kind.CHOICE, choices=_codes, is_numbered=True),
        Attribute("interactions.first_code_on", gettext_noop("First scan"), Kind.DATE),
        Attribute(
            "interactions.latest_code", gettext_noop("Latest code"), Kind.CHOICE, choices=_codes, is_numbered=True
        ),
        Attribute("interactions.latest_code_on", gettext_noop("Latest scan"), Kind.DATE),
    )
    segments.REGISTRY.add_fact(
        segments.Fact(
            key=EVENT.name,
            label=gettext_noop("Did"),
            columns=(
                Attribute("kind", gettext_noop("Kind"), Kind.CHOICE, choices=_kinds),
                Attribute("channel", gettext_noop("Channel"), Kind.TEXT),
                Attribute("page", gettext_noop("Page"), Kind.TEXT),
                Attribute("source", gettext_noop("Came from"), Kind.TEXT),
                Attribute("item", gettext_noop("Item"), Kind.TEXT),
            ),
            distinct=(
                Unit("occurred_on", lambda number: ngettext("day", "different days", number)),
                Unit("page", lambda number: ngettext("page", "different pages", number)),
                Unit("item", lambda number: ngettext("item", "different items", number)),
            ),
            day="occurred_on",
        )
    )


def _kinds() -> list[Choice]:
    """The known ones. A rule may name an own kind all the same."""
    return [Choice(kind, kinds.label(kind)) for kind in kinds.KINDS]


def _codes() -> list[Choice]:
    """Archived ones too: they brought people."""
    return [Choice(code.pk, code.name, code.node_id) for code in Code.objects.order_by("name", "id")]
