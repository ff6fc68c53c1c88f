"""Cards: plans, purchase, time, refund, gifts, days."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext

from yutang.areas.customers import merging
from yutang.areas.membership import queries, queries_cards, rules
from yutang.areas.membership.errors import GiftGone, NotOnSale, NotRefundable, RefundChanged
from yutang.areas.membership.events import CardActivated, CardRefunded
from yutang.areas.membership.models import Card, Plan
from yutang.areas.membership.services import gifting, judging, leveling
from yutang.areas.merchants import queries as merchants
from yutang.areas.payments import queries as payments_of
from yutang.areas.payments import services as payments
from yutang.areas.payments.payables import Due
from yutang.core import audit, clock, events, jobs, tenancy
from yutang.core.errors import Invalid, NotFound
from yutang.lake import writer

if TYPE_CHECKING:
    from yutang.areas.membership.benefits import Benefits
    from yutang.areas.merchants.models import Merchant
    from yutang.core.access import Actor

State, Source = Card.State, Card.Source
PAYABLE = queries_cards.PAYABLE
UNPAID_FOR = timedelta(minutes=30)
MOST_DAYS = 3660


@dataclass(frozen=True)
class PlanDraft:
    name: str
    months: int
    price: int  # minor units
    benefits: Benefits
    free_freights: int = 0
    is_on_sale: bool = True


@transaction.atomic
def save_plan(*, plan_id: int | None = None, draft: PlanDraft, actor: Actor) -> Plan:
    """Cards that were sold keep their time; what they give follows the plan. Invalid, NotFound."""
    queries.require_everywhere(actor)
    if not draft.name.strip():
        raise Invalid(field="name", field_label=gettext("Name"), reason=gettext("Give it a name."))
    if draft.months not in Plan.Months.values:
        raise Invalid(field="months", field_label=gettext("For"), reason=gettext("Choose one of the list."))
    if not 0 < draft.price <= leveling.MOST_GROWTH:
        raise Invalid(field="price", field_label=gettext("Price"), reason=gettext("Write an amount above 0."))
    if not 0 <= draft.free_freights <= 100:
        said = gettext("Write %(least)s to %(most)s.") % {"least": 0, "most": 100}
        raise Invalid(field="free_freights", field_label=gettext("Free deliveries a month"), reason=said)
    leveling.check_benefits(draft.benefits)
    plan = Plan(merchant_id=actor.merchant_id) if plan_id is None else queries_cards.plan(plan_id)
    plan.name, plan.months, plan.price = draft.name, draft.months, draft.price
    plan.benefits, plan.free_freights, plan.is_on_sale = (
        draft.benefits.as_json, draft.free_freights, draft.is_on_sale
    )  # fmt: skip
    plan.save()
    audit.record(
        "membership.save_plan", actor=actor, object_type="plan", object_id=plan.pk,
        detail={"price": plan.price, "months": plan.months, "is_on_sale": plan.is_on_sale},
    )  # fmt: skip
    return plan


@transaction.atomic
def buy(*, plan_id: int, customer_id: int, key: str, is_gift: bool = False, actor: Actor) -> Card:
    """A card that waits for its money (payable "card"); with the same `key` the same one. NotOnSale."""
    if earlier := Card.objects.filter(key=f"buy:{key}"[:160]).first():
        return earlier
    plan = queries_cards.plan(plan_id)
    if not plan.is_on_sale:
        raise NotOnSale
    person = merging.held(customer_id)
    now = clock.now()
    try:
        with transaction.atomic():
            return Card.objects.create(
                merchant_id=actor.merchant_id, customer_id=person, home_customer_id=customer_id,
                buyer_id=person if is_gift else None, home_buyer_id=customer_id if is_gift else None, plan=plan,
                source=Source.BOUGHT, state=State.UNPAID, key=f"buy:{key}"[:160], amount=plan.price, months=plan.months,
                currency=_merchant(actor).currency, is_gift=is_gift, by=actor.name[:200], created_at=now,
                expires_at=now + UNPAID_FOR,
            )  # fmt: skip
    except IntegrityError:  # the second of two taps
        return Card.objects.get(key=f"buy:{key}"[:160])


def due(card_id: int) -> Due:
    """What `payments` asks (payables.Payable.lock)."""
    card = _locked(card_id)
    return Due(
        amount=card.amount, currency=card.currency, is_open=card.state == State.UNPAID,
        is_settled=card.paid_at is not None, subject=card.plan.name, customer_id=card.buyer_id or card.customer_id,
    )  # fmt: skip


def settle(card_id: int, actor: Actor) -> None:
    """The money is here: the card begins, after those the person has; a gift waits for whoever gets the link."""
    card = _locked(card_id)
    if card.state != State.UNPAID:
        raise RuntimeError(f"card {card_id} cannot be settled as {card.state}")
    card.paid_at, card.expires_at = clock.now(), None
    if card.is_gift:
        card.state, card.gift_code = State.GIFT, secrets.token_urlsafe(18)
        card.save(update_fields=["state", "gift_code", "paid_at", "expires_at"])
        return
    begin(card, actor, months=card.months or card.plan.months)


@transaction.atomic
def accept_gift(*, gift_code: str, customer_id: int, actor: Actor) -> Card:
    """The card of a link becomes somebody's, once. The same person again: the same card. NotFound, GiftGone."""
    card = Card.objects.select_for_update().select_related("plan").filter(gift_code=gift_code[:40]).first()
    if card is None:
        raise NotFound
    person = merging.held(customer_id)
    if card.state == State.ACTIVE and card.customer_id == person:
        return card
    if card.state != State.GIFT:
        raise GiftGone
    card.customer_id, card.home_customer_id = person, customer_id
    begin(card, actor, months=card.months or card.plan.months)
    return card


