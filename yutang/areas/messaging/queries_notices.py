"""Reads of notices, and of what the merchant has decided about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.messaging import kinds
from yutang.areas.messaging.models import Notice, ReminderRule, ReminderTerms
from yutang.areas.messaging.queries import require_everything
from yutang.core import clock, tenancy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from yutang.areas.messaging.kinds import Find, Kind
    from yutang.core.access import Actor

NEWEST = ("-id",)
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Told:
    """A notice in words. `page`: where one acts, the name of a page of the shop and its arguments; empty: nowhere."""

    id: int
    kind: str
    icon: str
    title: str
    text: str
    page: tuple[str | int, ...]
    at: datetime
    read_at: datetime | None


def of_person(customer_id: int) -> QuerySet[Notice]:
    """To be paged by `NEWEST`: whoever opens the list reads all, so the unread ones are its first."""
    return Notice.objects.filter(customer=customer_id)


def unread(customer_id: int) -> int:
    return Notice.objects.filter(customer=customer_id, read_at__isnull=True).count()


def told(row: Notice) -> Told:
    """In the active language and time zone."""
    kind = kinds.get(row.kind)
    if kind is None:
        return Told(row.pk, row.kind, "bell", gettext("Notice"), "", (), row.at, row.read_at)
    title, text = kind.words(row.figures)
    return Told(row.pk, row.kind, kind.icon, title, text, kind.page(row.figures), row.at, row.read_at)


# -- what the merchant has decided -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """Of one kind. `days`: None where the kind has none."""

    kind: Kind
    is_on: bool
    days: int | None


def hour() -> int:
    """From which hour of the merchant's day on reminders are written."""
    return (ReminderTerms.objects.first() or ReminderTerms()).hour


def settings() -> list[Setting]:
    """Of every kind; one statement."""
    rules = {rule.kind: rule for rule in ReminderRule.objects.all()}
    return [
        Setting(kind, rule.is_on if rule else True, (rule.days if rule else None) or kind.days)
        for kind in kinds.every()
        for rule in [rules.get(kind.key)]
    ]


def is_on(kind: str) -> bool:
    return not ReminderRule.objects.filter(kind=kind, is_on=False).exists()


# -- whom to remind ----------------------------------------------------------------------------------------------------

# Who was told as the person of today, or as one of those who became this person, is not told again.
UNTOLD = """NOT EXISTS (SELECT 1 FROM messaging_notice n
        WHERE n.merchant_id = %(merchant)s AND n.customer_id = f.customer_id AND n.key = f.key)"""
_COUNT = """
WITH found AS MATERIALIZED ({find})
SELECT count(*), (SELECT count(DISTINCT f.customer_id) FROM found f WHERE f.figures IS NOT NULL AND {untold})
  FROM found
"""


@dataclass(frozen=True)
class Day:
    """A day of the merchant's calendar."""

    merchant_id: int
    timezone: str
    on: date
    now: datetime

    def values(self, find: Find, days: int | None, limit: int) -> dict[str, Any]:
        """For a `kinds.Find`, from its beginning."""
        span = timedelta(days=days or 0)
        return {
            **find.values, "merchant": self.merchant_id, "timezone": self.timezone, "now": self.now, "today": self.on,
            "until": clock.end_of_day(self.on + span, self.timezone),
            "since": clock.start_of_day(self.on - span, self.timezone),
            "after_at": None, "after_id": 0, "limit": limit,
        }  # fmt: skip


def today() -> Day:
    """Of the merchant in scope."""
    merchant = merchants.current_merchant(tenancy.require_merchant_id())
    return Day(merchant.pk, merchant.timezone, clock.today(merchant.timezone), clock.now())


@dataclass(frozen=True)
class Preview:
    """People who would be told now; `is_more`: at least so many, no further rows were looked at."""

    people: int
    is_more: bool


def preview(settings: Iterable[Setting], *, actor: Actor) -> dict[str, Preview]:
    """By kind, of those that are searched for; a statement each. They need not be on."""
    require_everything(actor)
    day, found = today(), {}
    for setting in settings:
        find = setting.kind.find
        if find is None:
            continue
        with connection.cursor() as cursor:
            values = day.values(find, setting.days, MOST_COUNTED)
            cursor.execute(_COUNT.format(find=find.sql, untold=UNTOLD), values)
            rows, people = cursor.fetchone()
        found[setting.kind.key] = Preview(people, rows >= MOST_COUNTED)
    return found


# -- for the privacy area, which lies above ----------------------------------------------------------------------------


def rows_of(customer_id: int) -> list[dict[str, Any]]:
    """For a copy of a person's data."""
    found = [(row, told(row)) for row in of_person(customer_id).order_by("id")]
    return [{"at": row.at, "title": said.title, "text": said.text, "read_at": row.read_at} for row, said in found]


def count_before(before: datetime) -> int:
    return Notice.objects.filter(at__lt=before).count()
