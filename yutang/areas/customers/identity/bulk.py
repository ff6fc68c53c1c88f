"""What batch resolution reads from the pool and writes to it: a handful of statements, whatever the size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from yutang.areas.customers import forest, rules
from yutang.areas.customers.identity import keys, names
from yutang.areas.customers.models import Identity
from yutang.core import clock, crypto
from yutang.core.copying import copy_into_temporary, copy_rows, reserve_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from yutang.areas.customers.identity.resolve import Keys
    from yutang.core.access import Actor


@dataclass
class Known:
    """What the pool knows of the keys of a batch."""

    identity: rules.Ints  # per key: identity id, −1 unknown
    home: rules.Ints  # per key: the home it was made for, −1 unknown
    owner: rules.Ints  # per key: the person of today, −1 unknown
    shared: NDArray[np.bool_]  # per key
    ties: Ties = field(default_factory=lambda: Ties({}, []))

    @property
    def person(self) -> rules.Ints:
        """Per key: the oldest of the homes that keys have united with its home. Merges by hand don't count here:
        whether they stand or not, records unite the same."""
        return self.ties.people(self.home)

    @property
    def tied(self) -> rules.Ints:
        """Known keys that tie their records to a person; a shared phone ties nobody."""
        return np.flatnonzero((self.home >= 0) & ~self.shared)

    @property
    def people(self) -> rules.Ints:
        """Distinct people whose keys are shown, ascending."""
        return np.unique(self.person[self.tied])

    @property
    def bonds(self) -> rules.Edges:
        """Key ↔ person, as numbers into `people`."""
        return rules.Edges(np.searchsorted(self.people, self.person[self.tied]), self.tied)


@dataclass(frozen=True)
class Ties:
    """What standing merges by keys have united."""

    oldest: dict[int, int]  # home → the oldest home of its group
    kept_apart: list[tuple[int, int]]  # homes that somebody took apart again

    def person(self, home: int) -> int:
        return self.oldest.get(home, home)

    def people(self, homes: rules.Ints) -> rules.Ints:
        if not self.oldest:
            return homes
        tied = np.array(sorted(self.oldest))
        person = np.array([self.oldest[home] for home in tied.tolist()])
        place = np.minimum(np.searchsorted(tied, homes), len(tied) - 1)
        return np.where(tied[place] == homes, person[place], homes)

    def homes(self, people: Sequence[int]) -> dict[int, int]:
        """All homes of these people, with their person."""
        wanted = set(people)
        return {person: person for person in wanted} | {h: p for h, p in self.oldest.items() if p in wanted}

    def apart(self) -> set[tuple[int, int]]:
        """Pairs of people that shall not be united by themselves, the older first."""
        pairs = ((self.person(one), self.person(other)) for one, other in self.kept_apart)
        return {(min(pair), max(pair)) for pair in pairs}


def known(blind: list[bytes], merchant_id: int) -> Known:
    """Looks all keys up through a temporary table."""
    size = len(blind)
    found = Known(_unknown(size), _unknown(size), _unknown(size), np.zeros(size, bool))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE lookup (n bigint, key bytea) ON COMMIT DROP")
        copy_into_temporary("lookup", pa.table({"n": np.arange(size), "key": _hex(blind)}))
        cursor.execute("ANALYZE lookup")
        cursor.execute(
            "SELECT l.n, i.id, i.home_customer_id, i.customer_id, i.is_shared::int FROM lookup l"
            " JOIN customers_identity i ON i.merchant_id = %s AND i.key = l.key",
            [merchant_id],
        )
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 5)
        cursor.execute("DROP TABLE lookup")
    number = rows[:, 0]
    found.identity[number], found.home[number], found.owner[number] = rows[:, 1:4].T
    found.shared[number] = rows[:, 4].astype(bool)
    found.ties = ties(found.home, merchant_id)
    return found


def ties(homes: rules.Ints, merchant_id: int) -> Ties:
    """Everything that keys have united with these homes, also by way of homes that the batch does not show."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE edge AS NOT MATERIALIZED (
                SELECT survivor_home_id AS one, absorbed_home_id AS other FROM customers_merge
                WHERE merchant_id = %(merchant)s AND NOT by_hand AND unmerged_at IS NULL
                UNION ALL
                SELECT absorbed_home_id, survivor_home_id FROM customers_merge
                WHERE merchant_id = %(merchant)s AND NOT by_hand AND unmerged_at IS NULL
            ), reached (home) AS (
                SELECT unnest(%(homes)s::bigint[])
                UNION
                SELECT e.other FROM reached r JOIN edge e ON e.one = r.home
            )
            SELECT e.one, e.other, true FROM edge e JOIN reached r ON r.home = e.one
            UNION ALL
            SELECT m.survivor_home_id, m.absorbed_home_id, false
            FROM customers_merge m JOIN reached r ON r.home = m.survivor_home_id
            WHERE m.merchant_id = %(merchant)s AND m.kept_apart
            """,
            {"merchant": merchant_id, "homes": np.unique(homes[homes >= 0]).tolist()},
        )
        rows = cursor.fetchall()
    oldest: dict[int, int] = {}
    for one, other, stands in rows:
        if stands:
            older, younger = sorted((forest.find(oldest, one), forest.find(oldest, other)))
            oldest[younger] = older
    return Ties(
        {home: forest.find(oldest, home) for home in list(oldest)},
        [(one, other) for one, other, stands in rows if not stands],
    )


def _unknown(size: int) -> rules.Ints:
    return np.full(size, -1, dtype=np.int64)


def refresh_owners(found: Known, merchant_id: int) -> None:
    """After a split or a merge the keys may belong to other people."""
    seen = found.identity >= 0
    found.home[seen], found.owner[seen] = owners(found.identity[seen], merchant_id)
    found.ties = ties(found.home, merchant_id)


def owners(identity_ids: rules.Ints, merchant_id: int) -> tuple[rules.Ints, rules.Ints]:
    """Home and person of today of each identity, −1 where the id is −1."""
    distinct, back = np.unique(identity_ids, return_inverse=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, COALESCE(i.home_customer_id, -1), COALESCE(i.customer_id, -1)"
            " FROM unnest(%s::bigint[]) a (id)"
            " LEFT JOIN customers_identity i ON i.merchant_id = %s AND i.id = a.id ORDER BY a.id",
            [distinct.tolist(), merchant_id],
        )
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
    return rows[:, 1][back], rows[:, 2][back]


def exclusive_values(
    found: Known, keys_shown: rules.Ints, blind: list[bytes], merchant_id: int
) -> tuple[rules.Ints, rules.Ints]:
    """Keys of exclusive kinds that known people hold: (number into `people`, key number). Keys that the batch does not
    show get numbers below zero."""
    people = found.people
    if not len(people):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    person_of = found.ties.homes(people.tolist())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT home_customer_id, key FROM customers_identity"
            " WHERE merchant_id = %s AND kind = ANY(%s) AND home_customer_id = ANY(%s) AND NOT is_shared",
            [merchant_id, sorted(Identity.EXCLUSIVE), sorted(person_of)],
        )
        rows = cursor.fetchall()
    number_of = {blind[number]: number for number in keys_shown.tolist()}
    values = [number_of.setdefault(bytes(key), -len(number_of) - 1) for _, key in rows]
    holders = np.array([person_of[home] for home, _ in rows], dtype=np.int64)
    return np.searchsorted(people, holders), np.array(values, dtype=np.int64)


def buyers_of(
    identity: rules.Ints, phones: NDArray[np.int64], namespace: str, merchant_id: int
) -> tuple[rules.Ints, rules.Ints]:
    """Sightings in the pool: (phone as key number, buyer as identity id) for buyers filed together with the phone."""
    if not len(phones):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    number_of = dict(zip(identity[phones].tolist(), phones.tolist(), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, b.id FROM customers_identity p
            JOIN customers_identity b ON b.merchant_id = p.merchant_id AND b.customer_id = p.customer_id
            WHERE p.merchant_id = %s AND p.id = ANY(%s) AND b.kind = 'buyer' AND b.namespace = %s
              -- Of the person that the phone made; what staff merged by hand says nothing of the phone.
              AND (b.home_customer_id = p.home_customer_id
                   OR EXISTS (SELECT 1 FROM customers_merge m
                              WHERE m.merchant_id = p.merchant_id AND NOT m.by_hand AND m.unmerged_at IS NULL
                                AND b.home_customer_id IN (m.survivor_home_id, m.absorbed_home_id)
                                AND m.evidence @> jsonb_build_array(jsonb_build_object('identity', p.id))))
            """,
            [merchant_id, list(number_of), namespace],
        )
        rows = cursor.fetchall()
    return (
        np.array([number_of[phone] for phone, _ in rows], dtype=np.int64),
        np.array([buyer for _, buyer in rows], dtype=np.int64),
    )


