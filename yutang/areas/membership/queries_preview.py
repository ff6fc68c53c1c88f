"""Who would move if the ladder, or the months, were others: before anything is saved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from yutang.areas.membership import queries, rules
from yutang.areas.membership.models import Member
from yutang.areas.membership.rules import Earned, Rung, Standing
from yutang.core import tenancy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet

    from yutang.areas.membership.queries import Course

CHUNK = 5_000


@dataclass(frozen=True)
class Move:
    """So many people would go from one level to another (ids; None: no level), when notice and grace are over."""

    before: int | None
    after: int | None
    people: int


def moves(ladder: Sequence[Rung], *, keep_months: int | None = None) -> list[Move]:
    """The most people first. Of most people PostgreSQL counts by level and growth; one by one are judged only those for
    whom the growth of the last months matters."""
    course = queries.course(sorted(ladder, key=lambda rung: rung.threshold), keep_months)
    counted: Counter[tuple[int | None, int | None]] = Counter()
    due = _due(course)
    for level_id, growth, people in _by_growth(course, due):
        counted[level_id, _after(Standing(level_id, course.today), Earned(growth, 0), course).level] += people
    after = 0
    while rows := list(_asked(due).filter(customer__gt=after).order_by("customer")[:CHUNK]):
        after = rows[-1].customer_id
        recent = queries.recent_growth([row.customer_id for row in rows], course)
        for row in rows:
            before = Standing(row.level_id, row.counted_from, None, row.fell_from)
            earned = Earned(row.growth, recent.get(row.customer_id, 0))
            counted[row.level_id, _after(before, earned, course).level] += 1
    found = [Move(*pair, people) for pair, people in counted.items() if pair[0] != pair[1]]
    return sorted(found, key=lambda move: (-move.people, move.before or 0, move.after or 0))


def _after(before: Standing, earned: Earned, course: Course) -> Standing:
    return rules.judge(
        before, earned, course.ladder, today=course.today, keep_months=course.keep_months, grace_days=0
    )  # fmt: skip


def _due(course: Course) -> tuple[list[int], date]:
    """Levels that must be kept, and the day from which on a period that began is over."""
    return [rung.id for rung in course.ladder if rung.keep is not None], rules.months_after(
        course.today, -course.keep_months
    )


def _asked(due: tuple[list[int], date]) -> QuerySet[Member]:
    return Member.objects.filter(Q(fell_from__isnull=False) | Q(level__in=due[0], counted_from__lte=due[1]))


def _by_growth(course: Course, due: tuple[list[int], date]) -> list[tuple[int | None, int, int]]:
    """(level, the lowest growth of the group, people): groups end where a level begins."""
    thresholds = [rung.threshold for rung in course.ladder]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT level_id, width_bucket(growth, %(thresholds)s::bigint[]), count(*) FROM membership_member"
            " WHERE merchant_id = %(merchant)s AND fell_from IS NULL"
            "   AND NOT COALESCE(level_id = ANY(%(keep)s::bigint[]) AND counted_from <= %(since)s, false)"
            " GROUP BY 1, 2",
            {
                "thresholds": thresholds, "merchant": tenancy.require_merchant_id(), "keep": due[0], "since": due[1],
            },
        )  # fmt: skip
        return [(row[0], thresholds[row[1] - 1] if row[1] else -1, row[2]) for row in cursor.fetchall()]
