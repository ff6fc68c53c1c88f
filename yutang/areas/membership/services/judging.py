"""Who stands on which level: judged when growth comes or goes, and every night everybody.

All of it is the one rule of rules.judge; rows are read and written set by set, however many people there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from yutang.areas.customers import queries as customers
from yutang.areas.membership import queries, reminding, rules
from yutang.areas.membership.events import LevelChanged, LevelFalling
from yutang.areas.membership.models import JudgingRun, LevelChange, Member
from yutang.areas.membership.rules import Standing
from yutang.core import access, clock, events, tenancy
from yutang.lake import writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yutang.areas.membership.queries import Course
    from yutang.core.access import Actor

CHUNK = 2_000
Because = LevelChange.Because


@dataclass(frozen=True)
class Judged:
    changed: int = 0
    noticed: int = 0


def lock_member(customer_id: int, growth: int = 0) -> int:
    """The person's row, made where there is none, locked until the transaction ends, with so much growth added.
    Returns the sum. The caller holds the person (merging.held)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO membership_member AS m (merchant_id, customer_id, growth, joined_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (merchant_id, customer_id)"
            " DO UPDATE SET growth = m.growth + EXCLUDED.growth RETURNING growth",
            [tenancy.require_merchant_id(), customer_id, growth, clock.now()],
        )
        return int(cursor.fetchone()[0])


def judge_people(
    customer_ids: Iterable[int], *, because: str, falls_at_once: bool = False, actor: Actor
) -> Judged:  # fmt: skip
    """Those of them who are members, in the caller's transaction."""
    rows = Member.objects.select_for_update(no_key=True).filter(customer__in=list(customer_ids)).order_by("customer")
    return _judge(list(rows), queries.course(), because=because, falls_at_once=falls_at_once, actor=actor)


def judge_next(*, actor: Actor) -> bool:
    """The next chunk of today's look at everybody, in a transaction of its own; False when all are done. Killed at any
    moment it goes on where the last chunk ended."""
    with tenancy.scope(actor.merchant_id):
        course = queries.course()
        if not course.ladder:
            return False
        JudgingRun.objects.get_or_create(merchant_id=actor.merchant_id, day=course.today)
        run = JudgingRun.objects.select_for_update().get(day=course.today)
        if run.finished_at is not None:
            return False
        rows = Member.objects.select_for_update(no_key=True).filter(customer__gt=run.position).order_by("customer")
        members = list(rows[:CHUNK])
        if members:
            done = _judge(members, course, because=Because.NOT_KEPT, falls_at_once=False, actor=actor)
            run.position, run.judged = members[-1].customer_id, run.judged + len(members)
            run.changed, run.noticed = run.changed + done.changed, run.noticed + done.noticed
        else:
            run.finished_at = clock.now()
            if run.changed:
                writer.mark_people_changed(actor.merchant_id)
        run.save()
        return bool(members)


@transaction.atomic
def judge_all_again(*, actor: Actor) -> None:
    """The ladder was changed: today's look begins anew."""
    JudgingRun.objects.filter(day=queries.course().today).delete()
    del actor


def recompute(customer_ids: Sequence[int]) -> None:
    """After people were merged or separated: sums from the entries, the best level that one of them had, as far as
    the growth that is there now reaches."""
    merchant_id = tenancy.require_merchant_id()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, sum(amount) FROM membership_growthentry"
            " WHERE merchant_id = %s AND customer_id = ANY(%s) GROUP BY customer_id",
            [merchant_id, list(customer_ids)],
        )
        sums: dict[int, int] = {customer_id: int(total) for customer_id, total in cursor.fetchall()}
    known = {row.customer_id: row for row in Member.objects.select_for_update().filter(customer__in=customer_ids)}
    if not sums and not known:
        return
    course, roots = queries.course(), customers.roots([*known, *sums])
    before: dict[int, list[Standing]] = {}
    for customer_id, row in sorted(known.items()):
        before.setdefault(roots[customer_id], []).append(_standing(row))
    gone = [customer_id for customer_id in known if roots[customer_id] != customer_id]
    Member.objects.filter(customer__in=gone).delete()
    missing = {roots[customer_id] for customer_id in (*known, *sums)} - (known.keys() - set(gone))
    Member.objects.bulk_create(Member(merchant_id=merchant_id, customer_id=pk) for pk in sorted(missing))
    members = list(Member.objects.filter(customer__in=set(roots.values())).order_by("customer"))
    old: dict[int, int | None] = {}
    for row in members:
        old[row.customer_id] = row.level_id
        best = rules.united(before.get(row.customer_id, []), course.ladder)
        row.growth = sums.get(row.customer_id, 0)
        row.level_id, row.counted_from = best.level, best.counted_from
        row.falls_on, row.fell_from = best.falls_on, best.fell_from
    Member.objects.bulk_update(members, ["growth", "level", "counted_from", "falls_on", "fell_from"])
    actor = access.system(merchant_id, "membership.recompute")
    _judge(members, course, because=Because.PEOPLE, falls_at_once=True, actor=actor, old=old)


