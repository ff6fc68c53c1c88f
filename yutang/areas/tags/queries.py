"""Reads: the vocabulary, who has what, runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.db.models import F, Q
from pyroaring import BitMap64
from sqlglot import exp

from yutang.areas.segments import queries as segments
from yutang.areas.tags.models import LifeFact, Tag, Tagging, TaggingRun, TagGroup
from yutang.core import clock
from yutang.core.errors import NotAllowed, NotFound
from yutang.lake import engine, source
from yutang.lake.tables import PERSON

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.areas.customers.models import Customer
    from yutang.core.access import Actor

VIEW, EDIT = "tags.view", "tags.edit"
MOST_HELD = 500  # tags or life facts of one person
_IDS = pa.schema([("customer_id", pa.int64())])


def require_everywhere(actor: Actor) -> None:
    """Tags belong to the whole merchant: defining them takes the permission for all of it."""
    if actor.nodes(EDIT) is not None:
        raise NotAllowed(permission=EDIT)


# -- the vocabulary ------------------------------------------------------------------------------------------------


def groups() -> QuerySet[TagGroup]:
    return TagGroup.objects.filter(archived_at__isnull=True)


def tags() -> QuerySet[Tag]:
    return Tag.objects.filter(archived_at__isnull=True).select_related("group")


def group(group_id: int) -> TagGroup:
    found = groups().filter(pk=group_id).first()
    if found is None:
        raise NotFound
    return found


def tag(tag_id: int, *, lock: bool = False) -> Tag:
    found = tags().filter(pk=tag_id)
    if lock:
        found = found.select_for_update(of=("self",))
    row = found.first()
    if row is None:
        raise NotFound
    return row


def tags_by_group(groups: Iterable[TagGroup]) -> dict[int, list[Tag]]:
    """The tags of some groups in one query."""
    found: dict[int, list[Tag]] = {}
    for row in tags().filter(group__in=list(groups)).order_by("name")[:2000]:
        found.setdefault(row.group_id, []).append(row)
    return found


def tags_asked(rule: Any) -> set[int]:
    """The tags that a rule's JSON asks for, at any depth."""
    return {value for value in segments.values_asked(rule, "tags.ids") if isinstance(value, int)}


def rule_tags_asking(tag_id: int) -> list[Tag]:
    """Rule tags that follow from this one."""
    others = tags().filter(rule__isnull=False).exclude(pk=tag_id)
    return [other for other in others if tag_id in tags_asked(other.rule)]


def counts(*, actor: Actor) -> dict[int, int]:
    """People by tag, as far as the actor sees them, by the lake's state."""
    nodes = actor.nodes(VIEW)
    each = exp.alias_(exp.Unnest(expressions=[exp.column("tags", table="p")]), "tag")
    people = exp.Select().select(each).from_(exp.alias_(exp.to_table(PERSON), "p", table=True))
    if nodes is not None:
        home = exp.column("home_node_id", table="p")
        people = people.where(exp.In(this=home, expressions=[exp.convert(n) for n in sorted(nodes)] or [exp.null()]))
    counted = (
        exp.Select()
        .select(exp.column("tag"), exp.alias_(exp.Count(this=exp.Star()), "people"))
        .from_(people.subquery("t"))
        .group_by(exp.column("tag"))
    )
    found = engine.query(counted)
    return dict(zip(found.column("tag").to_pylist(), found.column("people").to_pylist(), strict=True))


# -- who has what --------------------------------------------------------------------------------------------------


def standing() -> QuerySet[Tagging]:
    """Taggings that hold now."""
    now = clock.now()
    return Tagging.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now), ended_at__isnull=True, tag__archived_at__isnull=True
    )


def of_person(person: Customer) -> list[Tagging]:
    """What the person has, by group; one tagging per tag, of two (after a merge) the one by hand, then the older."""
    return _held(standing().filter(customer=person).select_related("tag__group"))


def of_person_and_before(person: Customer, limit: int = 50) -> tuple[list[Tagging], list[Tagging]]:
    """The same, and what the person had: the ended taggings, the last first. In one query."""
    rows = list(
        Tagging.objects.filter(customer=person)
        .select_related("tag__group")
        .order_by(F("ended_at").desc(nulls_first=True), "-id")[: MOST_HELD + limit]
    )
    now = clock.now()
    held = [
        row
        for row in rows
        if row.ended_at is None and row.tag.archived_at is None and (row.expires_at is None or row.expires_at > now)
    ]
    ended = sorted((row for row in rows if row.ended_at is not None), key=lambda row: row.pk, reverse=True)
    return _held(held), ended[:limit]


