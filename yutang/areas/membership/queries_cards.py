"""Reads about paid cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.translation import gettext_noop

from yutang.areas.membership import rules
from yutang.areas.membership.models import Card, CardCode, CodeBatch, MemberGift, Plan
from yutang.areas.merchants import queries as merchants
from yutang.core import clock, rewards, tenancy
from yutang.core.errors import NotFound
from yutang.core.rewards import Occasion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

PAYABLE = "card"
_OCCASION = "membership:"  # begins the keys of gifts
_GIFTS = {
    MemberGift.Kind.MONTHLY: gettext_noop("Monthly gift"), MemberGift.Kind.BIRTHDAY: gettext_noop("Birthday gift")
}  # fmt: skip
CARDS_ORDER = ("-id",)
ENDING_ORDER = ("ends_at", "id")
RENEWED_WITHIN = timedelta(days=30)  # of its end a card counts as renewed
_HELD = (Card.State.ACTIVE, Card.State.REFUNDED, Card.State.GIFT)


def plans() -> QuerySet[Plan]:
    return Plan.objects.filter(archived_at=None).order_by("price", "id")


def on_sale() -> list[Plan]:
    return list(plans().filter(is_on_sale=True)[:20])


def plan(plan_id: int) -> Plan:
    found = Plan.objects.filter(pk=plan_id, archived_at=None).first()
    if found is None:
        raise NotFound
    return found


def card(card_id: int) -> Card:
    """For faces that have asked whether it may be seen."""
    found = Card.objects.select_related("plan").filter(pk=card_id).first()
    if found is None:
        raise NotFound
    return found


def card_of(customer_id: int | None, card_id: int) -> Card:
    """The buyer's door: their own, and gifts they bought."""
    found = card(card_id)
    if customer_id is None or customer_id not in (found.customer_id, found.buyer_id):
        raise NotFound
    return found


def gift(gift_code: str) -> Card:
    """By the link; NotFound."""
    found = Card.objects.select_related("plan").filter(gift_code=gift_code[:40]).first() if gift_code else None
    if found is None:
        raise NotFound
    return found


def cards(customer_id: int) -> QuerySet[Card]:
    """Those a person has or had, and gifts they bought; to be paged by `CARDS_ORDER`."""
    mine = Q(customer=customer_id) | Q(buyer=customer_id)
    return Card.objects.select_related("plan").filter(mine, state__in=_HELD)


def held_until(customer_id: int) -> datetime | None:
    """When the last of their cards ends."""
    last = Card.objects.filter(customer=customer_id, state=Card.State.ACTIVE, ends_at__gt=clock.now())
    return last.order_by("-ends_at").values_list("ends_at", flat=True).first()


def unused(card: Card, now: datetime) -> int:
    """What a refund would send back now, in minor units."""
    if card.paid_at is None or not card.amount or card.state not in (Card.State.ACTIVE, Card.State.GIFT):
        return 0
    if card.starts_at is None or card.ends_at is None:
        return card.amount  # a gift that nobody has accepted
    return rules.unused(card.amount, card.starts_at, card.ends_at, now)


@dataclass(frozen=True)
class Given:
    """A reward that a card gave in `period`. `unused`: pieces that a refund takes back; None: it stays."""

    period: str
    text: str
    unused: int | None


def given_by(card_id: int) -> list[Given]:
    """What a card has given so far, the newest first: a few a month, as long as it lasts."""
    found = []
    for gift in MemberGift.objects.filter(card=card_id).order_by("-pk"):
        every = rewards.read(gift.rewards)
        left = rewards.unused(every, occasion=occasion_of(gift))[gift.card_from :]
        texts = rewards.describe(every[gift.card_from :])
        found += [Given(gift.period, text, unused) for text, unused in zip(texts, left, strict=True)]
    return found


def occasion_of(gift: MemberGift) -> Occasion:
    return Occasion(
        f"{_OCCASION}{gift.kind}:{gift.pk}", ("member_gift", gift.pk), _GIFTS[MemberGift.Kind(gift.kind)]
    )  # fmt: skip