# -- parts -------------------------------------------------------------------------------------------------------


def _judge(
    members: list[Member], course: Course, *, because: str, falls_at_once: bool, actor: Actor,
    old: dict[int, int | None] | None = None,
) -> Judged:  # fmt: skip
    """`old`: the levels before, where the rows say something else already."""
    if not course.ladder:
        return Judged()
    recent = queries.recent_growth([row.customer_id for row in members if _asks_months(row, course)], course)
    moved, noticed, written = [], [], []
    for row in members:
        before = _standing(row)
        after = rules.judge(
            before, rules.Earned(row.growth, recent.get(row.customer_id, 0)), course.ladder, today=course.today,
            keep_months=course.keep_months, grace_days=course.grace_days, falls_at_once=falls_at_once,
        )  # fmt: skip
        level_before = before.level if old is None else old[row.customer_id]
        if after.level != level_before:
            moved.append(
                (row.customer_id, level_before, after.level, _why(row.growth, level_before, after, because, course))
            )
        if after.falls_on is not None and before.falls_on is None and after.level is not None:
            noticed.append(
                LevelFalling(
                    merchant_id=actor.merchant_id, customer_id=row.customer_id, level_id=after.level,
                    falls_on=after.falls_on.isoformat(),
                )
            )  # fmt: skip
        if after != before:
            written.append((row.pk, after))
    _write(written)
    _tell(moved, noticed, actor)
    if because != Because.PEOPLE:  # who was united with somebody has reached nothing
        risen = [
            (customer_id, after) for customer_id, before, after, _ in moved if after and _rises(before, after, course)
        ]
        reminding.tell_risen(risen, day=course.today, actor=actor)
    return Judged(len(moved), len(noticed))


def _asks_months(row: Member, course: Course) -> bool:
    """Whether the growth of the last months matters for them at all; for most people it does not."""
    if row.fell_from is not None or row.falls_on is not None:
        return True
    rung = course.rungs.get(row.level_id or 0)
    if rung is None or rung.keep is None or row.counted_from is None:
        return False
    return course.today >= rules.months_after(row.counted_from, course.keep_months)


def _standing(row: Member) -> Standing:
    return Standing(row.level_id, row.counted_from, row.falls_on, row.fell_from)


def _rises(before: int | None, after: int, course: Course) -> bool:
    """The lowest level, which everybody has, is nothing to tell."""
    was, now = course.rungs.get(before or 0), course.rungs[after]
    return now.threshold > (was.threshold if was else 0) and (was is not None or before is None)


def _write(written: list[tuple[int, Standing]]) -> None:
    if not written:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE membership_member m SET level_id = w.level, counted_from = w.counted, falls_on = w.falls,"
            " fell_from = w.fell FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[], %s::bigint[])"
            " AS w (id, level, counted, falls, fell) WHERE m.id = w.id",
            [
                [pk for pk, _ in written], [one.level for _, one in written], [one.counted_from for _, one in written],
                [one.falls_on for _, one in written], [one.fell_from for _, one in written],
            ],
        )  # fmt: skip


def _why(growth: int, before: int | None, after: Standing, because: str, course: Course) -> str:
    """What the history says. The nightly look finds out by itself."""
    if because != Because.NOT_KEPT:
        return because
    was, now = course.rungs.get(before or 0), course.rungs.get(after.level or 0)
    if was is None or (now is not None and now.threshold > was.threshold):
        return Because.EARNED
    return Because.RULES if growth < was.threshold else Because.NOT_KEPT


def _tell(
    moved: list[tuple[int, int | None, int | None, str]], noticed: list[LevelFalling], actor: Actor
) -> None:  # fmt: skip
    LevelChange.objects.bulk_create(
        LevelChange(
            merchant_id=actor.merchant_id, customer_id=customer_id, home_customer_id=customer_id, before_id=before,
            after_id=after, because=because, at=clock.now(),
        )
        for customer_id, before, after, because in moved
    )  # fmt: skip
    told = [
        LevelChanged(merchant_id=actor.merchant_id, customer_id=customer_id, before_id=before, after_id=after)
        for customer_id, before, after, _ in moved
    ]
    if told or noticed:
        events.publish_many([*told, *noticed])
