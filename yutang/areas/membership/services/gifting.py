"""Monthly and birthday gifts of levels and cards: once per person and period, by a job. What a card gave and nobody has
used goes back with the card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from yutang.areas.customers import queries as customers
from yutang.areas.membership import queries, queries_cards
from yutang.areas.membership.benefits import NONE, Benefits
from yutang.areas.membership.models import Card, JudgingRun, Level, MemberGift, Plan
from yutang.core import clock, logs, rewards, tenancy
from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from yutang.core.access import Actor
    from yutang.core.rewards import Reward

CHUNK = 500
Kind = MemberGift.Kind
log = logs.get(__name__)

# People whose level or card gives something, with both; beyond the last one that is done.
_PEOPLE = """
SELECT w.customer_id, l.id, c.plan_id, c.id
  FROM (
        SELECT m.customer_id FROM membership_member m
         WHERE m.merchant_id = %(merchant)s AND m.level_id = ANY(%(levels)s) AND m.customer_id > %(after)s
        UNION
        SELECT k.customer_id FROM membership_card k
         WHERE k.merchant_id = %(merchant)s AND k.state = 'active' AND k.plan_id = ANY(%(plans)s)
           AND k.starts_at <= %(now)s AND k.ends_at > %(now)s AND k.customer_id > %(after)s
         ORDER BY 1 LIMIT %(limit)s
       ) w
  LEFT JOIN membership_member l0 ON l0.merchant_id = %(merchant)s AND l0.customer_id = w.customer_id
  LEFT JOIN membership_level l ON l.id = l0.level_id AND l.id = ANY(%(levels)s)
  LEFT JOIN LATERAL (
        SELECT k.id, k.plan_id FROM membership_card k
         WHERE k.merchant_id = %(merchant)s AND k.customer_id = w.customer_id AND k.state = 'active'
           AND k.starts_at <= %(now)s AND k.ends_at > %(now)s ORDER BY k.ends_at DESC, k.id DESC LIMIT 1
       ) c ON true
 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody whose level or card gives something; None where it does not."""

    customer_id: int
    level_id: int | None
    plan_id: int | None
    card_id: int | None


def give_next(*, actor: Actor) -> bool:
    """The next chunk of today's gifts, in a transaction of its own; False when everybody is done. It follows the look
    at everybody's level, and goes on where it was when it was killed."""
    with tenancy.scope(actor.merchant_id):
        today = queries.course(ladder=[]).today
        JudgingRun.objects.get_or_create(merchant_id=actor.merchant_id, day=today)
        run = JudgingRun.objects.select_for_update().get(day=today)
        of_levels, of_plans = _givers(Level), _givers(Plan)
        if not of_levels and not of_plans:
            return False
        found = _people(of_levels, of_plans, run.gifts_position, actor.merchant_id)
        if not found:
            return False
        _give(found, of_levels, of_plans, today, actor)
        run.gifts_position = found[-1].customer_id
        run.save(update_fields=["gifts_position"])
        return True


def _givers(model: type[Level] | type[Plan]) -> dict[int, Benefits]:
    """Levels or plans with gifts."""
    rows = model.objects.filter(archived_at=None).values_list("pk", "benefits")
    given = {pk: Benefits.read(saved) for pk, saved in rows}
    return {pk: one for pk, one in given.items() if one.monthly or one.birthday}


def _people(
    of_levels: dict[int, Benefits], of_plans: dict[int, Benefits], after: int, merchant_id: int
) -> list[Receiver]:  # fmt: skip
    values: dict[str, Any] = {
        "merchant": merchant_id, "levels": list(of_levels), "plans": list(of_plans), "after": after,
        "limit": CHUNK, "now": clock.now(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, values)
        return [Receiver(*row) for row in cursor.fetchall()]


def _give(
    found: list[Receiver], of_levels: dict[int, Benefits], of_plans: dict[int, Benefits],
    today: date, actor: Actor,
) -> None:  # fmt: skip
    people = customers.by_id(one.customer_id for one in found)
    month, year = f"{today:%Y-%m}", f"{today:%Y}"
    given = set(
        MemberGift.objects.filter(customer__in=people, period__in=[month, year]).values_list("customer", "kind")
    )
    for one in found:
        level, plan = of_levels.get(one.level_id or 0, NONE), of_plans.get(one.plan_id or 0, NONE)
        if (level.monthly or plan.monthly) and (one.customer_id, Kind.MONTHLY) not in given:
            _one(one, Kind.MONTHLY, month, level.monthly, plan.monthly, actor)
        is_today = is_birthday(people[one.customer_id].birthday, today)
        if (level.birthday or plan.birthday) and is_today and (one.customer_id, Kind.BIRTHDAY) not in given:
            _one(one, Kind.BIRTHDAY, year, level.birthday, plan.birthday, actor)


def take_back(*, card_id: int, actor: Actor) -> int:
    """What this card gave, where it can be taken back and is unused (core.rewards.Returning); how many pieces."""
    return sum(
        rewards.take_back(
            rewards.read(gift.rewards), first=gift.card_from, occasion=queries_cards.occasion_of(gift), actor=actor
        )
        for gift in MemberGift.objects.filter(card=card_id).order_by("pk")
    )


def is_birthday(born: date | None, today: date) -> bool:
    """Who was born on 29 February has it on the 28th in other years."""
    if born is None:
        return False
    is_leap = today.year % 4 == 0 and (today.year % 100 != 0 or today.year % 400 == 0)
    if (born.month, born.day) == (2, 29) and not is_leap:
        return (today.month, today.day) == (2, 28)
    return (born.month, born.day) == (today.month, today.day)


def _is_held(card_id: int | None) -> bool:
    """Nobody refunds the card until the transaction ends."""
    cards = Card.objects.select_for_update(no_key=True)
    return card_id is not None and cards.filter(pk=card_id, state=Card.State.ACTIVE).exists()


def _one(
    to: Receiver, kind: str, period: str, of_level: list[Reward], of_card: list[Reward], actor: Actor
) -> None:  # fmt: skip
    """What cannot be given (a coupon that is over) is tried again the next night."""
    try:
        with transaction.atomic():
            if of_card and not _is_held(to.card_id):
                of_card = []
            given = [*of_level, *of_card]
            if not given:
                return
            gift, is_new = MemberGift.objects.get_or_create(
                merchant_id=actor.merchant_id, home_customer_id=to.customer_id, kind=kind, period=period,
                defaults={
                    "customer_id": to.customer_id, "rewards": [reward.as_json for reward in given],
                    "card_id": to.card_id if of_card else None, "card_from": len(of_level),
                },
            )  # fmt: skip
            if is_new:
                rewards.give(given, customer_id=to.customer_id, occasion=queries_cards.occasion_of(gift), actor=actor)
    except DomainError as error:
        log.warning("membership.gift_failed", customer_id=to.customer_id, kind=kind, error=error.code)
