"""Merging, unmerging and splitting people. Everything that belongs to a person takes part by registering here.

The standing merges are the truth: edges between homes. Who is the person of today, `Customer.merged_into` and every
`customer_id` follow from playing them in their order (`forest.py`). A participant's rows know where they belong either
through their identity (facts) or through a `home_customer` column (notes and the like).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from yutang.areas.customers import balances, forest
from yutang.areas.customers.errors import AlreadyMerged, AlreadyUnmerged, NothingToSplit, PersonErased, SamePerson
from yutang.areas.customers.events import CustomersMerged, CustomersUnmerged, IdentitiesSplit
from yutang.areas.customers.models import Customer, Identity, Merge
from yutang.core import audit, clock, events, locks
from yutang.core.errors import NotFound
from yutang.core.locks import Lock
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from yutang.core.access import Actor


@dataclass(frozen=True)
class Participant:
    """A table with rows of people. `by_identity`: it has `identity_id`; else it has `home_customer_id`. `person` is
    the name of the columns, where a row leads to somebody besides its customer: `bringer_id`, `home_bringer_id`."""

    table: str
    by_identity: bool
    person: str = "customer"


_IDENTITIES = Participant("customers_identity", by_identity=False)
_participants: dict[tuple[str, str], Participant] = {}
_recompute: list[Callable[[Sequence[int]], None]] = []


def register(table: str, *, by_identity: bool, person: str = "customer") -> None:
    """Called in `apps.ready()` by every area with a table of people's rows, once for each person a row leads to."""
    _participants[table, person] = Participant(table, by_identity, person)


def register_recompute(function: Callable[[Sequence[int]], None]) -> None:
    """`function(customer_ids)` rebuilds figures derived from a person's rows."""
    if function not in _recompute:
        _recompute.append(function)


def participants() -> list[Participant]:
    return list(_participants.values())


@dataclass(frozen=True)
class Pair:
    """Two who are one, because of `evidence`: people of today, or the homes of the keys that say so."""

    survivor_id: int
    absorbed_id: int
    evidence: list[dict[str, Any]]


@transaction.atomic
def merge(*, survivor_id: int, absorbed_id: int, evidence: list[dict[str, Any]], actor: Actor) -> Merge:
    """Two people of today become one. The survivor keeps its own attributes and takes those it lacks."""
    return merge_many(pairs=[Pair(survivor_id, absorbed_id, evidence)], actor=actor)[0]


@transaction.atomic
def merge_many(*, pairs: Sequence[Pair], actor: Actor) -> list[Merge]:
    """Many merges by hand in a few statements; all are people of today."""
    if any(pair.survivor_id == pair.absorbed_id for pair in pairs):
        raise SamePerson
    shown = [person for pair in pairs for person in (pair.survivor_id, pair.absorbed_id)]
    within_reach(shown, actor)
    lock_identities(actor.merchant_id)
    for person in _locked(shown).values():
        if person.merged_into_id is not None:
            raise AlreadyMerged(customer=person.pk)
        refuse_erased(person)
    merges = _join(pairs, actor, by_hand=True)
    if any(merged.absorbed_id is None for merged in merges):
        raise SamePerson
    return merges


@transaction.atomic
def unite(*, pairs: Sequence[Pair], actor: Actor) -> list[Merge]:
    """Merges by the resolver: strong keys unite people whoever imports the file, the oldest survives.

    People whom a hand has merged before are tied by the keys as well, so that undoing the one leaves the other.
    """
    lock_identities(actor.merchant_id)
    return _join(pairs, actor, by_hand=False)


def _join(pairs: Sequence[Pair], actor: Actor, *, by_hand: bool) -> list[Merge]:
    roots = forest.roots([home for pair in pairs for home in (pair.survivor_id, pair.absorbed_id)])
    people = _locked(roots.values())
    merges = [
        Merge(
            merchant_id=actor.merchant_id, survivor_home_id=pair.survivor_id, absorbed_home_id=pair.absorbed_id,
            by_hand=by_hand, evidence=pair.evidence, merged_by=actor.name,
        )
        for pair in pairs
    ]  # fmt: skip
    forest.play(merges, people, roots)
    forest.save(people[pk] for pk in {pk for m in merges for pk in (m.survivor_id, m.absorbed_id) if pk})
    went = {person: forest.find(roots, person) for person, row in people.items() if row.merged_into_id is not None}
    for table, column in ((each.table, f"{each.person}_id") for each in _tables()):
        _run(
            f"UPDATE {table} t SET {column} = m.root"  # noqa: S608  registered names
            " FROM unnest(%s::bigint[], %s::bigint[]) AS m (absorbed, root)"
            f" WHERE t.merchant_id = %s AND t.{column} = m.absorbed",
            [list(went), list(went.values()), actor.merchant_id],
        )
    Merge.objects.bulk_create(merges)
    balances.follow(merges, actor)
    _finish([*people], actor)
    joined = [(m.survivor_id, m.absorbed_id, m.pk) for m in merges if m.survivor_id and m.absorbed_id]
    audit.record_many(
        "customers.merge", actor=actor, object_type="customer",
        objects=[(survivor, {"absorbed": absorbed, "merge": merge_id}) for survivor, absorbed, merge_id in joined],
    )  # fmt: skip
    events.publish_many(
        [
            CustomersMerged(merchant_id=actor.merchant_id, survivor_id=survivor, absorbed_id=absorbed)
            for survivor, absorbed, _ in joined
        ]
    )
    return merges


