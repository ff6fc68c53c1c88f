"""Finding the people behind many records at once: set-based, one merchant at a time.

Records come as an Arrow table `RECORDS`; the answer says, in the same order, under which identity each is filed and
whose it is. Clusters are found in memory (rules.clusters), the pool is asked once and written by COPY.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from yutang.areas.customers import erasing, merging, rules
from yutang.areas.customers.events import CustomersResolved
from yutang.areas.customers.identity import bulk, cases, keys
from yutang.areas.customers.models import Identity
from yutang.core import events
from yutang.lake import writer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yutang.core.access import Actor

RECORDS = pa.schema(
    [
        *(pa.field(column, pa.string()) for column in keys.COLUMNS),
        pa.field("name", pa.string()),
        pa.field("country", pa.string()),
        pa.field("province", pa.string()),
        pa.field("city", pa.string()),
        pa.field("district", pa.string()),
        pa.field("address", pa.string()),
        pa.field("birthday", pa.date32()),
        pa.field("accepts_marketing", pa.bool_()),
        pa.field("seen_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("node_id", pa.int64(), nullable=False),
    ]
)


@dataclass
class Resolution:
    """Parallel to the records; −1 where a record shows no usable key."""

    identity: NDArray[np.int64]
    home: NDArray[np.int64]
    customer: NDArray[np.int64]
    new_people: list[int] = field(default_factory=list)
    known: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))  # people known before
    merged: int = 0
    cases: int = 0

    @property
    def created(self) -> int:
        return len(self.new_people)


@dataclass
class Keys:
    """All distinct keys of the records, numbered in filing order; `edges` says which record shows which."""

    kind: list[str] = field(default_factory=list)
    value: list[str] = field(default_factory=list)
    edges: rules.Edges = field(default_factory=lambda: rules.Edges(_ints(), _ints()))

    def mask(self, kinds: frozenset[str]) -> NDArray[np.bool_]:
        return np.isin(np.array(self.kind), list(kinds))


@dataclass(frozen=True)
class Clusters:
    """Labels of records, keys and known people; the sightings they stand on, and those that contradicted them."""

    record: rules.Ints
    key: rules.Ints
    person: rules.Ints
    edges: rules.Edges
    cut: rules.Edges


@transaction.atomic
def resolve(*, records: pa.Table, source: str, namespace: str, origin: str = "", actor: Actor) -> Resolution:
    """Unites the records with each other and with the pool.

    `source` is the evidence's origin ("import:12"), `namespace` the platform whose buyer ids these are, `origin` where
    new people are said to come from, unless that is the platform. Contradictions are never merged silently: they become
    review cases and the people stay apart.
    """
    count = records.num_rows
    none = np.full(count, -1, dtype=np.int64)
    resolution = Resolution(none, none.copy(), none.copy())
    records = erasing.without_erased(records, time="seen_at", namespace=namespace, merchant_id=actor.merchant_id)
    found = collect_keys(records)
    if not found.kind:
        return resolution
    merging.lock_identities(actor.merchant_id)
    blind = _blind(found, namespace, actor.merchant_id)
    known = bulk.known(blind, actor.merchant_id)
    known.shared = _shared(found, known, namespace, actor)
    edges = without_shared(found, known, count)
    united = cluster(found, edges, known, blind, count, actor.merchant_id)

    resolution.merged = _merge_known(united.person, found, known, source, actor)
    resolution.known = np.unique(known.owner[known.tied])
    first_key = _filing_key(united.edges, count)
    used = first_key >= 0
    new_keys = np.unique(united.edges.key[known.identity[united.edges.key] < 0])
    new_labels = np.setdiff1d(united.key[new_keys], united.person)
    created = bulk.create_customers(records, united.record, used, new_labels, origin or namespace, actor)

    created_for = np.full(int(united.key.max()) + 1, -1, dtype=np.int64)
    created_for[new_labels] = created
    identity_ids, homes, owners = bulk.create_identities(
        bulk.NewKeys(found, blind, known, new_keys, united.edges, first_key, created_for[united.key]),
        records, source=source, namespace=namespace, actor=actor,
    )  # fmt: skip
    of_household = cases.households(known, identity_ids, first_key[used], actor)
    bulk.seen_earlier(known, records, united.edges, actor.merchant_id)
    if of_household:
        homes, owners = bulk.owners(identity_ids, actor.merchant_id)
    resolution.identity[used] = identity_ids[first_key[used]]
    resolution.home[used], resolution.customer[used] = homes[first_key[used]], owners[first_key[used]]
    resolution.new_people = [*created.tolist(), *of_household]
    resolution.cases = cases.contradictions(found, united.cut, identity_ids, owners, resolution, source, actor)
    if resolution.created or resolution.merged:
        writer.mark_people_changed(actor.merchant_id)
        events.publish(
            CustomersResolved(
                merchant_id=actor.merchant_id, source=source, created=len(created),
                matched=len(resolution.known), merged=resolution.merged,
            )
        )  # fmt: skip
    return resolution


def collect_keys(records: pa.Table) -> Keys:
    """Distinct keys in filing order of their kinds, and which record shows which."""
    found = Keys()
    of_record, of_key = [_ints()], [_ints()]
    for column, kind in keys.COLUMNS.items():
        values = records.column(column).combine_chunks()
        if values.null_count == len(values):
            continue
        encoded = pc.dictionary_encode(values)
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        seen = np.asarray(pc.is_valid(encoded.indices))
        of_record.append(np.flatnonzero(seen))
        of_key.append(np.asarray(encoded.indices.drop_null(), dtype=np.int64) + len(found.kind))
        found.value.extend(encoded.dictionary.to_pylist())
        found.kind.extend([kind] * len(encoded.dictionary))
    found.edges = rules.Edges(np.concatenate(of_record), np.concatenate(of_key))
    return found


def cluster(
    found: Keys, edges: rules.Edges, known: bulk.Known, blind: list[bytes], count: int, merchant_id: int
) -> Clusters:
    """Connected records, keys and known people. Only where that contradicts itself does the slow, exact rule decide."""
    people = known.people
    record, key, person = rules.clusters(
        records=count, keys=len(found.kind), edges=edges, bonds=known.bonds, people=len(people)
    )
    exclusive = np.flatnonzero(found.mask(Identity.EXCLUSIVE))
    holder, held = bulk.exclusive_values(known, exclusive, blind, merchant_id)
    bad = rules.contradicting(np.concatenate([key[exclusive], person[holder]]), np.concatenate([exclusive, held]))
    whole = Clusters(record, key, person, edges, rules.Edges(_ints(), _ints()))
    if not len(bad):
        return whole
    return _agreed(whole, bad, known.bonds, exclusive, holder, held)


def _agreed(
    whole: Clusters, bad: rules.Ints, bonds: rules.Edges, exclusive: rules.Ints, holder: rules.Ints, held: rules.Ints
) -> Clusters:
    places = np.flatnonzero(np.isin(whole.record[whole.edges.record], bad))
    bound = np.isin(whole.key[bonds.key], bad)
    held_by_person: dict[int, set[int]] = {}
    for someone, value in zip(holder.tolist(), held.tolist(), strict=True):
        held_by_person.setdefault(someone, set()).add(value)
    edges = whole.edges
    agreed = rules.agree(
        edges=rules.Edges(edges.record[places], edges.key[places]),
        bonds=rules.Edges(bonds.record[bound], bonds.key[bound]),
        value_of_key={key: key for key in exclusive.tolist()},
        held_by_person=held_by_person,
    )
    record, key, person = whole.record.copy(), whole.key.copy(), whole.person.copy()
    offset = int(key.max()) + 1
    for labels, changed in ((record, agreed.record), (key, agreed.key), (person, agreed.person)):
        labels[list(changed)] = np.fromiter(changed.values(), np.int64, len(changed)) + offset
    kept = np.ones(len(edges.key), dtype=bool)
    kept[places[agreed.cut]] = False
    return Clusters(
        record, key, person, rules.Edges(edges.record[kept], edges.key[kept]),
        rules.Edges(edges.record[~kept], edges.key[~kept]),
    )  # fmt: skip


def without_shared(found: Keys, known: bulk.Known, count: int) -> rules.Edges:
    """Shared phones unite nobody; a record that shows nothing else is filed under the household itself.

    A new one stays with the first record that shows it, so that the pool remembers it as shared.
    """
    edges = found.edges
    alone = np.bincount(edges.record, minlength=count)[edges.record] == 1
    dropped = known.shared[edges.key] & ~alone
    of_household = np.zeros(len(found.kind), dtype=bool)
    of_household[edges.key[alone]] = True
    homeless = np.flatnonzero(dropped & ~of_household[edges.key] & (known.identity[edges.key] < 0))
    homeless = homeless[np.lexsort((edges.record[homeless], edges.key[homeless]))]
    _, first = np.unique(edges.key[homeless], return_index=True)
    dropped[homeless[first]] = False
    return rules.Edges(edges.record[~dropped], edges.key[~dropped])


def _merge_known(label: rules.Ints, found: Keys, known: bulk.Known, source: str, actor: Actor) -> int:
    """Known people whose keys the records show together become one, the oldest survives; returns how many went.

    `label` is the cluster of each known person. A pair that somebody took apart stays apart.
    """
    people = known.people
    _, oldest, back = np.unique(label, return_index=True, return_inverse=True)  # people ascend: the first is the oldest
    others = np.flatnonzero(oldest[back] != np.arange(len(people)))
    if not len(others):
        return 0
    person_of_key = known.person[known.tied]
    seen = known.tied[np.argsort(person_of_key, kind="stable")]
    person_of_key = np.sort(person_of_key)

    def shown(person: int) -> list[int]:
        first, end = np.searchsorted(person_of_key, (person, person + 1))
        keys_of: list[int] = seen[first:end].tolist()
        return keys_of

    apart = known.ties.apart()
    pairs = []
    for survivor, person in zip(people[oldest[back[others]]].tolist(), people[others].tolist(), strict=True):
        if (survivor, person) in apart:
            continue
        keys_of = [*shown(survivor)[:10], *shown(person)[:10]]
        evidence = [{"kind": found.kind[k], "identity": int(known.identity[k]), "source": source} for k in keys_of]
        homes = int(known.home[shown(survivor)[0]]), int(known.home[shown(person)[0]])
        pairs.append(merging.Pair(*homes, evidence))
    merges = merging.unite(pairs=pairs, actor=actor)
    bulk.refresh_owners(known, actor.merchant_id)
    return sum(merged.absorbed_id is not None for merged in merges)


def _shared(found: Keys, known: bulk.Known, namespace: str, actor: Actor) -> NDArray[np.bool_]:
    """Phones that too many buyers of this platform use, counting the pool's buyers too; newly found ones are split."""
    shared = known.shared.copy()
    phone, buyer = found.mask(frozenset({"phone"})), found.mask(frozenset({"buyer"}))
    if not phone.any() or not buyer.any():
        return shared
    record, key = found.edges.record, found.edges.key
    by_record = np.full(int(record.max()) + 1, -1, dtype=np.int64)
    by_record[record[buyer[key]]] = key[buyer[key]]
    sighting = phone[key] & (by_record[record] >= 0)
    phones, buyers = key[sighting], by_record[record[sighting]]
    asked = np.unique(phones)
    asked = asked[(known.identity[asked] >= 0) & ~shared[asked]]
    more_phones, more_buyers = bulk.buyers_of(known.identity, asked, namespace, actor.merchant_id)
    # A pool buyer that the records show too carries its number here; others get numbers of their own.
    new_numbers = bulk.renumber(more_buyers, known.identity, offset=len(found.kind))
    many = rules.shared_phones(np.concatenate([phones, more_phones]), np.concatenate([buyers, new_numbers]))
    fresh = many[~shared[many]]
    shared[fresh] = True
    in_pool = known.identity[fresh[known.identity[fresh] >= 0]]
    for identity_id in in_pool.tolist():
        cases.share_phone(identity_id, actor)
    if len(in_pool):
        bulk.refresh_owners(known, actor.merchant_id)
    return shared


def _filing_key(edges: rules.Edges, count: int) -> rules.Ints:
    """The first key of each record in filing order: keys are numbered that way, so it is the lowest."""
    first = np.full(count, -1, dtype=np.int64)
    order = np.lexsort((edges.key, edges.record))[::-1]  # the last write wins, so the lowest key comes last
    first[edges.record[order]] = edges.key[order]
    return first


def _blind(found: Keys, namespace: str, merchant_id: int) -> list[bytes]:
    blind: list[bytes] = []
    for kind, group in itertools.groupby(range(len(found.kind)), key=found.kind.__getitem__):
        numbers = list(group)
        blind.extend(keys.keys(kind, namespace, found.value[numbers[0] : numbers[-1] + 1], merchant_id))
    return blind


def _ints() -> rules.Ints:
    return np.empty(0, dtype=np.int64)
