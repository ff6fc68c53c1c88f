"""Whose browser it was: stretches of a visitor, found or made for many events at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import connection

from yutang.areas.customers import queries as customers
from yutang.areas.customers import services as customer_services
from yutang.areas.interactions import arrivals
from yutang.areas.interactions.models import Claim, Visitor
from yutang.core import crypto

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yutang.areas.interactions.reading import EventIn

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
GONE = "~~"  # begins keys that no client can send
_COLUMNS = "id, key, EXTRACT(EPOCH FROM since)::float8, claim_key, identity_id, home_customer_id, customer_id"


@dataclass(slots=True)
class Stretch:
    id: int
    key: str
    since: float  # seconds of the epoch
    claim_key: bytes | None
    identity_id: int | None
    home_customer_id: int | None
    customer_id: int | None


Stretches = dict[str, list[Stretch]]  # by visitor key, oldest first


def of(events: Sequence[EventIn], *, merchant_id: int, node_id: int) -> tuple[list[Stretch | None], int]:
    """The stretch of each event (None where nobody is named), and how many claims wait for the linking job."""
    blind = {
        index: customers.account_key(e.identity.kind, e.identity.namespace, e.identity.value, merchant_id)
        for index, e in enumerate(events)
        if e.identity is not None
    }
    # An account alone is a visitor too; "~" is not allowed in the ids of clients.
    keys = [e.visitor or (f"~{blind[index].hex()}" if index in blind else None) for index, e in enumerate(events)]
    found = _found_or_made({key for key in keys if key}, merchant_id)
    claims = 0
    # Stretches that change are locked in one go and one order, so that nobody waits for each other both ways.
    came = (index for index, event in enumerate(events) if arrivals.slug_of(event.source) is not None)
    if changing := {key for index in (*blind, *came) if (key := keys[index])}:
        found |= _load(changing, for_update=True)
    if blind:
        people = customers.people_with_keys(set(blind.values()))
        for index in sorted(blind, key=lambda i: events[i].occurred_at):
            key = keys[index]
            assert key is not None  # an event with an account has one
            claims += _claim(found[key], events[index], blind[index], people, merchant_id, node_id)
    return [
        _at(found[key], event.occurred_at) if key else None for key, event in zip(keys, events, strict=True)
    ], claims


def forget(numbers: Sequence[int]) -> None:
    """Nothing finds these stretches any more, neither a browser nor an account; what was done stays with the number.

    Where others used the same browser an unknown visitor takes the stretch over: they must not inherit it.
    """
    ours = list(Visitor.objects.filter(pk__in=numbers).exclude(key__startswith=GONE).order_by("pk"))
    shared = set(
        Visitor.objects.filter(key__in={one.key for one in ours}).exclude(pk__in=numbers).values_list("key", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE interactions_visitor SET key = %s || gen_random_uuid(), claim_key = NULL WHERE id = ANY(%s)",
            [GONE, [one.pk for one in ours]],
        )
    stand_ins = [one for one in ours if one.key in shared]
    Visitor.objects.bulk_create(
        Visitor(id=number, merchant_id=one.merchant_id, key=one.key, since=one.since)
        for number, one in zip(customer_services.reserve_numbers(len(stand_ins)), stand_ins, strict=True)
    )


def _found_or_made(keys: set[str], merchant_id: int) -> Stretches:
    found = _load(keys)
    if missing := sorted(keys - set(found)):
        numbers = customer_services.reserve_numbers(len(missing))
        with connection.cursor() as cursor:
            # In order, so that two who make the same visitors wait for each other one way only.
            cursor.execute(
                "INSERT INTO interactions_visitor (merchant_id, id, key, since)"
                " SELECT %s, id, key, %s FROM unnest(%s::bigint[], %s::text[]) AS v (id, key)"
                " ON CONFLICT (merchant_id, key, since) DO NOTHING",
                [merchant_id, BEGINNING, numbers, missing],
            )
        found |= _load(missing)
    return found


def _load(keys: Iterable[str], *, for_update: bool = False) -> Stretches:
    wanted = list(keys)
    found: Stretches = defaultdict(list)
    if not wanted:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM interactions_visitor"  # noqa: S608  our own columns
            " WHERE merchant_id = NULLIF(current_setting('yutang.merchant_id'), '')::bigint AND key = ANY(%s::text[])"
            f" ORDER BY key, since {'FOR UPDATE' if for_update else ''}",
            # Ids of visitors hold nothing to escape; the driver would look through each.
            ['{"' + '","'.join(wanted) + '"}'],
        )
        for row in cursor.fetchall():
            found[row[1]].append(Stretch(*row))
    return found


def _at(stretches: list[Stretch], at: datetime) -> Stretch:
    if len(stretches) == 1:
        return stretches[0]
    return next((stretch for stretch in reversed(stretches) if stretch.since <= at.timestamp()), stretches[0])


def _claim(
    stretches: list[Stretch],
    event: EventIn,
    blind: bytes,
    people: dict[bytes, int],
    merchant_id: int,
    node_id: int,
) -> int:
    """Notes whose stretch it is from this account; somebody else's begins here. 1 when the job has work to do."""
    account = event.identity
    assert account is not None
    stretch = _at(stretches, event.occurred_at)
    if stretch.claim_key is not None and bytes(stretch.claim_key) == blind:
        return 0
    if stretch.claim_key is None:
        stretch.claim_key = blind
        Visitor.objects.filter(pk=stretch.id).update(claim_key=blind)
    elif stretch.customer_id is not None and people.get(blind) == stretch.customer_id:
        return 0
    else:
        number = customer_services.reserve_numbers(1)[0]
        stretch = Stretch(number, stretch.key, event.occurred_at.timestamp(), blind, None, None, None)
        Visitor.objects.create(
            id=number, merchant_id=merchant_id, key=stretch.key, since=event.occurred_at, claim_key=blind
        )
        stretches.append(stretch)
        stretches.sort(key=lambda one: one.since)
    Claim.objects.create(
        merchant_id=merchant_id, visitor_id=stretch.id, kind=account.kind, namespace=account.namespace,
        value_encrypted=crypto.encrypt(account.value, merchant_id), node_id=node_id, seen_at=event.occurred_at,
    )  # fmt: skip
    return 1
