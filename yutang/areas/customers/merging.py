"""Merging, unmerging and splitting people. Everything that belongs to a person takes part by registering here.

The forest of `Customer.merged_into` is the truth; `customer_id` columns are caches of its roots. A participant's rows
know where they belong either through their identity (facts) or through a `home_customer` column (notes and the like).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from yutang.areas.customers import filling
from yutang.areas.customers.errors import AlreadyMerged, AlreadyUnmerged, NothingToSplit, SamePerson
from yutang.areas.customers.events import CustomersMerged, CustomersUnmerged, IdentitiesSplit
from yutang.areas.customers.models import Customer, Identity, Merge
from yutang.core import audit, clock, events
from yutang.core.errors import NotFound
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from yutang.core.access import Actor


@dataclass(frozen=True)
class Participant:
    """A table with rows of people. `by_identity`: it has `identity_id`; else it has `home_customer_id`."""

    table: str
    by_identity: bool


_participants: dict[str, Participant] = {}
_recompute: list[Callable[[Sequence[int]], None]] = []


def register(table: str, *, by_identity: bool) -> None:
    """Called in `apps.ready()` by every area with a table of people's rows."""
    _participants[table] = Participant(table, by_identity)


def register_recompute(function: Callable[[Sequence[int]], None]) -> None:
    """`function(customer_ids)` rebuilds figures derived from a person's rows."""
    if function not in _recompute:
        _recompute.append(function)


def participants() -> list[Participant]:
    return list(_participants.values())


@dataclass(frozen=True)
class Pair:
    """`absorbed_id` is to become part of `survivor_id`, because of `evidence`."""

    survivor_id: int
    absorbed_id: int
    evidence: list[dict[str, Any]]


@transaction.atomic
def merge(*, survivor_id: int, absorbed_id: int, evidence: list[dict[str, Any]], actor: Actor) -> Merge:
    """Two people of today become one. The survivor keeps its own attributes and takes those it lacks."""
    return merge_many(pairs=[Pair(survivor_id, absorbed_id, evidence)], actor=actor)[0]


@transaction.atomic
def merge_many(*, pairs: Sequence[Pair], actor: Actor) -> list[Merge]:
    """Many merges in a few statements; no survivor of one pair may be the absorbed person of another."""
    within_reach([person for pair in pairs for person in (pair.survivor_id, pair.absorbed_id)], actor)
    return unite(pairs=pairs, actor=actor)


@transaction.atomic
def unite(*, pairs: Sequence[Pair], actor: Actor) -> list[Merge]:
    """`merge_many` for the resolver: strong keys unite people whoever imports the file."""
    survivors, absorbed = [p.survivor_id for p in pairs], [p.absorbed_id for p in pairs]
    if set(survivors) & set(absorbed) or len(set(absorbed)) != len(absorbed):
        raise SamePerson
    lock_identities(actor.merchant_id)
    people = _locked([*survivors, *absorbed])
    for person in people.values():
        if person.merged_into_id is not None:
            raise AlreadyMerged(customer=person.pk)
    merges = [
        Merge(
            merchant_id=actor.merchant_id, survivor_id=pair.survivor_id, absorbed_id=pair.absorbed_id,
            evidence=pair.evidence, filled=filling.fill(people[pair.survivor_id], people[pair.absorbed_id]),
            merged_by=actor.name,
        )
        for pair in pairs
    ]  # fmt: skip
    filling.save(people[pk] for pk in dict.fromkeys(merged.survivor_id for merged in merges if merged.filled))
    _run(
        "UPDATE customers_customer c SET merged_into_id = m.survivor"
        " FROM unnest(%s::bigint[], %s::bigint[]) AS m (survivor, absorbed) WHERE c.id = m.absorbed",
        [survivors, absorbed],
    )
    for table in _tables():
        _run(
            f"UPDATE {table} t SET customer_id = m.survivor"  # noqa: S608  registered names
            " FROM unnest(%s::bigint[], %s::bigint[]) AS m (survivor, absorbed)"
            " WHERE t.merchant_id = %s AND t.customer_id = m.absorbed",
            [survivors, absorbed, actor.merchant_id],
        )
    Merge.objects.bulk_create(merges)
    _finish([*people], actor)
    audit.record_many(
        "customers.merge", actor=actor, object_type="customer",
        objects=[(merged.survivor_id, {"absorbed": merged.absorbed_id, "merge": merged.pk}) for merged in merges],
    )  # fmt: skip
    events.publish_many(
        [
            CustomersMerged(
                merchant_id=actor.merchant_id, survivor_id=merged.survivor_id, absorbed_id=merged.absorbed_id
            )
            for merged in merges
        ]
    )
    return merges


