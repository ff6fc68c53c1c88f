"""The people of a segment as rows: names from the pool, masked; everything else from the lake's snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from pyroaring import BitMap64
from sqlglot import exp

from yutang.areas.customers import queries as customers
from yutang.areas.customers.identity import keys
from yutang.areas.customers.models import Identity
from yutang.areas.privacy.models import Channel
from yutang.areas.privacy.reach import Use, reachable
from yutang.areas.segments import queries
from yutang.areas.segments.models import Segment
from yutang.areas.segments.registry import REGISTRY, Attribute
from yutang.areas.segments.sentences import Values
from yutang.core import audit, crypto
from yutang.core.access import Actor
from yutang.core.spreadsheets import harmless
from yutang.lake import engine
from yutang.lake.tables import PERSON

EXPORT, UNMASK = "customers.export", "customers.unmask"
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
    segment: Segment, *, currency: str, use: Use = Use.PERSONALISED, channel: Channel = Channel.ANY,
    is_full: bool = False, actor: Actor,
) -> list[list[str]]:  # fmt: skip
    """A table with its head: masked names and everything that identifies nobody, of those whom `use` may reach.
    Audited. With `is_full` a column of phones beside, and both as they are where the actor may unmask them."""
    if is_full:
        actor.require(UNMASK)
    attributes = plain_attributes()
    values = Values(currency)
    everybody = list(every(queries.segment_rule(segment), attributes, actor=actor))
    allowed = reachable(BitMap64(member.customer_id for member in everybody), use=use, channel=channel)
    found = [member for member in everybody if member.customer_id in allowed]
    number, name, *labels = values.head(attributes)
    table = [[number, name, *([gettext("Phone")] if is_full else []), *labels]]
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        shown = _identified(batch, actor) if is_full else {m.customer_id: (m.name,) for m in named(batch)}
        for member in batch:
            cells = (values.cell(a, v) for a, v in zip(attributes, member.values, strict=True))
            table.append([str(member.customer_id), *map(harmless, shown[member.customer_id]), *cells])
    audit.record(
        "segments.export",
        actor=actor,
        object_type="segment",
        object_id=segment.pk,
        detail={"people": len(found), "left_out": len(everybody) - len(found), "use": use.value, "unmasked": is_full},
    )
    return table


def _identified(members: Sequence[Member], actor: Actor) -> dict[int, tuple[str, str]]:
    """Name and phone: of people within the actor's right to unmask as they are, of others masked."""
    ids = [member.customer_id for member in members]
    own = set(customers.people(actor, permission=UNMASK).filter(pk__in=ids).values_list("pk", flat=True))
    names, hidden = customers.by_id(ids), customers.phones(ids)
    phones = hidden | customers.phones(own, shown=_phone)
    return {
        pk: (names[pk].name if pk in own else masked(names[pk].name), phones.get(pk, "")) if pk in names else ("", "")
        for pk in ids
    }


def _phone(identity: Identity) -> str:
    return crypto.written_phone(keys.readable(identity))


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
