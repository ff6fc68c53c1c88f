"""The people of a segment as rows: names from the pool, masked; everything else from the lake's snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from pyroaring import BitMap64
from sqlglot import exp

from yutang.areas.customers import queries as customers
from yutang.areas.privacy.models import Channel
from yutang.areas.privacy.reach import Use, reachable
from yutang.areas.segments import queries
from yutang.areas.segments.models import Segment
from yutang.areas.segments.registry import REGISTRY, Attribute
from yutang.areas.segments.sentences import Values
from yutang.core import audit
from yutang.core.access import Actor
from yutang.core.spreadsheets import harmless
from yutang.lake import engine
from yutang.lake.tables import PERSON

EXPORT = "customers.export"
BATCH = 10_000


@dataclass(frozen=True)
class Member:
    """`values` stand in the order of the attributes asked for."""

    customer_id: int
    name: str
    values: tuple[Any, ...]


def shown_attributes() -> list[Attribute]:
    """Columns of member lists on screen."""
    return [attribute for attribute in REGISTRY.attributes.values() if attribute.is_shown]


def plain_attributes() -> list[Attribute]:
    """Everything the snapshot holds as it is; none of it identifies anybody."""
    return [attribute for attribute in REGISTRY.attributes.values() if attribute.is_column]


def rows(
    raw: Any, attributes: Sequence[Attribute], *, actor: Actor, permission: str = queries.VIEW, after: int = 0,
    limit: int = 50,
) -> list[Member]:  # fmt: skip
    """A page of members by ascending id, without their names."""
    ids = queries.member_ids(raw, actor=actor, permission=permission, after=after, limit=limit)
    return _members(ids, attributes)


def named(members: Sequence[Member]) -> list[Member]:
    """The same with masked names."""
    people = customers.by_id(m.customer_id for m in members)
    names = {pk: person.name for pk, person in people.items()}
    return [Member(m.customer_id, masked(names.get(m.customer_id, "")), tuple(m.values)) for m in members]


def masked(name: str) -> str:
    """`张小明` → `张**`."""
    return name[:1] + "**" if name else ""


def every(
    raw: Any, attributes: Sequence[Attribute], *, actor: Actor, nodes: frozenset[int] | None = None
) -> Iterator[Member]:
    """All members in batches that memory can hold; the actor needs `customers.export` where they are."""
    ids = queries.people(raw, actor=actor, permission=EXPORT, nodes=nodes).ids()
    for start in range(0, len(ids), BATCH):
        yield from _members([int(pk) for pk in ids[start : start + BATCH]], attributes)


@transaction.atomic
def export(
    segment: Segment, *, currency: str, use: Use = Use.PERSONALISED, channel: Channel = Channel.ANY, actor: Actor
) -> list[list[str]]:
    """A table with its head: masked names and everything that identifies nobody, of those whom `use` may reach.
    Audited."""
    attributes = plain_attributes()
    values = Values(currency)
    everybody = list(every(queries.segment_rule(segment), attributes, actor=actor))
    allowed = reachable(BitMap64(member.customer_id for member in everybody), use=use, channel=channel)
    found = [member for member in everybody if member.customer_id in allowed]
    table = [values.head(attributes)]
    for start in range(0, len(found), BATCH):
        for member in named(found[start : start + BATCH]):
            cells = (values.cell(a, v) for a, v in zip(attributes, member.values, strict=True))
            table.append([str(member.customer_id), harmless(member.name), *cells])
    audit.record(
        "segments.export",
        actor=actor,
        object_type="segment",
        object_id=segment.pk,
        detail={"people": len(found), "left_out": len(everybody) - len(found), "use": use.value},
    )
    return table


def _members(ids: list[int], attributes: Sequence[Attribute]) -> list[Member]:
    """What the lake's snapshot knows of these people, by ascending id."""
    person = exp.column("customer_id", table="p")
    wanted = exp.Select().select(exp.Unnest(expressions=[exp.Placeholder(this="ids")]))
    query = (
        exp.Select()
        .select(person, *(exp.column(attribute.expression, table="p") for attribute in attributes))
        .from_(exp.alias_(exp.to_table(PERSON), "p", table=True))
        .where(exp.In(this=person.copy(), query=exp.Subquery(this=wanted)))
        .order_by(person.copy())
    )
    rows = engine.query(query, ids=ids).to_pylist()
    return [Member(row["customer_id"], "", tuple(row[a.expression] for a in attributes)) for row in rows]
