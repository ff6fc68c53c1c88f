"""Who would move if the ladder, or the months, were others: counted and by name, before anything is saved."""

from __future__ import annotations

import itertools
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
PAGE = 50
# Of a page of people: what one step reads of the index, how many it judges, and after how many steps it says that
# there is more to look at.
WINDOW, STEP, MOST_STEPS = 10_000, 1_000, 20


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


@dataclass(frozen=True)
class Found:
    """Some of those who would move, by their number. `beyond`: after whom to go on, None: there are no more."""

    people: list[Member]
    beyond: int | None


def movers(
    ladder: Sequence[Rung], *, before: int | None, after: int | None, keep_months: int | None = None, beyond: int = 0,
    size: int | None = None,
) -> Found:  # fmt: skip
    """Who of a level would go to another one (ids as in `Move`): a page of them. However many people there are, it
    reads `MOST_STEPS` windows at most; then the page may be short, or empty, and still not the last."""
    if before == after:
        return Found([], None)
    course = queries.course(sorted(ladder, key=lambda rung: rung.threshold), keep_months)
    due = _due(course)
    of_level = Member.objects.filter(level=before).order_by("customer")
    candidates = of_level.filter(_growing_to(before, after, course) | _asking(due))
    found: list[Member] = []
    size = size or PAGE
    for _ in range(MOST_STEPS):
        end = of_level.filter(customer__gt=beyond).values_list("customer", flat=True)[WINDOW - 1 : WINDOW].first()
        inside = candidates.filter(customer__gt=beyond)
        taken = list((inside if end is None else inside.filter(customer__lte=end))[:STEP])
        asked = {row.customer_id for row in taken if _is_asked(row, due)}
        recent = queries.recent_growth(asked, course)
        for row in taken:
            standing = Standing(row.level_id, course.today)
            if row.customer_id in asked:
                standing = Standing(row.level_id, row.counted_from, None, row.fell_from)
            if _after(standing, Earned(row.growth, recent.get(row.customer_id, 0)), course).level != after:
                continue
            if len(found) == size:
                return Found(found, found[-1].customer_id)
            found.append(row)
        if len(taken) == STEP:
            beyond = taken[-1].customer_id
        elif end is None:
            return Found(found, None)
        else:
            beyond = end
    return Found(found, beyond)


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
    return Member.objects.filter(_asking(due))


def _asking(due: tuple[list[int], date]) -> Q:
    return Q(fell_from__isnull=False) | Q(level__in=due[0], counted_from__lte=due[1])


def _is_asked(row: Member, due: tuple[list[int], date]) -> bool:
    """As `_asking` does in PostgreSQL."""
    is_over = row.level_id in due[0] and row.counted_from is not None and row.counted_from <= due[1]
    return row.fell_from is not None or is_over


def _growing_to(before: int | None, after: int | None, course: Course) -> Q:
    """Growth with which those whom nobody asks about the last months go from one level to the other."""
    edges: list[int | None] = [None, *(rung.threshold for rung in course.ladder), None]
    found = Q(pk__in=[])
    for start, end in itertools.pairwise(edges):
        growth = start if start is not None else -1
        if _after(Standing(before, course.today), Earned(growth, 0), course).level == after:
            within = Q() if start is None else Q(growth__gte=start)
            found |= within if end is None else within & Q(growth__lt=end)
    return found


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