@transaction.atomic
def unmerge(*, merge_id: int, actor: Actor) -> Merge:
    """Cuts one edge; everything that was the absorbed person's, and what came since under its accounts, goes back."""
    merged = Merge.objects.filter(pk=merge_id).first()
    if merged is None:
        raise NotFound
    within_reach([merged.survivor_id, merged.absorbed_id], actor)
    return undo(merge_id=merge_id, actor=actor)


@transaction.atomic
def undo(*, merge_id: int, actor: Actor) -> Merge:
    """`unmerge` for the resolver."""
    lock_identities(actor.merchant_id)
    merged = Merge.objects.select_for_update().get(pk=merge_id)
    if merged.unmerged_at is not None:
        raise AlreadyUnmerged(at=timezone.localtime(merged.unmerged_at).strftime("%Y-%m-%d %H:%M"))
    chain = above(merged.survivor_id)
    root = chain[-1]
    for other in filling.without(merged, chain):
        other.save(update_fields=["filled"])
    Customer.objects.filter(pk=merged.absorbed_id).update(merged_into=None)
    homes = below(merged.absorbed_id)
    for table in _tables():
        _run(
            f"UPDATE {table} SET customer_id = %s WHERE merchant_id = %s AND customer_id = %s"  # noqa: S608
            f" AND {_belongs(table)}",
            [merged.absorbed_id, actor.merchant_id, root, homes],
        )
    merged.unmerged_at = clock.now()
    merged.unmerged_by = actor.name
    merged.save(update_fields=["unmerged_at", "unmerged_by"])
    _finish([root, merged.absorbed_id], actor)
    audit.record(
        "customers.unmerge", actor=actor, object_type="customer", object_id=root,
        detail={"restored": merged.absorbed_id, "merge": merged.pk},
    )  # fmt: skip
    events.publish(CustomersUnmerged(merchant_id=actor.merchant_id, customer_id=root, restored_id=merged.absorbed_id))
    return merged


@transaction.atomic
def split(*, identity_ids: Iterable[int], reason: str, actor: Actor) -> Customer:
    """Takes accounts off a person: they and everything that happened under them become a person of their own."""
    ids = sorted(set(identity_ids))
    within_reach(Identity.objects.filter(pk__in=ids).values_list("customer_id", flat=True), actor)
    return take_off(identity_ids=ids, reason=reason, actor=actor)