@transaction.atomic
def grant(
    *, plan_id: int, customer_id: int, days: int, key: str, reason: str, source: str = Source.STAFF, actor: Actor
) -> Card:  # fmt: skip
    """A card of so many days without money, or so many days more. The same `key` again: the same card. Invalid."""
    if source == Source.STAFF:
        actor.require(queries.HANDLE)
        if not reason.strip():
            raise Invalid(field="reason", field_label=gettext("Reason"), reason=gettext("Say why."))
    if not 0 < days <= MOST_DAYS:
        said = gettext("Write %(least)s to %(most)s.") % {"least": 1, "most": MOST_DAYS}
        raise Invalid(field="days", field_label=gettext("Days"), reason=said)
    person = merging.held(customer_id)
    judging.lock_member(person)
    full = f"{source}:{key}"[:160]
    if earlier := Card.objects.filter(key=full).first():
        return earlier
    card = Card(
        merchant_id=actor.merchant_id, customer_id=person, home_customer_id=customer_id,
        plan=queries_cards.plan(plan_id), source=source, state=State.CLOSED, key=full,
        currency=_merchant(actor).currency, reason=reason.strip()[:200], by=actor.name[:200],
    )  # fmt: skip
    card.save()
    begin(card, actor, days=days)
    if source == Source.STAFF:
        audit.record(
            "membership.grant_card", actor=actor, object_type="card", object_id=card.pk,
            detail={"customer": person, "days": days},
        )  # fmt: skip
    return card


