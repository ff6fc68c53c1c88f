"""Who came by which code: noted with the event, read as a person's first and latest source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from yutang.areas.customers import queries as customers
from yutang.areas.interactions.models import Code, Visitor
from yutang.areas.relations import services as relations
from yutang.core import jobs
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from yutang.areas.interactions.reading import EventIn
    from yutang.areas.interactions.visitors import Stretch
    from yutang.core.access import Actor

PREFIX = "code:"
_SLUG = re.compile(r"code:([a-z0-9]{1,16})")

# A stretch's first code is the earliest, its latest the latest, in whatever order events come in. Rows are locked
# already (visitors.of).
_NOTE = """
WITH came AS (
    SELECT v AS visitor, c.id AS code, at
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS e (v, slug, at)
    JOIN interactions_code c
      ON c.slug = e.slug AND c.merchant_id = NULLIF(current_setting('yutang.merchant_id'), '')::bigint
),
seen AS (
    SELECT visitor, (array_agg(code ORDER BY at, code))[1] AS first_code, min(at) AS first_at,
           (array_agg(code ORDER BY at DESC, code DESC))[1] AS latest_code, max(at) AS latest_at
    FROM came GROUP BY visitor
)
UPDATE interactions_visitor v SET
    first_code_id = CASE WHEN seen.first_at < COALESCE(v.first_code_at, 'infinity') THEN seen.first_code
                         ELSE v.first_code_id END,
    first_code_at = LEAST(v.first_code_at, seen.first_at),
    latest_code_id = CASE WHEN seen.latest_at >= COALESCE(v.latest_code_at, '-infinity') THEN seen.latest_code
                          ELSE v.latest_code_id END,
    latest_code_at = GREATEST(v.latest_code_at, seen.latest_at)
FROM seen WHERE v.id = seen.visitor
RETURNING v.customer_id, v.first_code_at = seen.first_at
"""


def source(slug: str) -> str:
    """What an event that came by the code has as its `source`."""
    return f"{PREFIX}{slug}"


def slug_of(text: str) -> str | None:
    """The slug in the `source` of an event, if it is one."""
    found = _SLUG.fullmatch(text) if text.startswith(PREFIX) else None
    return found[1] if found else None


def note(events: Sequence[EventIn], stretches: Sequence[Stretch | None], *, merchant_id: int) -> None:
    """The codes by which the visitors of these events came; slugs that are none of ours are only text."""
    came = [
        (stretch, slug, event.occurred_at)
        for event, stretch in zip(events, stretches, strict=True)
        if stretch is not None and (slug := slug_of(event.source)) is not None
    ]
    if not came:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE, [[stretch.id for stretch, _, _ in came], [slug for _, slug, _ in came], [at for _, _, at in came]]
        )
        known = [(customer_id, is_first) for customer_id, is_first in cursor.fetchall() if customer_id is not None]
    if known:
        writer.mark_people_changed(merchant_id)
    if newly := sorted({customer_id for customer_id, is_first in known if is_first}):
        jobs.defer("interactions.credit", merchant_id=merchant_id, customer_ids=newly)


def credit(customer_ids: Iterable[int], *, actor: Actor) -> None:
    """These people of today came by codes: whose code was the first of all becomes their guide, or brought them.

    The relations area decides what that changes: nothing for who has a guide or a bringer, or was ours before.
    """
    came = Visitor.objects.filter(customer_id__in=list(customer_ids), first_code__isnull=False)
    firsts = (
        came.order_by("customer_id", "first_code_at", "id")
        .distinct("customer_id")
        .select_related("first_code__guide__user", "first_code__customer")
    )
    wanted = {
        one.customer_id: (one.first_code, one.first_code_at)
        for one in firsts
        if one.first_code is not None and (one.first_code.guide_id or one.first_code.customer_id)
    }
    for customer_id, person in sorted(customers.by_id(key for key in wanted if key is not None).items()):
        code, at = wanted[customer_id]
        assert code is not None  # filtered above
        assert at is not None  # set together with the code
        if person.erased_at is not None or person.merged_into_id is not None:
            continue
        if code.guide is not None:
            relations.assign_by_code(customer=person, guide=code.guide, code=code.name, since=at, actor=actor)
        if code.customer is not None:
            relations.bring_by_code(customer=person, bringer=code.customer, code=code.name, since=at, actor=actor)


@dataclass(frozen=True)
class Arrival:
    """The codes by which a person came first and last; mostly the same."""

    first: Code
    first_at: datetime
    latest: Code
    latest_at: datetime


def of_visitors(found: Iterable[Visitor]) -> Arrival | None:
    """Of a person's visitors (`queries.visitors`); None for who came by no code."""
    came = [one for one in found if one.first_code is not None and one.latest_code is not None]
    if not came:
        return None
    first = min(came, key=lambda one: (one.first_code_at, one.pk))
    latest = max(came, key=lambda one: (one.latest_code_at, one.pk))
    assert first.first_code is not None  # code and time are set together
    assert first.first_code_at is not None
    assert latest.latest_code is not None
    assert latest.latest_code_at is not None
    return Arrival(first.first_code, first.first_code_at, latest.latest_code, latest.latest_code_at)


def names(sources: Iterable[str], known: Iterable[Code] = ()) -> dict[str, str]:
    """Names of the codes among these `source`s of events; `known` ones need no query."""
    found = {code.slug: code.name for code in known}
    if missing := {slug for text in sources if (slug := slug_of(text)) is not None} - set(found):
        found |= dict(Code.objects.filter(slug__in=missing).values_list("slug", "name"))
    return {source(slug): name for slug, name in found.items()}
