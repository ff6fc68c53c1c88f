"""Who brought whom: one bringer per person, and no circles.

Open rows are statements of homes. Which of them stand follows from playing them in order: what a hand said (the newest
first), then what codes and files said (the oldest first: who brought somebody first, brought them). A row stands unless
its person has a bringer already, or the bringer was brought by the person, or both are one. So what stands is always a
forest, whatever merging makes of the people. All who write hold the merchant's identity lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from yutang.areas.customers import merging
from yutang.areas.customers import queries as customers
from yutang.areas.relations.errors import BroughtThemselves, GoesInCircles, ReasonMissing
from yutang.areas.relations.events import FriendBrought
from yutang.areas.relations.models import Referral, Source
from yutang.areas.relations.services import saying
from yutang.core import clock, events, tenancy
from yutang.core.access import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.areas.customers.models import Customer

_BY_HAND = (Source.MANUAL, Source.API)
# Everybody reachable upwards from these people by open rows, with the rows: nothing else can change what stands of them
# (docs/decisions/0026-roles-and-relations.md). UNION keeps circles from running for ever.
_ABOVE = """
WITH RECURSIVE up (id) AS (
    SELECT unnest(%(people)s::bigint[])
    UNION
    SELECT r.bringer_id FROM up JOIN relations_referral r
      ON r.customer_id = up.id AND r.ended_at IS NULL AND r.merchant_id = %(merchant)s
)
SELECT r.id FROM up JOIN relations_referral r
  ON r.customer_id = up.id AND r.ended_at IS NULL AND r.merchant_id = %(merchant)s
"""


@transaction.atomic
def bring(
    *, customer: Customer, bringer: Customer, reason: str = "", source: Source = Source.MANUAL, actor: Actor
) -> Referral:
    """Somebody says who brought the person. Changing what is known takes a reason; the same again changes nothing.

    Of merged homes only what the person of today said ends; the others' statements are outranked and come back when
    the merge is undone.
    """
    saying.settle(customer, actor)
    reason = saying.reason_of(reason)
    bringer_id = customers.roots([bringer.pk])[bringer.pk]
    if bringer_id == customer.pk:
        raise BroughtThemselves(field="bringer")
    merging.refuse_erased(customers.by_id([bringer_id])[bringer_id])
    known = Referral.objects.filter(customer=customer, is_standing=True).first()
    if known is not None and known.bringer_id == bringer_id:
        return known
    if known is not None and not reason:
        raise ReasonMissing(field="reason")
    if customer.pk in _above(bringer_id):
        raise GoesInCircles(field="bringer", bringer=bringer_id, customer=customer.pk)
    return _say(customer, bringer_id, source=source, reason=reason, since=clock.now(), actor=actor)


@transaction.atomic
def bring_by_code(
    *, customer: Customer, bringer: Customer, code: str, since: datetime, actor: Actor
) -> Referral | None:
    """The person came by somebody's code. Who is known to have been brought, or was ours before, stays as they are; a
    code that would close a circle says nothing."""
    saying.settle(customer, actor)
    bringer_id = customers.roots([bringer.pk])[bringer.pk]
    if (
        bringer_id == customer.pk
        or customers.by_id([bringer_id])[bringer_id].erased_at is not None
        or customer.first_seen_at < since
        or Referral.objects.filter(customer=customer).exists()
        or customer.pk in _above(bringer_id)
    ):
        return None
    said = _say(customer, bringer_id, source=Source.CODE, reason=code, since=since, actor=actor)
    events.publish(FriendBrought(merchant_id=actor.merchant_id, customer_id=customer.pk, bringer_id=bringer_id))
    return said


@transaction.atomic
def forget_bringer(*, customer: Customer, reason: str = "", actor: Actor) -> int:
    """Nobody brought the person after all; how many statements ended."""
    saying.settle(customer, actor)
    ended = _end(Referral.objects.filter(customer=customer), why=saying.reason_of(reason), by=actor.name)
    if ended:
        decide([customer.pk, *ended])
        saying.tell("relations.forget_bringer", customer_id=customer.pk, actor=actor)
    return len(ended)


def decide(customer_ids: Iterable[int]) -> None:
    """Works out anew which statements stand, for these people and everybody above them. Every merge calls it too, and
    holds the lock already."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, {"people": list(customer_ids), "merchant": tenancy.require_merchant_id()})
        rows = list(Referral.objects.filter(pk__in=[row[0] for row in cursor.fetchall()]))
    standing = play(rows)
    changed = [row for row in rows if row.is_standing != (row.pk in standing)]
    for row in changed:
        row.is_standing = not row.is_standing
    Referral.objects.bulk_update(changed, ["is_standing"], batch_size=1000)


def play(rows: Iterable[Referral]) -> set[int]:
    """Ids of the open rows that stand."""
    bringers: dict[int, int] = {}
    standing: set[int] = set()
    for row in sorted(rows, key=_rank):
        if row.customer_id not in bringers and not _reaches(bringers, row.bringer_id, row.customer_id):
            bringers[row.customer_id] = row.bringer_id
            standing.add(row.pk)
    return standing


def _rank(row: Referral) -> tuple[bool, float, int]:
    if row.source in _BY_HAND:
        return False, -row.since.timestamp(), -row.pk
    return True, row.since.timestamp(), row.pk


def _reaches(bringers: dict[int, int], start: int, end: int) -> bool:
    at: int | None = start
    while at is not None and at != end:
        at = bringers.get(at)
    return at == end


def _say(
    customer: Customer, bringer_id: int, *, source: Source, reason: str, since: datetime, actor: Actor
) -> Referral:
    former = _end(Referral.objects.filter(home_customer=customer), why=reason, by=actor.name)
    made = Referral.objects.create(
        merchant_id=actor.merchant_id, customer=customer, home_customer=customer, bringer_id=bringer_id,
        home_bringer_id=bringer_id, source=source, reason=reason, since=since, set_by=actor.name,
    )  # fmt: skip
    decide([customer.pk, *former])
    made.refresh_from_db()
    saying.tell("relations.bring", customer_id=customer.pk, actor=actor, bringer=bringer_id)
    return made


def _end(rows: QuerySet[Referral], *, why: str, by: str) -> list[int]:
    """Closes the open ones; whom they named, since what stands of those may change with it."""
    former = list(rows.filter(ended_at__isnull=True).values_list("bringer_id", flat=True))
    saying.end(rows, why=why, by=by, is_standing=False)
    return former


def _above(customer_id: int) -> list[int]:
    """The person, who brought them, who brought those, and so on."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE up (id) AS (
                SELECT %(person)s::bigint
                UNION
                SELECT r.bringer_id FROM up JOIN relations_referral r
                  ON r.customer_id = up.id AND r.is_standing AND r.merchant_id = %(merchant)s
            )
            SELECT id FROM up
            """,
            {"person": customer_id, "merchant": tenancy.require_merchant_id()},
        )
        return [row[0] for row in cursor.fetchall()]