def renumber(identity_ids: rules.Ints, known_identity: rules.Ints, *, offset: int) -> rules.Ints:
    """Identity ids as key numbers: those of the batch keep theirs, the others count on from `offset`."""
    order = np.argsort(known_identity, kind="stable")
    place = np.clip(np.searchsorted(known_identity[order], identity_ids), 0, len(order) - 1)
    hit = known_identity[order][place] == identity_ids if len(order) else np.zeros(len(identity_ids), bool)
    return np.where(hit, order[place] if len(order) else 0, offset + identity_ids)


def create_customers(
    records: pa.Table,
    labels: rules.Ints,
    used: NDArray[np.bool_],
    wanted: rules.Ints,
    origin: str,
    actor: Actor,
) -> rules.Ints:
    """One person per wanted label, with the first value of every attribute; ids in the order of `wanted`."""
    ids = reserve_ids("customers_customer", len(wanted))
    if not len(wanted):
        return ids
    ours = np.flatnonzero(used & np.isin(labels, wanted))
    seen = _micros(records.column("seen_at"))
    ours = ours[np.argsort(seen[ours], kind="stable")]
    person = np.searchsorted(wanted, labels[ours])  # 0 … number of new people − 1

    def first(column: str) -> pa.Array:
        values = records.column(column).combine_chunks().take(pa.array(ours))
        valid = np.flatnonzero(np.asarray(pc.is_valid(values)))
        who, place = np.unique(person[valid], return_index=True)
        index = np.full(len(wanted), -1, dtype=np.int64)
        index[who] = valid[place]
        return values.take(pa.array(index, mask=index < 0))

    def text(column: str, width: int) -> pa.Array:
        return pc.utf8_slice_codeunits(pc.fill_null(first(column), ""), 0, width)

    name = text("name", 200)
    merchant = actor.merchant_id
    copy_rows(
        "customers_customer",
        pa.table(
            {
                "id": ids,
                "merchant_id": np.full(len(wanted), merchant),
                "name": name,
                "name_initials": pa.array(names.initials(name.to_pylist())),
                "gender": pa.array([""] * len(wanted)),
                "birthday": first("birthday"),
                "country": text("country", 80),
                "province": text("province", 80),
                "city": text("city", 80),
                "district": text("district", 80),
                "address": _encrypted(first("address").to_pylist(), merchant),
                "home_node_id": first("node_id"),
                "source": pa.array([origin] * len(wanted)),
                "accepts_marketing": first("accepts_marketing"),
                "first_seen_at": first("seen_at"),
                "created_at": pa.array([clock.now()] * len(wanted)),
            }
        ),
    )
    return ids


