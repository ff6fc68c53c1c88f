"""Reads for people who follow a figure down to its postings: trial balance, months, postings, one entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Sum

from yutang.core import periods
from yutang.core.errors import NotFound
from yutang.core.ledger.models import AuditRun, Entry, Posting
from yutang.core.ledger.queries import TrialLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

POSTINGS_ORDER = ("-entry__at", "-id")
RUNS_ORDER = ("-id",)

# Balances are cached sums of postings (proved nightly), so what stood at a moment is what stands now without what came
# after it: the newer the moment, the less is read. One statement, one snapshot.
TRIAL = """
WITH later AS (
  SELECT p.account_id, sum(p.amount) AS amount
    FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
   WHERE e.merchant_id = %(merchant)s AND e.at >= %(before)s GROUP BY 1
)
SELECT a.kind, a.unit, (sum(a.balance) - COALESCE(sum(l.amount), 0))::bigint
  FROM ledger_account a LEFT JOIN later l ON l.account_id = a.id
 WHERE a.merchant_id = %(merchant)s GROUP BY 1, 2 ORDER BY 2, 1
"""
MONTHS = """
SELECT date_trunc('month', e.at AT TIME ZONE %(timezone)s)::date,
       COALESCE(sum(p.amount) FILTER (WHERE p.amount > 0), 0)::bigint,
       COALESCE(sum(p.amount) FILTER (WHERE p.amount < 0), 0)::bigint, count(*)
  FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id
 WHERE e.merchant_id = %(merchant)s AND e.at >= %(since)s AND e.at < %(before)s AND a.kind = %(kind)s
   AND a.unit = %(unit)s
 GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class MonthLine:
    """What an account kind gained (`plus`) and lost (`minus` ≤ 0) in the month that begins on `month`."""

    month: date
    plus: int
    minus: int
    count: int


def trial_before(*, merchant_id: int, before: datetime) -> list[TrialLine]:
    """The sum of all postings of entries before that instant, by account kind and unit; each unit sums to zero."""
    with connection.cursor() as cursor:
        cursor.execute(TRIAL, {"merchant": merchant_id, "before": before})
        return [TrialLine(*row) for row in cursor.fetchall()]


def months(
    *, merchant_id: int, kind: str, unit: str, since: datetime, before: datetime, timezone: str
) -> list[MonthLine]:
    """The months with postings, oldest first; months are those of the time zone."""
    with connection.cursor() as cursor:
        cursor.execute(
            MONTHS,
            {
                "merchant": merchant_id, "kind": kind, "unit": unit, "since": since, "before": before,
                "timezone": timezone,
            },
        )  # fmt: skip
        return [MonthLine(*row) for row in cursor.fetchall()]


def postings(
    *, since: datetime, before: datetime, kind: str = "", unit: str = "", source: tuple[str, int | None] | None = None,
    entry_kind: str = "", holder: tuple[str, int] | None = None,
) -> QuerySet[Posting]:  # fmt: skip
    """Of entries from `since` to before `before`, with entry and account; to be paged by `POSTINGS_ORDER`. `holder`:
    (type, id) of whose accounts."""
    rows = Posting.objects.filter(entry__at__gte=since, entry__at__lt=before).select_related("entry", "account")
    if kind:
        rows = rows.filter(account__kind=kind)
    if unit:
        rows = rows.filter(account__unit=unit)
    if entry_kind:
        rows = rows.filter(entry__kind=entry_kind)
    if holder is not None:
        rows = rows.filter(account__holder_type=holder[0], account__holder_id=holder[1])
    if source is not None:
        rows = rows.filter(entry__source_type=source[0])
        if source[1] is not None:
            rows = rows.filter(entry__source_id=source[1])
    return rows


def moved_by_holder(
    *, kind: str, unit: str, holder_type: str, edges: Sequence[datetime]
) -> list[dict[int, tuple[int, int]]]:
    """For each period (core.periods): holder → what an account kind gained, and over how many postings. One
    statement."""
    rows = postings(since=edges[0], before=edges[-1], kind=kind, unit=unit).filter(account__holder_type=holder_type)
    numbered = rows.annotate(period=periods.number("entry__at", edges)).order_by()
    found = numbered.values_list("period", "account__holder_id").annotate(Sum("amount"), Count("pk"))
    return periods.each(edges, ((n, holder, (amount or 0, count)) for n, holder, amount, count in found))


@dataclass(frozen=True, slots=True)
class WholeEntry:
    entry: Entry
    postings: list[Posting]
    reverses: Entry | None
    reversed_by: list[Entry]


def entry(entry_id: int) -> WholeEntry:
    """The checked door: NotFound for another merchant's. Three queries."""
    found = Entry.objects.select_related("reverses").filter(pk=entry_id).first()
    if found is None:
        raise NotFound
    lines = Posting.objects.filter(entry=found).select_related("account", "lot").order_by("id")
    return WholeEntry(found, list(lines), found.reverses, list(Entry.objects.filter(reverses=found).order_by("id")))


def runs() -> QuerySet[AuditRun]:
    """To be paged by `RUNS_ORDER`."""
    return AuditRun.objects.all()


def last_run() -> AuditRun | None:
    return AuditRun.objects.order_by(*RUNS_ORDER).first()
