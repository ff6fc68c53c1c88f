"""Growth is earned, and taken back where a purchase goes back. Nothing else changes it: it cannot be spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext

from yutang.areas.customers import merging
from yutang.areas.membership import queries, rules
from yutang.areas.membership.models import GrowthEntry, LevelChange
from yutang.areas.membership.services import judging
from yutang.core import audit, clock
from yutang.core.errors import Invalid
from yutang.lake import writer

if TYPE_CHECKING:
    from yutang.core.access import Actor

Source = GrowthEntry.Source
MOST = 10**9
ORDER = "order"


@transaction.atomic
def earn(
    *, customer_id: int, home_id: int | None = None, amount: int, source: str, key: str,
    about: tuple[str, int | None] = ("", None), reason: str = "", actor: Actor,
) -> bool:  # fmt: skip
    """Adds growth to a person, who rises at once where it reaches. False where this `key` has given before, or nothing
    is to be given. `home_id`: under whom it happened, where that may be somebody merged into the person."""
    if not amount:
        return False
    person = merging.held(customer_id)
    made = _write(person, home_id or customer_id, amount, source, key, about, reason, actor)
    if made:
        falls = LevelChange.Because.TAKEN_BACK if amount < 0 else LevelChange.Because.EARNED
        judging.lock_member(person, amount)
        judging.judge_people([person], because=falls, falls_at_once=amount < 0, actor=actor)
        writer.mark_people_changed(actor.merchant_id)
    return made


@transaction.atomic
def purchase(*, order_id: int, customer_id: int, home_id: int, total: int, actor: Actor) -> bool:
    """What a paid order gives; `total` in minor units."""
    amount = rules.growth_of(total, queries.scheme().spend_per_growth)
    return earn(
        customer_id=customer_id, home_id=home_id, amount=amount, source=Source.PURCHASE, key=f"order:{order_id}",
        about=(ORDER, order_id), actor=actor,
    )  # fmt: skip


@transaction.atomic
def take_back(*, order_id: int, total: int, refunded: int, actor: Actor) -> int:
    """`refunded` of `total` has gone back so far, all refunds together: growth goes back in proportion. Returns how
    much; again: nothing."""
    given = GrowthEntry.objects.select_for_update().filter(key=f"order:{order_id}").first()
    if given is None:
        return 0
    before = queries.taken_back(given)
    amount = rules.taken_back(given.amount, total, refunded) - before
    if amount <= 0:
        return 0
    earn(
        customer_id=given.customer_id, home_id=given.home_customer_id, amount=-amount, source=Source.REFUND,
        key=f"order:{order_id}:back:{before + amount}", about=(ORDER, order_id), actor=actor,
    )  # fmt: skip
    return amount


@transaction.atomic
def review(*, review_id: int, customer_id: int, home_id: int, actor: Actor) -> bool:
    """What a review gives, no more than the limit of the day."""
    scheme = queries.scheme()
    person = merging.held(customer_id)
    judging.lock_member(person, 0)  # the row is the lock: two reviews at once don't exceed the limit together
    left = scheme.review_limit - queries.growth_today(person, Source.REVIEW)
    return earn(
        customer_id=person, home_id=home_id, amount=max(min(scheme.review_growth, left), 0), source=Source.REVIEW,
        key=f"review:{review_id}", about=("review", review_id), actor=actor,
    )  # fmt: skip


@transaction.atomic
def adjust(*, customer_id: int, amount: int, reason: str, key: str, actor: Actor) -> bool:
    """By hand, with a reason; below zero takes growth back. No less than nothing is left. Invalid."""
    actor.require(queries.HANDLE)
    reason = reason.strip()[:200]
    if not reason:
        raise Invalid(field="reason", field_label=gettext("Reason"), reason=gettext("Say why."))
    if not amount or abs(amount) > MOST:
        raise Invalid(field="amount", field_label=gettext("Growth"), reason=gettext("Write a number that is not 0."))
    person = merging.held(customer_id)
    if judging.lock_member(person, 0) + amount < 0:
        raise Invalid(field="amount", field_label=gettext("Growth"), reason=gettext("There is not that much."))
    made = earn(
        customer_id=person, amount=amount, source=Source.MANUAL, key=f"manual:{key}"[:160], reason=reason, actor=actor
    )
    if made:
        audit.record(
            "membership.adjust_growth", actor=actor, object_type="customer", object_id=person,
            detail={"amount": amount},
        )  # fmt: skip
    return made


def _write(
    person: int, home_id: int, amount: int, source: str, key: str, about: tuple[str, int | None], reason: str,
    actor: Actor,
) -> bool:  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO membership_growthentry (merchant_id, customer_id, home_customer_id, amount, source,"
            " source_type, source_id, key, reason, by, at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (merchant_id, key) DO NOTHING",
            [
                actor.merchant_id, person, home_id, amount, source, about[0], about[1], key[:160], reason[:200],
                actor.name[:200], clock.now(),
            ],
        )  # fmt: skip
        return bool(cursor.rowcount)