@transaction.atomic
def take_off(*, identity_ids: Iterable[int], reason: str, actor: Actor) -> Customer:
    """`split` for the resolver."""
    lock_identities(actor.merchant_id)
    identities = list(Identity.objects.select_for_update().filter(pk__in=set(identity_ids)).order_by("pk"))
    owners = {identity.customer_id for identity in identities}
    if len(owners) != 1:
        raise NothingToSplit
    owner = _locked(owners)[owners.pop()]
    if Identity.objects.filter(customer=owner).count() == len(identities):
        raise NothingToSplit
    made = Customer.objects.create(
        merchant_id=actor.merchant_id, home_node_id=owner.home_node_id, source=owner.source,
        first_seen_at=min(identity.first_seen_at for identity in identities),
    )  # fmt: skip
    ids = [identity.pk for identity in identities]
    Identity.objects.filter(pk__in=ids).update(customer=made, home_customer=made, is_split=True)
    # The evidence that tied them to the old person no longer holds.
    Identity.objects.filter(pk__in=ids).exclude(via__in=ids).update(via=None)
    Identity.objects.filter(customer=owner, via__in=ids).update(via=None)
    for participant in participants():
        if participant.by_identity:
            _run(
                f"UPDATE {participant.table} SET customer_id = %s"  # noqa: S608
                " WHERE merchant_id = %s AND customer_id = %s AND identity_id = ANY(%s)",
                [made.pk, actor.merchant_id, owner.pk, ids],
            )
    _finish([owner.pk, made.pk], actor)
    audit.record(
        "customers.split", actor=actor, object_type="customer", object_id=owner.pk,
        detail={"identities": ids, "new": made.pk, "reason": reason},
    )  # fmt: skip
    events.publish(IdentitiesSplit(merchant_id=actor.merchant_id, customer_id=owner.pk, new_customer_id=made.pk))
    return made


def within_reach(customer_ids: Iterable[int], actor: Actor) -> None:
    """Refuses people outside the nodes for which the actor may merge, as if they did not exist."""
    nodes = actor.nodes("customers.merge")
    ids = set(customer_ids)
    if nodes is not None and Customer.objects.filter(pk__in=ids, home_node__in=nodes).count() != len(ids):
        raise NotFound


def has_rows(identity_id: int, customer_id: int) -> bool:
    """Whether anything happened under this account of the person."""
    with connection.cursor() as cursor:
        for participant in participants():
            if participant.by_identity:
                cursor.execute(
                    f"SELECT EXISTS (SELECT 1 FROM {participant.table}"  # noqa: S608
                    " WHERE merchant_id = NULLIF(current_setting('yutang.merchant_id'), '')::bigint"
                    " AND customer_id = %s AND identity_id = %s)",
                    [customer_id, identity_id],
                )
                if cursor.fetchone()[0]:
                    return True
    return False


def above(person: int) -> list[int]:
    """The person, whom it was merged into, and so on up to the person of today."""
    return _tree(
        "SELECT c.id, c.merged_into_id, t.depth + 1 FROM customers_customer c, tree t WHERE c.id = t.up", person
    )


def below(person: int) -> list[int]:
    """The person and everybody merged into it, directly or not."""
    return _tree(
        "SELECT c.id, c.merged_into_id, t.depth + 1 FROM customers_customer c, tree t WHERE c.merged_into_id = t.id",
        person,
    )


def lock_identities(merchant_id: int) -> None:
    """One change of a merchant's forest and keys at a time, until the transaction ends."""
    _run("SELECT pg_advisory_xact_lock(7263002, %s::int)", [merchant_id])


def recompute(customer_ids: Sequence[int]) -> None:
    for function in _recompute:
        function(customer_ids)


# -- inner workings ----------------------------------------------------------------------------------------------


def _tables() -> list[str]:
    return ["customers_identity", *_participants]


def _belongs(table: str) -> str:
    if table != "customers_identity" and _participants[table].by_identity:
        return "identity_id IN (SELECT id FROM customers_identity WHERE home_customer_id = ANY(%s))"
    return "home_customer_id = ANY(%s)"


def _tree(step: str, start: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE tree (id, up, depth) AS ("  # noqa: S608  our own steps
            f"SELECT id, merged_into_id, 0 FROM customers_customer WHERE id = %s UNION ALL {step}"
            ") SELECT id FROM tree ORDER BY depth, id",
            [start],
        )
        return [row[0] for row in cursor.fetchall()]


def _locked(ids: Iterable[int]) -> dict[int, Customer]:
    wanted = sorted(set(ids))
    rows = {row.pk: row for row in Customer.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    if len(rows) != len(wanted):
        raise NotFound
    return rows


def _finish(customer_ids: list[int], actor: Actor) -> None:
    recompute(customer_ids)
    writer.mark_people_changed(actor.merchant_id)


def _run(sql: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
