"""Finding the people behind many records at once: set-based, one merchant at a time.

Records come as an Arrow table `RECORDS`; the answer says, in the same order, under which identity each is filed and
whose it is. Clusters are found in memory (rules.clusters), the pool is asked once and written by COPY.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from yutang.areas.customers import merging, rules
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
    created: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))  # new people
    known: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))  # people known before
    merged: int = 0
    cases: int = 0


@dataclass
class Keys:
    """All distinct keys of the records, numbered; known ones with what the pool says of them."""

    kind: list[str] = field(default_factory=list)
    value: list[str] = field(default_factory=list)
    edges: rules.Edges = field(default_factory=lambda: rules.Edges(_ints(), _ints()))

    def mask(self, kinds: frozenset[str]) -> NDArray[np.bool_]:
        return np.isin(np.array(self.kind, dtype=object), list(kinds))


@transaction.atomic
def resolve(*, records: pa.Table, source: str, namespace: str, actor: Actor) -> Resolution:
    """Unites the records with each other and with the pool.

    `source` is the evidence's origin ("import:12"), `namespace` the platform whose buyer ids these are. Contradictions
    are never merged silently: they become review cases and the people stay apart.
    """
    count = records.num_rows
    none = np.full(count, -1, dtype=np.int64)
    found = collect_keys(records)
    if not found.kind:
        return Resolution(none, none.copy(), none.copy())
    merging.lock_identities(actor.merchant_id)
    blind = _blind(found, namespace, actor.merchant_id)
    known = bulk.known(blind, actor.merchant_id)
    shared = _shared(found, known, namespace, actor)
    edges = without_shared(found, shared, count)
    record_label, key_label, person_label, doubtful = cluster(found, edges, known, count)

    chosen = _people_of_clusters(person_label, known)
    resolution = Resolution(none, none.copy(), none.copy())
    resolution.known = chosen.survivors
    resolution.merged = _merge_known(chosen, found, known, key_label, source, actor)
    first_key = _filing_key(edges, count)
    used = first_key >= 0
    new_labels = np.setdiff1d(np.unique(key_label[np.unique(edges.key)]), chosen.labels)
    created = bulk.create_customers(records, record_label, used, new_labels, namespace, actor)
    resolution.created = created

    owner_of_label = chosen.owners(key_label.max() + 1)
    owner_of_label[new_labels] = created
    identity_ids = bulk.create_identities(
        found, blind, known, shared, edges, first_key, owner_of_label[key_label], records, source, namespace, actor
    )
    resolution.identity[used] = identity_ids[first_key[used]]
    homes, owners = bulk.owners(resolution.identity[used], actor.merchant_id)
    resolution.home[used], resolution.customer[used] = homes, owners
    resolution.cases = cases.contradictions(doubtful, resolution, source, actor)
    if len(created) or resolution.merged:
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
    found: Keys, edges: rules.Edges, known: bulk.Known, count: int
) -> tuple[rules.Ints, rules.Ints, rules.Ints, NDArray[np.bool_]]:
    """Labels of records, keys and known people; and which records stood in a cluster that contradicted itself.

    A cluster with two values of an exclusive kind loses its loosest keys, then the next loosest, until it agrees.
    """
    exclusive = found.mask(Identity.EXCLUSIVE)
    doubtful = np.zeros(count, dtype=bool)
    kept = np.ones(len(edges.key), dtype=bool)
    for loose in (None, *rules.LOOSE_KINDS):
        if loose is not None:
            bad = rules.contradicting(key_label, exclusive)  # noqa: F821  set by the first round
            if not len(bad):
                break
            doubtful |= np.isin(record_label, bad)  # noqa: F821
            only_key = np.bincount(edges.record[kept], minlength=count)[edges.record] == 1
            kept &= ~(np.isin(key_label[edges.key], bad) & found.mask(loose)[edges.key] & ~only_key)  # noqa: F821
        record_label, key_label, person_label = rules.clusters(
            records=count,
            keys=len(found.kind),
            edges=rules.Edges(edges.record[kept], edges.key[kept]),
            bonds=known.bonds,
            people=len(known.people),
        )
    return record_label, key_label, person_label, doubtful


def without_shared(found: Keys, shared: NDArray[np.bool_], count: int) -> rules.Edges:
    """Shared phones unite nobody; a record that shows nothing else is filed under the household itself."""
    edges = found.edges
    keys_of_record = np.bincount(edges.record, minlength=count)
    dropped = shared[edges.key] & (keys_of_record[edges.record] > 1)
    return rules.Edges(edges.record[~dropped], edges.key[~dropped])


@dataclass
class _Chosen:
    labels: rules.Ints  # clusters that hold people known before
    survivors: rules.Ints  # the oldest of each
    known: rules.Ints  # all known people seen
    label_of_known: rules.Ints

    def owners(self, size: int) -> rules.Ints:
        owner = np.full(size, -1, dtype=np.int64)
        owner[self.labels] = self.survivors
        return owner


def _people_of_clusters(person_label: rules.Ints, known: bulk.Known) -> _Chosen:
    order = np.argsort(known.people, kind="stable")
    labels, first = np.unique(person_label[order], return_index=True)
    return _Chosen(labels, known.people[order][first], known.people, person_label)


def _merge_known(
    chosen: _Chosen, found: Keys, known: bulk.Known, key_label: rules.Ints, source: str, actor: Actor
) -> int:
    """Known people whose keys the records show together become one, the oldest survives."""
    survivor_of = dict(zip(chosen.labels.tolist(), chosen.survivors.tolist(), strict=True))
    pairs = []
    for label, person in zip(chosen.label_of_known.tolist(), chosen.known.tolist(), strict=True):
        survivor = survivor_of[label]
        if person == survivor:
            continue
        evidence = [
            {"kind": found.kind[k], "identity": int(known.identity[k]), "source": source}
            for k in np.flatnonzero((key_label == label) & (known.identity >= 0))[:20]
        ]
        pairs.append(merging.Pair(survivor, person, evidence))
    contradicting = cases.contradicting_pairs(pairs)
    for pair in contradicting:
        cases.open_contradiction(pair, actor)
    agreed = [pair for pair in pairs if pair not in contradicting]
    if agreed:
        merging.merge_many(pairs=agreed, actor=actor)
    return len(agreed)


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
    known_phones = np.flatnonzero(phone & (known.identity >= 0) & ~shared)
    more_phones, more_buyers = bulk.buyers_of(known.identity, known_phones, namespace, actor.merchant_id)
    # A pool buyer that the records show too carries its number here; others get numbers of their own.
    new_numbers = bulk.renumber(more_buyers, known.identity, offset=len(found.kind))
    fresh = rules.shared_phones(np.concatenate([phones, more_phones]), np.concatenate([buyers, new_numbers]))
    shared[fresh] = True
    for number in fresh[known.identity[fresh] >= 0].tolist():
        if not known.shared[number]:
            cases.share_phone(int(known.identity[number]), actor)
    if len(fresh):
        bulk.refresh_owners(known, actor.merchant_id)
    return shared


def _filing_key(edges: rules.Edges, count: int) -> rules.Ints:
    """The first key of each record in filing order: keys are numbered that way, so it is the lowest."""
    first = np.full(count, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(first, edges.record, edges.key)
    first[first == np.iinfo(np.int64).max] = -1
    return first


def _blind(found: Keys, namespace: str, merchant_id: int) -> list[bytes]:
    blind: list[bytes] = []
    start = 0
    while start < len(found.kind):
        kind = found.kind[start]
        end = start + found.kind.count(kind)
        blind.extend(keys.keys(kind, namespace, found.value[start:end], merchant_id))
        start = end
    return blind


def _ints() -> rules.Ints:
    return np.empty(0, dtype=np.int64)