@dataclass(frozen=True)
class NewKeys:
    """What `create_identities` stores: `new` keys of `found`, seen together along `edges`."""

    found: Keys
    blind: list[bytes]
    known: Known
    new: rules.Ints
    edges: rules.Edges
    first_key: rules.Ints  # per record
    created: rules.Ints  # per key: the person made for its cluster, −1 if that was known


def create_identities(
    keyed: NewKeys, records: pa.Table, *, source: str, namespace: str, actor: Actor
) -> tuple[rules.Ints, rules.Ints, rules.Ints]:
    """Stores the keys the pool does not know, each with the key it was first seen with.

    Returns identity, home and person of today of every key. A new key belongs to the home of the known key that its
    evidence begins with, so that undoing a merge gives it back to the right person.
    """
    found, known_keys, new = keyed.found, keyed.known, keyed.new
    size = len(found.kind)
    ids = known_keys.identity.copy()
    ids[new] = reserve_ids("customers_identity", len(new))
    if not len(new):
        return ids, known_keys.home.copy(), known_keys.owner.copy()
    sighting = rules.Edges(keyed.first_key[keyed.edges.record], keyed.edges.key)
    apart = sighting.record != sighting.key
    via = rules.evidence_tree(rules.Edges(sighting.record[apart], sighting.key[apart]), size, known_keys.identity >= 0)
    begins = rules.first_of(via)  # a known key begins with itself
    is_old = known_keys.home[begins] >= 0
    home = np.where(is_old, known_keys.home[begins], keyed.created)
    owner = np.where(is_old, known_keys.owner[begins], keyed.created)
    seen = _micros(records.column("seen_at"))
    first_seen = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(first_seen, keyed.edges.key, seen[keyed.edges.record])
    merchant = actor.merchant_id
    kind = [found.kind[n] for n in new]
    value = [found.value[n] for n in new]
    secret = [k in Identity.SENSITIVE for k in kind]
    tails = dict.fromkeys(v[-4:] for v, k in zip(value, kind, strict=True) if k == "phone")
    tail = {
        digits: "\\x" + blind.hex()
        for digits, blind in zip(tails, crypto.blind_indexes("phone-tail", list(tails), merchant), strict=True)
    }
    via_id = np.where(via[new] >= 0, ids[via[new]], -1)
    copy_rows(
        "customers_identity",
        pa.table(
            {
                "id": ids[new],
                "merchant_id": np.full(len(new), merchant),
                "kind": pa.array(kind),
                "namespace": pa.array([namespace if k in keys.NAMESPACED else "" for k in kind]),
                "key": _hex([keyed.blind[n] for n in new]),
                "value": pa.array(["" if s else v[:200] for v, s in zip(value, secret, strict=True)]),
                "value_encrypted": _encrypted([v if s else None for v, s in zip(value, secret, strict=True)], merchant),
                "tail_key": pa.array(
                    [tail[v[-4:]] if k == "phone" else None for v, k in zip(value, kind, strict=True)], pa.string()
                ),
                "customer_id": owner[new],
                "home_customer_id": home[new],
                "via_id": pa.array(via_id, mask=via_id < 0),
                "is_shared": known_keys.shared[new],
                "is_split": np.zeros(len(new), bool),
                "source": pa.array([source] * len(new)),
                "first_seen_at": pa.array(first_seen[new], pa.timestamp("us", tz="UTC")),
            }
        ),
    )
    return ids, home, owner