@transaction.atomic
def refund(
    *, card_id: int, key: str, expected: int | None = None, seen: str | None = None, actor: Actor
) -> int:  # fmt: skip
    """Sends the unused part of what was paid back the way it came; the card ends now, those behind it move up, and
    gifts of it that nobody has used are withdrawn.
    `expected`, `seen`: the amount and the state that were shown. Returns minor units; again: the same. NotRefundable,
    RefundChanged."""
    found = queries_cards.card(card_id)
    person = merging.held(found.customer_id)
    judging.lock_member(person)  # as whoever adds a card to the end
    card = _locked(card_id)
    if card.state == State.REFUNDED:
        return card.refunded_amount
    taken = gifting.take_back(card_id=card_id, actor=actor)  # coupons after the card, as a checkout locks them
    now = clock.now()
    amount = queries_cards.unused(card, now)
    if not amount:
        raise NotRefundable
    if (expected is not None and expected != amount) or (seen is not None and seen != card.state):
        raise RefundChanged(field="expected", now=amount)
    if card.starts_at is not None and card.ends_at is not None:
        gap = card.ends_at - max(now, card.starts_at)
        later = Card.objects.filter(customer=card.customer_id, state=State.ACTIVE, starts_at__gte=card.ends_at)
        later.update(starts_at=F("starts_at") - gap, ends_at=F("ends_at") - gap)
        card.ends_at = max(now, card.starts_at)
    card.state, card.refunded_amount, card.refunded_at = State.REFUNDED, amount, now
    card.save(update_fields=["state", "refunded_amount", "refunded_at", "ends_at"])
    payments.refund_payable(
        payable=(PAYABLE, card.pk), amount=amount, key=f"card:{card.pk}:{key}"[:100], reason="unused part", actor=actor
    )
    audit.record(
        "membership.refund_card", actor=actor, object_type="card", object_id=card.pk,
        detail={"amount": amount, "gifts": taken},
    )  # fmt: skip
    events.publish(
        CardRefunded(merchant_id=actor.merchant_id, customer_id=card.customer_id, card_id=card.pk, amount=amount)
    )
    writer.mark_people_changed(actor.merchant_id)
    return amount


@transaction.atomic
def close(*, card_id: int, actor: Actor) -> bool:
    """Gives up a purchase that nobody pays; what came for a part of it goes back. False: it was not waiting."""
    card = _locked(card_id)
    if card.state != State.UNPAID:
        return False
    card.state, card.expires_at = State.CLOSED, None
    card.save(update_fields=["state", "expires_at"])
    payable = PAYABLE, card.pk
    if paid := payments_of.paid_amount(payable):
        key = f"closed:{PAYABLE}:{card.pk}"
        payments.refund_payable(payable=payable, amount=paid, key=key, reason="closed", actor=actor)
    jobs.defer(
        "payments.close_tenders", merchant_id=actor.merchant_id, payable_type=PAYABLE, payable_id=card.pk
    )  # fmt: skip
    return True


def close_expired(*, now: datetime, limit: int = 200, actor: Actor) -> int:
    """Purchases that nobody paid in time, each in a transaction of its own; how many. Repeat until 0."""
    with tenancy.scope(actor.merchant_id):
        rows = Card.objects.filter(state=State.UNPAID, expires_at__lte=now).order_by("expires_at")
        overdue = list(rows.values_list("pk", flat=True)[:limit])
    for card_id in overdue:
        with tenancy.scope(actor.merchant_id):
            close(card_id=card_id, actor=actor)
    return len(overdue)


def begin(card: Card, actor: Actor, *, months: int = 0, days: int = 0) -> None:
    """From now on, or from where the person's last card ends: the row of the member is the lock, so that two cards at
    once don't cover the same days."""
    person = merging.held(card.customer_id)
    judging.lock_member(person)
    card.customer_id = person
    mine = Card.objects.filter(customer=person, state=State.ACTIVE)
    last = mine.aggregate(last=Max("ends_at"))["last"]
    now = clock.now()
    card.starts_at = max(last or now, now)
    local = card.starts_at.astimezone(ZoneInfo(_merchant(actor).timezone))
    card.ends_at = rules.term_end(local, months) if months else card.starts_at + timedelta(days=days)
    card.state = State.ACTIVE
    card.save()
    events.publish(CardActivated(merchant_id=actor.merchant_id, customer_id=person, card_id=card.pk))
    writer.mark_people_changed(actor.merchant_id)


# -- parts -------------------------------------------------------------------------------------------------------


def _locked(card_id: int) -> Card:
    rows = Card.objects.select_related("plan")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=card_id)


def _merchant(actor: Actor) -> Merchant:
    return merchants.current_merchant(actor.merchant_id)
