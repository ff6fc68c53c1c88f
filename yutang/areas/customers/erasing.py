"""Erasing what is known of a person. The number stays, because facts and sums refer to it; nothing else does.

Keys are overwritten, so that a returning buyer is somebody new. Tombstones remember, one way, which keys were erased
and when: what files say about them from before that time is not taken in again (docs/decisions/0023).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction

from yutang.areas.customers import filling, forest, merging
from yutang.areas.customers.identity import keys
from yutang.areas.customers.models import Address, Customer, Identity, Merge, Note, ReviewCase, Tombstone
from yutang.core import clock, crypto
from yutang.core.access import Actor
from yutang.lake import writer

# What a record says of the person besides its keys.
_ATTRIBUTES = ("name", "country", "province", "city", "district", "address", "birthday", "accepts_marketing")


@dataclass(frozen=True)
class Trace:
    """A value that leads to the person. `kind`: name, phone, email, address, or account for any other key."""

    kind: str
    value: str


@dataclass(frozen=True)
class Person:
    """Somebody as the tables know them: the person of today, everybody merged into it, all their accounts, and the keys
    by which those are found."""

    merchant_id: int
    customer_id: int
    homes: tuple[int, ...]
    identities: tuple[int, ...]
    keys: tuple[bytes, ...] = field(default=(), repr=False)


def person(customer: Customer) -> Person:
    homes = tuple(forest.below(customer.pk))
    found = list(Identity.objects.filter(home_customer__in=homes).order_by("pk").values_list("pk", "key"))
    return Person(
        customer.merchant_id, customer.pk, homes, tuple(pk for pk, _ in found), tuple(bytes(key) for _, key in found)
    )  # fmt: skip


def traces(someone: Person) -> list[Trace]:
    """Everything by which the person could be recognised, before it is erased."""
    found: dict[Trace, None] = {}
    for row in Customer.objects.filter(pk__in=someone.homes).order_by("pk"):
        if row.name:
            found[Trace("name", row.name)] = None
        if row.address is not None:
            found[Trace("address", crypto.decrypt(bytes(row.address), row.merchant_id))] = None
    for identity in Identity.objects.filter(pk__in=someone.identities).order_by("pk"):
        kind = identity.kind if identity.kind in Identity.SENSITIVE else "account"
        found[Trace(kind, keys.readable(identity))] = None
    return [trace for trace in found if trace.value]


@transaction.atomic
def erase(*, someone: Person, actor: Actor) -> None:
    """Overwrites everything personal in this area's tables. Doing it again changes nothing."""
    merging.lock_identities(actor.merchant_id)
    at = clock.now()
    ours = Identity.objects.filter(pk__in=someone.identities, customer__erased_at__isnull=True)
    Tombstone.objects.bulk_create(
        (
            Tombstone(merchant_id=actor.merchant_id, key=_tombstone(bytes(identity.key)), erased_at=at)
            for identity in ours.order_by("pk")
        ),
        update_conflicts=True, unique_fields=["merchant", "key"], update_fields=["erased_at"],
    )  # fmt: skip
    with connection.cursor() as cursor:
        # A key of its own for every row, made of nothing: the unique index holds, and nobody is found by it.
        cursor.execute(
            "UPDATE customers_identity SET key = uuid_send(gen_random_uuid()), value = '', value_encrypted = NULL,"
            " tail_key = NULL, source = '', is_shared = false,"
            " login_generation = login_generation + 1"
            " WHERE merchant_id = %s AND id = ANY(%s) AND home_customer_id IN"
            " (SELECT id FROM customers_customer WHERE id = ANY(%s) AND erased_at IS NULL)",
            [actor.merchant_id, list(someone.identities), list(someone.homes)],
        )
    blank = {name: None if Customer._meta.get_field(name).null else "" for name in filling.FIELDS}
    Customer.objects.filter(pk__in=someone.homes, erased_at__isnull=True).update(erased_at=at, **blank)
    Merge.objects.filter(survivor_home__in=someone.homes).update(evidence=[], filled={})
    Merge.objects.filter(absorbed_home__in=someone.homes).update(evidence=[], filled={})
    Note.objects.filter(home_customer__in=someone.homes).delete()
    Address.objects.filter(identity__in=someone.identities).delete()
    _close_cases(someone, actor)
    writer.mark_people_changed(actor.merchant_id)


def without_erased(
    records: pa.Table, *, time: str, namespace: str, merchant_id: int, also: Sequence[str] = ()
) -> pa.Table:
    """The same records; those that show an erased key and are older than its erasure say nothing of anybody.

    `time`: the column with the time of each record; `also`: further columns that may name the person.
    """
    erased = {
        bytes(key): at for key, at in Tombstone.objects.filter(merchant_id=merchant_id).values_list("key", "erased_at")
    }
    if not erased or not records.num_rows:
        return records
    until = np.full(records.num_rows, np.iinfo(np.int64).min)
    for column, kind in keys.COLUMNS.items():
        shown = records.column(column).combine_chunks().dictionary_encode()
        if not len(shown.dictionary):
            continue
        at = _erased_at(erased, keys.keys(kind, namespace, shown.dictionary.to_pylist(), merchant_id))
        seen = np.asarray(shown.is_valid())
        np.maximum.at(until, np.flatnonzero(seen), at[np.asarray(shown.indices.drop_null())])
    gone = until >= np.asarray(records.column(time).cast(pa.timestamp("us")).cast(pa.int64()))
    if not gone.any():
        return records
    for name in (*keys.COLUMNS, *_ATTRIBUTES, *also):
        place = records.schema.get_field_index(name)
        field = records.schema.field(place)
        kept = pc.if_else(pa.array(gone), pa.scalar(None, field.type), records.column(name))
        records = records.set_column(place, field, kept)
    return records


def erased_at(key: bytes, merchant_id: int) -> datetime | None:
    """When the account with this blind index was erased last."""
    found = Tombstone.objects.filter(merchant_id=merchant_id, key=_tombstone(key)).first()
    return found.erased_at if found else None


def _erased_at(erased: dict[bytes, datetime], blind: Sequence[bytes]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Microseconds of each key's erasure; the smallest number where there was none."""
    never = np.iinfo(np.int64).min
    times = (erased.get(_tombstone(key)) for key in blind)
    return np.array([never if at is None else int(at.timestamp() * 1_000_000) for at in times], dtype=np.int64)


def _tombstone(key: bytes) -> bytes:
    return crypto.keyed_digest("tombstone", key.hex())[:16]


def _close_cases(someone: Person, actor: Actor) -> None:
    """Questions about the person lose their evidence; open ones need no answer any more."""
    for case in _cases(someone):
        case.evidence = []
        if case.state == ReviewCase.State.OPEN:
            case.state, case.decided_at = ReviewCase.State.KEPT_APART, clock.now()
            case.decided_by = actor.name
        case.save(update_fields=["evidence", "state", "decided_at", "decided_by"])


def _cases(someone: Person) -> Iterator[ReviewCase]:
    for home in someone.homes:
        yield from ReviewCase.objects.filter(customers__contains=[home])
