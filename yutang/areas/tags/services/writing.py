"""Taggings written in sets: no person becomes a Python object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection
from pyroaring import BitMap64

from yutang.areas.customers import merging
from yutang.areas.customers import queries as customers
from yutang.areas.tags.models import Tag, Tagging
from yutang.core import clock, tenancy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CHUNK = 20_000


@dataclass(frozen=True)
class Reason:
    """Why many people get a tag."""

    source: str
    by: str
    evidence: str = ""
    run_id: int | None = None


def people_of_today(people: Iterable[int], merchant_id: int) -> list[int]:
    """Whom the ids of an earlier moment mean now. Nobody is merged until the transaction ends."""
    merging.lock_identities(merchant_id)
    return customers.current_people(list(people))


def give_many(tag: Tag, people: Sequence[int], reason: Reason) -> int:
    """Gives the tag to those of these people of today who do not have it; the number of taggings made."""
    now = clock.now()
    end_expired(now)
    made = _run(
        """
        INSERT INTO tags_tagging (merchant_id, customer_id, home_customer_id, tag_id, source, evidence, run_id,
            given_at, given_by, expires_at, ended_by, end_reason)
        SELECT %(merchant)s, p.id, p.id, %(tag)s, %(source)s, %(evidence)s, %(run)s, %(now)s, %(by)s, %(expires)s,
            '', ''
        FROM unnest(%(people)s::bigint[]) AS p (id)
        WHERE NOT EXISTS (
            SELECT 1 FROM tags_tagging t WHERE t.merchant_id = %(merchant)s AND t.tag_id = %(tag)s
              AND t.customer_id = p.id AND t.ended_at IS NULL
        )
        ON CONFLICT (merchant_id, home_customer_id, tag_id) WHERE ended_at IS NULL DO NOTHING
        """,
        merchant=tag.merchant_id, tag=tag.pk, people=list(people), source=reason.source, evidence=reason.evidence,
        run=reason.run_id, now=now, by=reason.by, expires=expiry(tag, now),
    )  # fmt: skip
    others = rivals(tag)
    if made and others:
        # Whoever got the tag this instant loses the other tags of an exclusive group.
        _run(
            """
            UPDATE tags_tagging o
            SET ended_at = %(now)s, ended_by = %(by)s, end_reason = 'replaced', ended_run_id = %(run)s
            FROM tags_tagging n
            WHERE n.merchant_id = %(merchant)s AND n.tag_id = %(tag)s AND n.customer_id = ANY(%(people)s)
              AND n.ended_at IS NULL AND n.given_at = %(now)s AND n.run_id IS NOT DISTINCT FROM %(run)s
              AND o.merchant_id = %(merchant)s AND o.customer_id = n.customer_id AND o.tag_id = ANY(%(others)s)
              AND o.ended_at IS NULL
            """,
            merchant=tag.merchant_id, tag=tag.pk, people=list(people), now=now, by=reason.by, run=reason.run_id,
            others=others,
        )  # fmt: skip
    return made


def take_many(tag: Tag, people: Sequence[int], *, end: str, by: str, run_id: int | None = None, only: str = "") -> int:
    """Ends the tag's standing taggings of these people (`only` of this source); how many."""
    return _run(
        """
        UPDATE tags_tagging SET ended_at = %(now)s, ended_by = %(by)s, end_reason = %(end)s, ended_run_id = %(run)s
        WHERE merchant_id = %(merchant)s AND tag_id = %(tag)s AND customer_id = ANY(%(people)s) AND ended_at IS NULL
          AND (%(only)s = '' OR source = %(only)s)
        """,
        merchant=tag.merchant_id, tag=tag.pk, people=list(people), now=clock.now(), by=by, end=end, run=run_id,
        only=only,
    )  # fmt: skip


def end_expired(now: datetime) -> int:
    """Closes what has expired, at the instant it did."""
    return Tagging.objects.filter(
        merchant_id=tenancy.require_merchant_id(), ended_at__isnull=True, expires_at__lte=now
    ).update(ended_at=now, end_reason=Tagging.End.EXPIRED)


def rivals(tag: Tag) -> list[int]:
    """Other tags of an exclusive group."""
    if not tag.group.is_exclusive:
        return []
    return list(Tag.objects.filter(group=tag.group_id).exclude(pk=tag.pk).values_list("pk", flat=True))


def expiry(tag: Tag, given_at: datetime) -> datetime | None:
    return None if tag.keep_days is None else given_at + timedelta(days=tag.keep_days)


def chunks(people: BitMap64, after: int = 0, size: int = CHUNK) -> Iterator[list[int]]:
    """The ids beyond `after`, ascending, in pieces."""
    ids = np.fromiter(people, dtype=np.int64, count=len(people))
    ids = ids[np.searchsorted(ids, after, side="right") :]
    for start in range(0, len(ids), size):
        yield ids[start : start + size].tolist()


def _run(sql: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