def withdrawn_with_card(keys: Iterable[str]) -> set[str]:
    """Of these keys, as single rewards got them, those of what a card gave that was refunded since."""
    places = {key: rewards.place_of(key) for key in keys if key.startswith(_OCCASION)}
    ids = [int(occasion.rsplit(":", 1)[1]) for occasion, _ in places.values()]
    gifts = MemberGift.objects.filter(pk__in=ids, card__state=Card.State.REFUNDED)
    first = {occasion_of(gift).key: gift.card_from for gift in gifts}
    return {key for key, (occasion, place) in places.items() if occasion in first and place >= first[occasion]}


def sold(plan_id: int | None = None) -> QuerySet[Card]:
    """Cards that came into being; to be paged by `CARDS_ORDER`."""
    rows = Card.objects.select_related("plan").filter(state__in=_HELD)
    return rows if plan_id is None else rows.filter(plan=plan_id)


def ending(days: int) -> QuerySet[Card]:
    """Cards that end within so many days and have none behind them: whom to remind. By `ENDING_ORDER`."""
    now = clock.now()
    behind = Card.objects.filter(
        merchant=OuterRef("merchant"), customer=OuterRef("customer"), state=Card.State.ACTIVE,
        ends_at__gt=OuterRef("ends_at"),
    )  # fmt: skip
    rows = Card.objects.select_related("plan").filter(
        state=Card.State.ACTIVE, ends_at__gt=now, ends_at__lte=now + timedelta(days=days)
    )
    return rows.filter(~Exists(behind))


@dataclass(frozen=True)
class PlanSum:
    """`amount` and `refunded` in minor units, of all that was sold."""

    sold: int
    active: int
    amount: int
    refunded: int


def sums() -> dict[int, PlanSum]:
    now = clock.now()
    is_active = Q(state="active", starts_at__lte=now, ends_at__gt=now)
    rows = Card.objects.filter(state__in=_HELD).order_by().values_list("plan")
    found = rows.annotate(
        sold=Count("pk"), active=Count("pk", filter=is_active), paid=Sum("amount"), refunded=Sum("refunded_amount")
    )
    return {plan_id: PlanSum(*values) for plan_id, *values in found}


@dataclass(frozen=True)
class Cohort:
    """People whose first paid card began in `month`. `ended`: of them, whose first card is over; `renewed`: of these,
    who had a further paid card within 30 days of its end."""

    month: date
    people: int
    ended: int
    renewed: int

    @property
    def rate(self) -> float | None:
        return self.renewed / self.ended if self.ended else None


# A gift counts for who has it. A card behind another one begins where that one ends.
_COHORTS = """
WITH bought AS (
    SELECT c.id, c.customer_id, c.starts_at, c.ends_at,
           row_number() OVER (PARTITION BY c.customer_id ORDER BY c.starts_at, c.id) AS nth,
           lead(c.starts_at) OVER (PARTITION BY c.customer_id ORDER BY c.starts_at, c.id) AS next_at
      FROM membership_card c
     WHERE c.merchant_id = %(merchant)s AND c.amount > 0 AND c.starts_at IS NOT NULL AND c.state = 'active'
)
SELECT date_trunc('month', starts_at AT TIME ZONE %(timezone)s)::date AS month, count(*),
       count(*) FILTER (WHERE ends_at <= %(now)s),
       count(*) FILTER (WHERE ends_at <= %(now)s AND next_at <= ends_at + %(within)s)
  FROM bought WHERE nth = 1 GROUP BY 1 ORDER BY 1 DESC LIMIT 24
"""


def cohorts() -> list[Cohort]:
    """The newest month first, two years of them."""
    merchant = merchants.current_merchant(tenancy.require_merchant_id())
    values: dict[str, Any] = {
        "merchant": merchant.pk, "timezone": merchant.timezone, "now": clock.now(), "within": RENEWED_WITHIN
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COHORTS, values)
        return [Cohort(*row) for row in cursor.fetchall()]


def batches() -> QuerySet[CodeBatch]:
    """To be paged by `CARDS_ORDER`."""
    return CodeBatch.objects.select_related("plan")


def batch(batch_id: int) -> CodeBatch:
    found = batches().filter(pk=batch_id).first()
    if found is None:
        raise NotFound
    return found


def used_codes(batch_ids: Iterable[int]) -> dict[int, int]:
    """Batch → codes that have opened a card."""
    rows = CardCode.objects.filter(batch__in=list(batch_ids), used_at__isnull=False)
    return dict(rows.order_by().values_list("batch").annotate(Count("pk")))
