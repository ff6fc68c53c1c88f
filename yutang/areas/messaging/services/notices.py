"""Telling people something in the shop: one or many at once, each thing once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from yutang.areas.customers import queries as customers
from yutang.areas.messaging import kinds
from yutang.areas.messaging import queries_notices as queries
from yutang.areas.messaging.models import Notice
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.areas.messaging.kinds import Kind
    from yutang.core.access import Actor

# People stay who they are until the transaction ends; who was merged or erased meanwhile is left out. Both the order
# of locks and that of writing are the same for whoever else tells people at the same time.
_TELL = """
WITH found AS MATERIALIZED ({find}),
due AS MATERIALIZED (
    SELECT DISTINCT ON (f.customer_id, f.key) f.customer_id, f.key, f.figures FROM found f
     WHERE f.figures IS NOT NULL AND {untold}),
whom AS MATERIALIZED (
    SELECT c.id FROM customers_customer c
     WHERE c.id IN (SELECT customer_id FROM due) AND c.merged_into_id IS NULL AND c.erased_at IS NULL
     ORDER BY c.id FOR KEY SHARE OF c),
told AS (
    INSERT INTO messaging_notice (merchant_id, customer_id, home_customer_id, kind, key, figures, at)
    SELECT %(merchant)s, d.customer_id, d.customer_id, %(kind)s, d.key, d.figures, %(now)s
      FROM due d JOIN whom ON whom.id = d.customer_id ORDER BY d.customer_id, d.key
        ON CONFLICT DO NOTHING RETURNING 1)
SELECT (SELECT count(*) FROM found), (SELECT count(*) FROM told), l.position_at, l.position_id
  FROM (SELECT 1) one
  LEFT JOIN (SELECT position_at, position_id FROM found ORDER BY position_at DESC, position_id DESC LIMIT 1) l ON true
"""
_GIVEN = """
SELECT customer_id, key, figures, NULL::timestamptz AS position_at, customer_id AS position_id
  FROM unnest(%(people)s::bigint[], %(keys)s::text[], %(figures)s::jsonb[]) AS g (customer_id, key, figures)
"""


@dataclass(frozen=True)
class News:
    """For one person. `key` says what it is about, as far as that is told once."""

    customer_id: int
    key: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def notify(*, kind: str, news: Sequence[News], actor: Actor) -> int:
    """Tells people something of a registered kind; how many notices were written. Nothing for who knows it already, for
    who was erased, and where the merchant has switched the kind off. Three statements, however many people."""
    known = kinds.get(kind)
    if known is None:
        raise ValueError(f"no such kind of notice: {kind}")
    if not news or not queries.is_on(kind):
        return 0
    today = customers.roots([one.customer_id for one in news])
    given = {
        "people": [today.get(one.customer_id, one.customer_id) for one in news], "keys": [one.key for one in news],
        "figures": [json.dumps(one.figures) for one in news],
        "merchant": actor.merchant_id, "now": clock.now(),
    }  # fmt: skip
    return tell(known, _GIVEN, given)[1]


def read_all(*, customer_id: int, up_to: int, actor: Actor) -> int:
    """The person has seen everything up to this notice; how many were new."""
    del actor
    unread = Notice.objects.filter(customer=customer_id, read_at__isnull=True, pk__lte=up_to)
    return unread.update(read_at=clock.now())


def tell(kind: Kind, find: str, values: dict[str, Any]) -> tuple[int, int, datetime | None, int]:
    """In the caller's transaction: (rows found, notices written, where the last row stands)."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL.format(find=find, untold=queries.UNTOLD), {**values, "kind": kind.key})
        found: tuple[int, int, datetime | None, int] = cursor.fetchone()
        return found


# -- for the privacy area, which lies above ----------------------------------------------------------------------------


def forget_people(homes: Sequence[int]) -> int:
    """Deletes whatever these people were told."""
    return Notice.objects.filter(home_customer__in=homes).delete()[0]


def remove_before(before: datetime) -> int:
    return int(Notice.objects.filter(at__lt=before)._raw_delete("default"))