def _held(rows: Iterable[Tagging]) -> list[Tagging]:
    rank = {Tagging.Source.MANUAL: 0, Tagging.Source.API: 0}
    found: dict[int, Tagging] = {}
    for row in sorted(rows, key=lambda r: (rank.get(Tagging.Source(r.source), 1), r.given_at, r.pk)):
        found.setdefault(row.tag_id, row)
    return sorted(found.values(), key=lambda r: (r.tag.group.name, r.tag.group_id, r.tag.name))


def people_with(tag_id: int) -> QuerySet[Tagging, int]:
    """The ids of those who have the tag, to narrow a list of people by."""
    return standing().filter(tag=tag_id).values_list("customer", flat=True)


def tags_of(customer_ids: Iterable[int]) -> dict[int, list[Tag]]:
    """Tags of many people in one query; for lists whose rows were checked already."""
    rows = standing().filter(customer__in=list(customer_ids)).select_related("tag__group").order_by("tag__name")
    found: dict[int, list[Tag]] = {}
    for row in rows:
        if row.tag not in (known := found.setdefault(row.customer_id, [])):
            known.append(row.tag)
    return found


def holders(of: Tag, *, source: str = "") -> BitMap64:
    """Everybody who has the tag (by taggings of one source); ids never become Python objects."""
    return _bitmap(
        "SELECT DISTINCT customer_id FROM tags_tagging WHERE merchant_id = %(merchant)s AND tag_id = %(tag)s"
        " AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > now())"
        " AND (%(source)s = '' OR source = %(source)s)",
        {"merchant": of.merchant_id, "tag": of.pk, "source": source},
    )


def _bitmap(sql: str, values: dict[str, Any]) -> BitMap64:
    return BitMap64(source.read(sql, values, _IDS).column("customer_id").to_numpy())


# -- life facts ----------------------------------------------------------------------------------------------------

SENSITIVE = "life.sensitive"


def _sees_sensitive(actor: Actor, person: Customer) -> bool:
    nodes = actor.nodes(SENSITIVE) if actor.may(SENSITIVE) else frozenset()
    return nodes is None or person.home_node_id in nodes


def life_of(person: Customer, *, actor: Actor) -> list[LifeFact]:
    """What stands of a person's life, by kind; health notes only for who may see them."""
    return list(_life(person, actor).filter(reversed_by__isnull=True).order_by("kind", "pk"))


def life_and_before(person: Customer, *, actor: Actor, limit: int = 50) -> tuple[list[LifeFact], list[LifeFact]]:
    """The same, and the facts that were changed or taken back, the last first; `reversed_by` says when and by whom. In
    one query."""
    rows = list(
        _life(person, actor)
        .select_related("reversed_by")
        .order_by(F("reversed_by__id").desc(nulls_first=True), "pk")[: MOST_HELD + limit]
    )
    standing = [row for row in rows if getattr(row, "reversed_by", None) is None]
    return sorted(standing, key=lambda row: (row.kind, row.pk)), rows[len(standing) :][:limit]


def _life(person: Customer, actor: Actor) -> QuerySet[LifeFact]:
    found = LifeFact.objects.filter(customer=person, reverses__isnull=True)
    return found if _sees_sensitive(actor, person) else found.filter(is_sensitive=False)


def life_fact(fact_id: int, *, person: Customer, actor: Actor) -> LifeFact:
    """A standing fact of the person."""
    found = next((fact for fact in life_of(person, actor=actor) if fact.pk == fact_id), None)
    if found is None:
        raise NotFound
    return found


# -- runs ----------------------------------------------------------------------------------------------------------


def key_of(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id or 0}"


def runs(*, actor: Actor) -> QuerySet[TaggingRun]:
    """Runs over people of the whole merchant are seen by who sees the whole merchant; one's own by everybody."""
    found = TaggingRun.objects.select_related("tag__group", "segment").defer("people")
    return found if actor.nodes(VIEW) is None else found.filter(created_by_key=key_of(actor))


def run(run_id: int, *, actor: Actor) -> TaggingRun:
    found = runs(actor=actor).filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found
