"""What membership knows of a person. Amounts and times stay, as accounts do, and name nobody; free text goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from yutang.areas.membership.models import Card, GrowthEntry, LevelChange, Member, MemberGift
from yutang.areas.privacy import registry
from yutang.core import clock, money, rewards

if TYPE_CHECKING:
    from yutang.areas.customers.erasing import Person
    from yutang.core.access import Actor


def register() -> None:
    tables = ("growthentry", "levelchange", "membergift", "card", "member")
    registry.register(
        registry.Holder(
            area="membership", tables=tuple(f"membership_{table}" for table in tables), copy=copy, erase=erase,
            objections=objections,
        )
    )  # fmt: skip


def copy(person: Person) -> registry.Section:
    growth = GrowthEntry.objects.filter(_of(person)).order_by("pk")
    changes = LevelChange.objects.filter(_of(person)).select_related("before", "after").order_by("pk")
    gifts = MemberGift.objects.filter(_of(person)).order_by("pk")
    cards = Card.objects.filter(_of(person) | Q(buyer=person.customer_id)).select_related("plan").order_by("pk")
    members = Member.objects.filter(customer=person.customer_id).select_related("level")
    return {
        gettext_noop("Membership"): [
            {"level": row.level.name if row.level else "", "growth": row.growth, "since": row.joined_at}
            for row in members
        ],
        gettext_noop("Growth"): [
            {
                "at": row.at, "amount": row.amount, "source": row.get_source_display(), "reason": row.reason
            } for row in growth
        ],
        gettext_noop("Changes of level"): [
            {
                "at": row.at, "before": row.before.name if row.before else "",
                "after": row.after.name if row.after else "", "because": row.get_because_display(),
            }
            for row in changes
        ],
        gettext_noop("Membership cards"): [
            {
                "card": row.plan.name, "state": row.get_state_display(), "from": row.starts_at, "to": row.ends_at,
                "paid": str(money.to_decimal(row.amount, row.currency)), "currency": row.currency,
                "refunded": str(money.to_decimal(row.refunded_amount, row.currency)), "reason": row.reason,
            }
            for row in cards
        ],
        gettext_noop("Gifts of the membership"): [
            {
                "at": row.at, "kind": row.get_kind_display(),
                "given": rewards.describe(rewards.read(row.rewards)),
            } for row in gifts
        ],
    }  # fmt: skip


def erase(person: Person, actor: Actor) -> None:
    """What staff wrote, and links of gifts nobody has accepted."""
    del actor
    GrowthEntry.objects.filter(_of(person)).exclude(reason="").update(reason="")
    mine = Card.objects.filter(_of(person) | Q(buyer=person.customer_id))
    mine.exclude(reason="").update(reason="")
    mine.filter(state=Card.State.GIFT).update(gift_code=None)


def objections(person: Person) -> list[str]:
    now = clock.now()
    if Card.objects.filter(_of(person), state=Card.State.ACTIVE, ends_at__gt=now, amount__gt=0).exists():
        return [gettext("A paid membership card still runs.")]
    return []


def _of(person: Person) -> Q:
    return Q(customer_id=person.customer_id) | Q(home_customer_id__in=person.homes)
