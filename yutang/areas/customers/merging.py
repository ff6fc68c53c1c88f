"""Merging, unmerging and splitting people. Everything that belongs to a person takes part by registering here.

The forest of `Customer.merged_into` is the truth; `customer_id` columns are caches of its roots. A participant's rows
know where they belong either through their identity (facts) or through a `home_customer` column (notes and the like).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from yutang.areas.customers import rules
from yutang.areas.customers.errors import AlreadyMerged, AlreadyUnmerged, NothingToSplit, SamePerson
from yutang.areas.customers.events import CustomersMerged, CustomersUnmerged, IdentitiesSplit
from yutang.areas.customers.models import Customer, Identity, Merge
from yutang.core import audit, clock, events
from yutang.core.errors import NotFound
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from yutang.core.access import Actor


@dataclass(frozen=True)
class Participant:
    """A table with rows of people. `by_identity`: it has `identity_id`; else it has `home_customer_id`."""

    table: str
    by_identity: bool


_participants: dict[str, Participant] = {}
_recompute: list[Callable[[Sequence[int]], None]] = []
_FILLED = (
    "name", "name_initials", "gender", "birthday", "country", "province", "city", "district", "accepts_marketing",
)  # fmt: skip


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
    actor.require("customers.merge")
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
            evidence=pair.evidence, filled=_fill(people[pair.survivor_id], people[pair.absorbed_id]),
            merged_by=actor.name,
        )
        for pair in pairs
    ]  # fmt: skip
    _run(
        "UPDATE customers_customer c SET merged_into_id = m.survivor"
        " FROM unnest(%s::bigint[], %s::bigint[]) AS m (survivor, absorbed) WHERE c.id = m.absorbed",
        [survivors, absorbed],
    )
    for table in _tables():
        _run(
            f"UPDATE {table} t SET customer_id = m.survivor"  # noqa: S608  registered names
            " FROM unnest(%s::bigint[], %s::bigint[]) AS m (survivor, absorbed) WHERE t.customer_id = m.absorbed",
            [survivors, absorbed],
        )
    Merge.objects.bulk_create(merges)
    _finish([*people], actor)
    for merged in merges:
        audit.record(
            "customers.merge", actor=actor, object_type="customer", object_id=merged.survivor_id,
            detail={"absorbed": merged.absorbed_id, "merge": merged.pk},
        )  # fmt: skip
        events.publish(
            CustomersMerged(
                merchant_id=actor.merchant_id, survivor_id=merged.survivor_id, absorbed_id=merged.absorbed_id
            )
        )
    return merges


@transaction.atomic
def unmerge(*, merge_id: int, actor: Actor) -> Merge:
    """Cuts one edge; everything that was the absorbed person's, and what came since under its accounts, goes back."""
    actor.require("customers.merge")
    merged = Merge.objects.select_for_update().filter(pk=merge_id).first()
    if merged is None:
        raise NotFound
    if merged.unmerged_at is not None:
        raise AlreadyUnmerged(at=merged.unmerged_at.isoformat(timespec="minutes"))
    lock_identities(actor.merchant_id)
    above = dict(Customer.objects.filter(merged_into__isnull=False).values_list("id", "merged_into_id"))
    root = rules.root_of(merged.survivor_id, above)
    absorbed = Customer.objects.select_for_update().get(pk=merged.absorbed_id)
    absorbed.merged_into = None
    absorbed.save(update_fields=["merged_into"])
    _unfill(merged)
    homes = _below(absorbed.pk, above)
    for table in _tables():
        _run(
            f"UPDATE {table} SET customer_id = %s WHERE customer_id = %s AND {_belongs(table)}",  # noqa: S608
            [absorbed.pk, root, homes],
        )
    merged.unmerged_at = clock.now()
    merged.unmerged_by = actor.name
    merged.save(update_fields=["unmerged_at", "unmerged_by"])
    _finish([root, absorbed.pk], actor)
    audit.record(
        "customers.unmerge", actor=actor, object_type="customer", object_id=root,
        detail={"restored": absorbed.pk, "merge": merged.pk},
    )  # fmt: skip
    events.publish(CustomersUnmerged(merchant_id=actor.merchant_id, customer_id=root, restored_id=absorbed.pk))
    return merged


@transaction.atomic
def split(*, identity_ids: Iterable[int], reason: str, actor: Actor) -> Customer:
    """Takes accounts off a person: they and everything that happened under them become a person of their own."""
    actor.require("customers.merge")
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
            _run(f"UPDATE {participant.table} SET customer_id = %s WHERE identity_id = ANY(%s)", [made.pk, ids])  # noqa: S608
    _finish([owner.pk, made.pk], actor)
    audit.record(
        "customers.split", actor=actor, object_type="customer", object_id=owner.pk,
        detail={"identities": ids, "new": made.pk, "reason": reason},
    )  # fmt: skip
    events.publish(IdentitiesSplit(merchant_id=actor.merchant_id, customer_id=owner.pk, new_customer_id=made.pk))
    return made


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


def _below(person: int, above: Mapping[int, int | None]) -> list[int]:
    """The person and everybody merged into it, directly or not, after the cut."""
    below: dict[int, list[int]] = {}
    for child, parent in above.items():
        if child != person and parent is not None:
            below.setdefault(parent, []).append(child)
    found, stack = [], [person]
    while stack:
        node = stack.pop()
        found.append(node)
        stack.extend(below.get(node, []))
    return found


def _locked(ids: Iterable[int]) -> dict[int, Customer]:
    wanted = sorted(set(ids))
    rows = {row.pk: row for row in Customer.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    if len(rows) != len(wanted):
        raise NotFound
    return rows


def _finish(customer_ids: list[int], actor: Actor) -> None:
    recompute(customer_ids)
    writer.mark_people_changed(actor.merchant_id)


def _fill(survivor: Customer, absorbed: Customer) -> dict[str, Any]:
    filled = {}
    for name in _FILLED:
        value = getattr(absorbed, name)
        if getattr(survivor, name) in ("", None) and value not in ("", None):
            setattr(survivor, name, value)
            filled[name] = value.isoformat() if name == "birthday" else value
    if filled:
        survivor.save(update_fields=list(filled))
    return filled


def _unfill(merged: Merge) -> None:
    survivor = Customer.objects.select_for_update().get(pk=merged.survivor_id)
    for name, value in merged.filled.items():
        current = getattr(survivor, name)
        if current is not None and (current.isoformat() if name == "birthday" else current) == value:
            setattr(survivor, name, None if Customer._meta.get_field(name).null else "")
    if merged.filled:
        survivor.save()


def _run(sql: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
