"""Writes of interactions: recording events, and linking visitors to people."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from django.db import connection, transaction
from pydantic_core import to_json

from yutang.areas.customers import merging
from yutang.areas.customers import queries as customer_queries
from yutang.areas.customers import services as customers
from yutang.areas.customers.errors import AccountErased
from yutang.areas.interactions import arrivals, partitions, visitors
from yutang.areas.interactions.models import Claim, Visitor
from yutang.areas.merchants import queries as merchants
from yutang.core import clock, crypto, jobs
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.interactions.reading import EventIn
    from yutang.core.access import Actor

LINKED_AT_ONCE = 500

_INSERT = """
INSERT INTO interactions_interaction (
    merchant_id, occurred_on, key, kind, occurred_at, received_at, visitor_id, identity_id, home_customer_id, channel,
    page, source, item, properties
)
SELECT %s, (occurred_at AT TIME ZONE 'UTC')::date, key, kind, occurred_at, %s, visitor, identity, home, channel,
    page, source, item, properties
FROM unnest(
    %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[],
    %s::text[], %s::text[], %s::text[], %s::jsonb[]
) AS e (key, kind, occurred_at, visitor, identity, home, channel, page, source, item, properties)
ON CONFLICT (merchant_id, occurred_on, key) DO NOTHING
"""


@transaction.atomic
def record(*, events: Sequence[EventIn], node_id: int | None = None, actor: Actor) -> int:
    """Records events; those that were recorded before change nothing. Returns how many were new.

    `node_id` is where people live whom these events show for the first time: the reach of the key, or headquarters.
    """
    actor.require("interactions.write")
    if not events:
        return 0
    # In one order, so that two who send the same events wait for each other one way only.
    days = [event.occurred_at.astimezone(UTC).date() for event in events]
    order = sorted(range(len(events)), key=lambda index: (days[index], events[index].id))
    events = [events[index] for index in order]
    days = [days[index] for index in order]
    partitions.ensure(set(days))
    home = node_id or merchants.root_node().pk if any(e.identity is not None for e in events) else 0
    stretches, claims = visitors.of(events, merchant_id=actor.merchant_id, node_id=home)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                actor.merchant_id, clock.now(),
                _array([e.id for e in events]), _array([e.kind for e in events]),
                _array([e.occurred_at.isoformat() for e in events]), _array([s.id if s else None for s in stretches]),
                _array([s.identity_id if s else None for s in stretches]),
                _array([s.home_customer_id if s else None for s in stretches]),
                _array([e.channel for e in events]), _array([e.page for e in events]),
                _array([e.source for e in events]), _array([e.item for e in events]),
                _array([to_json(e.properties).decode() for e in events]),
            ],
        )  # fmt: skip
        recorded: int = cursor.rowcount
    arrivals.note(events, stretches, merchant_id=actor.merchant_id)
    if claims:
        jobs.defer(
            "interactions.link", queueing_lock=f"interactions.link:{actor.merchant_id}", merchant_id=actor.merchant_id
        )
    return recorded


@transaction.atomic
def link(*, actor: Actor) -> int:
    """Visitors become the people whose accounts were shown for them; returns how many. Call until it is 0.

    The person is made when the account is new. Everything the visitor did before follows: facts keep the visitor's
    number and are redirected.
    """
    merging.lock_identities(actor.merchant_id)
    claims = list(Claim.objects.select_for_update(skip_locked=True).order_by("id")[:LINKED_AT_ONCE])
    known = set()
    for claim in claims:
        try:
            identity = customers.identify(
                kind=claim.kind, value=crypto.decrypt(bytes(claim.value_encrypted), actor.merchant_id),
                namespace=claim.namespace, node_id=claim.node_id, source="interaction", seen_at=claim.seen_at,
                actor=actor,
            )  # fmt: skip
        except AccountErased:  # it was shown before the erasure: the visitor stays somebody unknown
            visitors.forget([claim.visitor_id])
            continue
        Visitor.objects.filter(pk=claim.visitor_id).update(
            identity_id=identity.pk, home_customer_id=identity.home_customer_id, customer_id=identity.customer_id
        )
        known.add(identity.customer_id)
    Claim.objects.filter(pk__in=[claim.pk for claim in claims]).delete()
    arrivals.credit(customer_queries.roots(known).values(), actor=actor)
    if claims:
        writer.mark_people_changed(actor.merchant_id)
    return len(claims)


@transaction.atomic
def credit(*, customer_ids: Sequence[int], actor: Actor) -> None:
    """Guides and bringers of people who came by a code; they may have become part of others since."""
    merging.lock_identities(actor.merchant_id)
    arrivals.credit(customer_queries.roots(customer_ids).values(), actor=actor)


def _array(values: Sequence[str] | Sequence[int | None]) -> str:
    """PostgreSQL's text form of an array, several times as fast as the driver's: texts are joined first and escaped as
    one. U+0000 holds them apart, the one character that no text in PostgreSQL can have."""
    if values and isinstance(values[0], str):
        joined = "\0".join(map(str, values)).replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","')
        return f'{{"{joined}"}}'
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"
