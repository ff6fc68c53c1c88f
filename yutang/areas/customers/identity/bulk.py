"""What batch resolution reads from the pool and writes to it: a handful of statements, whatever the size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from yutang.areas.customers import rules
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
    owner: rules.Ints  # per key: the person of today, −1 unknown
    shared: NDArray[np.bool_]  # per key

    @property
    def people(self) -> rules.Ints:
        """Distinct people of today, ascending."""
        return np.unique(self.owner[(self.owner >= 0) & ~self.shared])

    @property
    def bonds(self) -> rules.Edges:
        """Key ↔ person, as numbers into `people`; a shared phone ties nobody."""
        bound = np.flatnonzero((self.owner >= 0) & ~self.shared)
        return rules.Edges(np.searchsorted(self.people, self.owner[bound]), bound)


def known(blind: list[bytes], merchant_id: int) -> Known:
    """Looks all keys up through a temporary table."""
    size = len(blind)
    found = Known(np.full(size, -1, np.int64), np.full(size, -1, np.int64), np.zeros(size, bool))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE lookup (n bigint, key bytea) ON COMMIT DROP")
        copy_into_temporary("lookup", pa.table({"n": np.arange(size), "key": _hex(blind)}))
        cursor.execute(
            "SELECT l.n, i.id, i.customer_id, i.is_shared FROM lookup l"
            " JOIN customers_identity i ON i.merchant_id = %s AND i.key = l.key",
            [merchant_id],
        )
        rows = cursor.fetchall()
        cursor.execute("DROP TABLE lookup")
    if rows:
        number, identity, owner, shared = (np.array(column) for column in zip(*rows, strict=True))
        found.identity[number], found.owner[number], found.shared[number] = identity, owner, shared
    return found


def refresh_owners(found: Known, merchant_id: int) -> None:
    """After a split the keys may belong to other people."""
    seen = found.identity >= 0
    _, found.owner[seen] = owners(found.identity[seen], merchant_id)


def owners(identity_ids: rules.Ints, merchant_id: int) -> tuple[rules.Ints, rules.Ints]:
    """Home and person of today of each identity."""
    distinct, back = np.unique(identity_ids, return_inverse=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, home_customer_id, customer_id FROM customers_identity"
            " WHERE merchant_id = %s AND id = ANY(%s) ORDER BY id",
            [merchant_id, distinct.tolist()],
        )
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 3)
    return rows[:, 1][back], rows[:, 2][back]


def buyers_of(
    identity: rules.Ints, phones: NDArray[np.int64], namespace: str, merchant_id: int
) -> tuple[rules.Ints, rules.Ints]:
    """Sightings in the pool: (phone as key number, buyer as identity id) for buyers filed together with the phone."""
    if not len(phones):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    number_of = dict(zip(identity[phones].tolist(), phones.tolist(), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, b.id FROM customers_identity p JOIN customers_identity b"
            " ON b.merchant_id = p.merchant_id AND b.customer_id = p.customer_id"
            " WHERE p.merchant_id = %s AND p.id = ANY(%s) AND b.kind = 'buyer' AND b.namespace = %s",
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
    namespace: str,
    actor: Actor,
) -> rules.Ints:
    """One person per wanted label, with the first value of every attribute; ids in the order of `wanted`."""
    ids = reserve_ids("customers_customer", len(wanted))
    if not len(wanted):
        return ids
    ours = np.flatnonzero(used & np.isin(labels, wanted))
    seen = np.asarray(records.column("seen_at").cast(pa.timestamp("us")).cast(pa.int64()))
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
                "source": pa.array([namespace] * len(wanted)),
                "accepts_marketing": first("accepts_marketing"),
                "first_seen_at": first("seen_at"),
                "created_at": pa.array([clock.now()] * len(wanted)),
            }
        ),
    )
    return ids


def create_identities(
    found: Keys,
    blind: list[bytes],
    known_keys: Known,
    shared: NDArray[np.bool_],
    edges: rules.Edges,
    first_key: rules.Ints,
    owner: rules.Ints,
    records: pa.Table,
    source: str,
    namespace: str,
    actor: Actor,
) -> rules.Ints:
    """Stores the keys the pool does not know, each with the key it was first seen with; returns all identity ids."""
    new = np.flatnonzero((known_keys.identity < 0) & (owner >= 0))
    ids = known_keys.identity.copy()
    ids[new] = reserve_ids("customers_identity", len(new))
    if not len(new):
        return ids
    sightings = rules.Edges(first_key[edges.record], edges.key)
    apart = sightings.record != sightings.key
    via = rules.evidence_tree(
        rules.Edges(sightings.record[apart], sightings.key[apart]), len(found.kind), known_keys.identity >= 0
    )
    seen = np.asarray(records.column("seen_at").cast(pa.timestamp("us")).cast(pa.int64()))
    first_seen = np.full(len(found.kind), np.iinfo(np.int64).max)
    np.minimum.at(first_seen, edges.key, seen[edges.record])
    merchant = actor.merchant_id
    kind = [found.kind[n] for n in new]
    value = [found.value[n] for n in new]
    secret = [k in Identity.SENSITIVE for k in kind]
    tails = dict.fromkeys(v[-4:] for v, k in zip(value, kind, strict=True) if k == "phone")
    tail = dict(zip(tails, crypto.blind_indexes("phone-tail", list(tails), merchant), strict=True))
    via_id = np.where(via[new] >= 0, ids[via[new]], -1)
    copy_rows(
        "customers_identity",
        pa.table(
            {
                "id": ids[new],
                "merchant_id": np.full(len(new), merchant),
                "kind": pa.array(kind),
                "namespace": pa.array([namespace if k in keys.NAMESPACED else "" for k in kind]),
                "key": _hex([blind[n] for n in new]),
                "value": pa.array(["" if s else v[:200] for v, s in zip(value, secret, strict=True)]),
                "value_encrypted": _encrypted([v if s else None for v, s in zip(value, secret, strict=True)], merchant),
                "tail_key": pa.array(
                    ["\\x" + tail[v[-4:]].hex() if k == "phone" else None for v, k in zip(value, kind, strict=True)],
                    pa.string(),
                ),
                "customer_id": owner[new],
                "home_customer_id": owner[new],
                "via_id": pa.array(via_id, mask=via_id < 0),
                "is_shared": shared[new],
                "is_split": np.zeros(len(new), bool),
                "source": pa.array([source] * len(new)),
                "first_seen_at": pa.array(first_seen[new], pa.timestamp("us", tz="UTC")),
            }
        ),
    )
    return ids


def _encrypted(values: Sequence[str | None], merchant_id: int) -> pa.Array:
    stored = (None if v is None else crypto.encrypt(v, merchant_id).hex() for v in values)
    return pa.array([None if s is None else "\\x" + s for s in stored], pa.string())


def _hex(values: Sequence[bytes]) -> pa.Array:
    return pa.array(["\\x" + value.hex() for value in values], pa.string())
