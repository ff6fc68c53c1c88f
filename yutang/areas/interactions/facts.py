"""What interactions put into the lake, what segments may ask of them, and how visitors become people."""

from __future__ import annotations

import pyarrow as pa
from django.utils.translation import gettext_noop, ngettext

from yutang.areas.interactions import kinds
from yutang.areas.segments import registry as segments
from yutang.areas.segments.registry import Attribute, Choice, Kind, Unit
from yutang.lake import engine, source
from yutang.lake.tables import REGISTRY, Column, FactTable, Type

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
    engine.provide_redirects(redirects, fact=EVENT.name)
    segments.REGISTRY.add_area("interactions", gettext_noop("Interactions"))
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