@transaction.atomic
def unmerge(*, merge_id: int, actor: Actor) -> Merge:
    """Takes one merge back; everything that was the absorbed person's, and what came since under its accounts, goes
    back. Keys that were shown together do not unite these two again by themselves."""
    merged = Merge.objects.filter(pk=merge_id).first()
    if merged is None:
        raise NotFound
    within_reach([merged.survivor_home_id, merged.absorbed_home_id], actor)
    return undo(merge_id=merge_id, actor=actor, kept_apart=not merged.by_hand)


@transaction.atomic
def undo(*, merge_id: int, actor: Actor, kept_apart: bool = False) -> Merge:
    """`unmerge` for the resolver."""
    lock_identities(actor.merchant_id)
    cut = Merge.objects.select_for_update().get(pk=merge_id)
    if cut.unmerged_at is not None:
        raise AlreadyUnmerged(at=timezone.localtime(cut.unmerged_at).strftime("%Y-%m-%d %H:%M"))
    root = forest.above(cut.survivor_home_id)[-1]
    people = _locked(forest.below(root))
    refuse_erased(people[root])
    merges = list(
        Merge.objects.filter(survivor_home__in=people, unmerged_at__isnull=True).select_for_update().order_by("pk")
    )
    stood = [(merged.pk, merged.survivor_id, merged.absorbed_id) for merged in merges]
    forest.take_back(merges, people)
    cut.unmerged_at, cut.unmerged_by, cut.kept_apart = clock.now(), actor.name, kept_apart
    cut.save(update_fields=["unmerged_at", "unmerged_by", "kept_apart"])
    remaining = [merged for merged in merges if merged.pk != cut.pk]
    roots = {person: person for person in people}
    forest.play(remaining, people, roots)
    forest.save(people.values())
    # Two merges may change places: nobody may look absorbed twice in between.
    Merge.objects.filter(pk__in=[merged.pk for merged in remaining]).update(survivor=None, absorbed=None)
    Merge.objects.bulk_update(remaining, ["survivor", "absorbed", "filled"])
    balances.part(stood, remaining, actor)
    leaving = {person: forest.find(roots, person) for person in people if forest.find(roots, person) != root}
    for each in _tables():
        _run(
            f"UPDATE {each.table} t SET {each.person}_id = m.root"  # noqa: S608  registered names
            f" FROM unnest(%s::bigint[], %s::bigint[]) AS m (home, root) {_belongs(each)}",
            [list(leaving), list(leaving.values()), actor.merchant_id, root],
        )
    _finish(sorted({root, *leaving.values()}), actor)
    stays, restored = forest.find(roots, cut.survivor_home_id), forest.find(roots, cut.absorbed_home_id)
    audit.record(
        "customers.unmerge", actor=actor, object_type="customer", object_id=stays,
        detail={"restored": restored, "merge": cut.pk},
    )  # fmt: skip
    if stays != restored:
        events.publish(CustomersUnmerged(merchant_id=actor.merchant_id, customer_id=stays, restored_id=restored))
    return cut


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
    refuse_erased(owner)
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


def settle(person: Customer) -> None:
    """Whoever writes about somebody waits for whoever merges or erases them, and looks at what is known only
    afterwards; refuses who is not somebody of today any more."""
    lock_identities(person.merchant_id)
    person.refresh_from_db(fields=["merged_into", "erased_at"])
    if person.merged_into_id is not None:
        raise AlreadyMerged(customer=person.pk)
    refuse_erased(person)


def held(customer_id: int) -> int:
    """The person of today of somebody, who stays that until the transaction ends: whoever merges them waits. Cheaper
    than `settle`: nobody else waits. NotFound."""
    while True:
        person = Customer.objects.raw(
            "SELECT id, merged_into_id FROM customers_customer WHERE id = %s FOR KEY SHARE", [customer_id]
        )
        found = next(iter(person), None)
        if found is None:
            raise NotFound
        if found.merged_into_id is None:
            return found.pk
        customer_id = found.merged_into_id


def refuse_erased(person: Customer) -> None:
    """Whoever was erased stays as it is: nothing is left by which homes could be told apart."""
    if person.erased_at is not None:
        raise PersonErased(customer=person.pk, at=timezone.localtime(person.erased_at).strftime("%Y-%m-%d"))


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


def lock_identities(merchant_id: int) -> None:
    """One change of a merchant's forest and keys at a time, until the transaction ends."""
    locks.until_commit(Lock.IDENTITIES, merchant_id)


def recompute(customer_ids: Sequence[int]) -> None:
    for function in _recompute:
        function(customer_ids)


# -- inner workings ----------------------------------------------------------------------------------------------


def _tables() -> list[Participant]:
    return [_IDENTITIES, *_participants.values()]


def _belongs(participant: Participant) -> str:
    """Rows of the table that belong to the homes `m`."""
    if participant.by_identity:
        return (
            "JOIN customers_identity i ON i.home_customer_id = m.home"
            " WHERE t.merchant_id = %s AND t.customer_id = %s AND t.identity_id = i.id"
            " AND i.merchant_id = t.merchant_id"
        )
    person = participant.person
    return f"WHERE t.merchant_id = %s AND t.{person}_id = %s AND t.home_{person}_id = m.home"


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