def seen_earlier(known_keys: Known, records: pa.Table, edges: rules.Edges, merchant_id: int) -> None:
    """Files do not come in the order of time: an older one moves the first sight of keys and people back."""
    hit = known_keys.identity[edges.key] >= 0
    if not hit.any():
        return
    key, seen = edges.key[hit], _micros(records.column("seen_at"))[edges.record[hit]]
    first_seen = np.full(len(known_keys.identity), np.iinfo(np.int64).max)
    np.minimum.at(first_seen, key, seen)
    touched = np.unique(key)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH sighting AS (
                SELECT s.identity, to_timestamp(0) + s.seen * interval '1 microsecond' AS seen_at
                FROM unnest(%(identity)s::bigint[], %(seen)s::bigint[]) AS s (identity, seen)
            ), earlier AS (
                UPDATE customers_identity i SET first_seen_at = s.seen_at FROM sighting s
                WHERE i.merchant_id = %(merchant)s AND i.id = s.identity AND i.first_seen_at > s.seen_at
                RETURNING i.home_customer_id, s.seen_at
            )
            UPDATE customers_customer c SET first_seen_at = e.seen_at
            FROM (SELECT home_customer_id, min(seen_at) AS seen_at FROM earlier GROUP BY home_customer_id) e
            WHERE c.merchant_id = %(merchant)s AND c.id = e.home_customer_id AND c.first_seen_at > e.seen_at
            """,
            {
                "identity": known_keys.identity[touched].tolist(),
                "seen": first_seen[touched].tolist(),
                "merchant": merchant_id,
            },
        )


def _micros(column: pa.ChunkedArray) -> rules.Ints:
    return np.asarray(column.cast(pa.timestamp("us")).cast(pa.int64()))


def _encrypted(values: Sequence[str | None], merchant_id: int) -> pa.Array:
    stored = (None if v is None else crypto.encrypt(v, merchant_id).hex() for v in values)
    return pa.array([None if s is None else "\\x" + s for s in stored], pa.string())


def _hex(values: Sequence[bytes]) -> pa.Array:
    return pa.array(["\\x" + value.hex() for value in values], pa.string())
