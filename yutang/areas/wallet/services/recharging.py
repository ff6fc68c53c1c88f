"""Money comes in and becomes balance, in the transaction that takes the money."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from yutang.areas.merchants import queries as merchants
from yutang.areas.payments import queries as payments_of
from yutang.areas.payments import services as payments
from yutang.areas.payments.payables import Due
from yutang.areas.payments.providers import sandbox
from yutang.areas.wallet import accounts, queries, rules
from yutang.areas.wallet.errors import AmountNotOffered, BalanceTooHigh, NotOffered, RealNameNeeded, UnknownPlan
from yutang.areas.wallet.models import Plan, Recharge
from yutang.core import audit, clock, jobs, money, rewards, tenancy
from yutang.core.ledger import services as ledger
from yutang.core.ledger.lines import Draft
from yutang.core.rewards import Occasion
from yutang.lake import writer

if TYPE_CHECKING:
    from yutang.core.access import Actor

PAYABLE = "recharge"
REASON = gettext_noop("Recharge")
_PATIENCE = timedelta(minutes=30)  # that somebody has to pay
State = Recharge.State


@transaction.atomic
def start(
    *, customer_id: int, node_id: int, key: str, plan_id: int | None = None, amount: int = 0, actor: Actor,
    is_by_staff: bool = False,
) -> Recharge:  # fmt: skip
    """A recharge that waits for its money: by a plan, or of a free amount. The same key again is the same recharge;
    another that the person began is closed. NotOffered, UnknownPlan, AmountNotOffered, BalanceTooHigh,
    RealNameNeeded."""
    accounts.lock(customer_id)
    if earlier := Recharge.objects.filter(key=key).first():
        return earlier
    merchant = merchants.current_merchant(actor.merchant_id)
    terms = queries.terms()
    if not terms.is_offered and not is_by_staff:
        raise NotOffered
    plan = None
    if plan_id is not None:
        plan = Plan.objects.filter(pk=plan_id, is_active=True).first()
        if plan is None:
            raise UnknownPlan
        amount = plan.amount
    elif not terms.takes_free_amounts or not terms.least_amount <= amount <= terms.most_amount:
        least, most = (money.formatted(limit, merchant.currency) for limit in (terms.least_amount, terms.most_amount))
        raise AmountNotOffered(field="amount", least=least, most=most)
    refuse_too_much(customer_id, amount + (plan.gift if plan else 0), merchant.currency)
    refuse_nameless(customer_id, amount, merchant.currency)
    _close_others(customer_id, actor)
    now = clock.now()
    return Recharge.objects.create(
        merchant_id=actor.merchant_id, customer_id=customer_id, home_customer_id=customer_id, node_id=node_id, key=key,
        no=rules.new_no(now), plan=plan, name=plan.name if plan else "", amount=amount, currency=merchant.currency,
        gift=plan.gift if plan else 0, gift_days=plan.gift_days if plan else None, rewards=plan.rewards if plan else [],
        expires_at=now + _PATIENCE, by=actor.name[:120],
    )  # fmt: skip


@transaction.atomic
def take_cash(
    *, customer_id: int, node_id: int, key: str, plan_id: int | None = None, amount: int = 0, actor: Actor
) -> Recharge:  # fmt: skip
    """Staff have the money in hand; it lies in their drawer at that store. NoShift, and the errors of `start`."""
    actor.require("wallet.handle")
    payments.drawer.require_shift(node_id=node_id, actor=actor)
    recharge = start(
        customer_id=customer_id, node_id=node_id, key=key, plan_id=plan_id, amount=amount, actor=actor, is_by_staff=True
    )
    if recharge.state == State.UNPAID:
        payments.take_cash(payable=(PAYABLE, recharge.pk), amount=recharge.amount, actor=actor)
        _answer_for(recharge, "cash", actor)
    return _locked(recharge.pk)


@transaction.atomic
def take_play_money(
    *, customer_id: int, node_id: int, key: str, plan_id: int | None = None, amount: int = 0, actor: Actor
) -> Recharge:  # fmt: skip
    """Where money is play money: as if the person had paid on the spot. UnknownProvider where it is real."""
    actor.require("wallet.handle")
    recharge = start(
        customer_id=customer_id, node_id=node_id, key=key, plan_id=plan_id, amount=amount, actor=actor, is_by_staff=True
    )
    if recharge.state == State.UNPAID:
        tender = payments.open_tender(payable=(PAYABLE, recharge.pk), provider="sandbox", actor=actor)
        payments.receive(provider="sandbox", told=sandbox.read(*sandbox.notice(tender)), actor=actor)
        _answer_for(recharge, "sandbox", actor)
    return _locked(recharge.pk)


def due(recharge_id: int) -> Due:
    """What `payments` asks (payables.Payable.lock)."""
    recharge = _locked(recharge_id)
    return Due(
        amount=recharge.amount, currency=recharge.currency, is_open=recharge.state == State.UNPAID,
        is_settled=recharge.state == State.PAID, subject=recharge.no, customer_id=recharge.customer_id,
        node_id=recharge.node_id,
    )  # fmt: skip


def settle(recharge_id: int, actor: Actor) -> None:
    """The money is here: principal and gift are booked, what the plan promised besides is given. Where the balance has
    grown meanwhile and would exceed what the law allows, the money goes back by itself."""
    recharge = _locked(recharge_id)
    if recharge.state != State.UNPAID:
        raise RuntimeError(f"recharge {recharge_id} cannot be settled as {recharge.state}")
    accounts.lock(recharge.customer_id)
    try:
        refuse_too_much(recharge.customer_id, recharge.amount + recharge.gift, recharge.currency)
    except BalanceTooHigh:
        _close(recharge_id, actor)
        return
    now = clock.now()
    source, holder = (PAYABLE, recharge.pk), accounts.customer(recharge.customer_id)
    currency, node_id = recharge.currency, recharge.node_id
    paid_in = accounts.given(
        accounts.PRINCIPAL, holder, recharge.amount, currency, node_id=node_id, is_paid=True
    )  # fmt: skip
    drafts = [Draft(f"recharge:{recharge.pk}:principal", "wallet.recharge", paid_in, source, REASON, now)]
    if recharge.gift:
        expires_at = now + timedelta(days=recharge.gift_days) if recharge.gift_days else None
        besides = accounts.given(
            accounts.GIFT, holder, recharge.gift, currency, node_id=node_id, is_paid=False, expires_at=expires_at
        )
        drafts.append(Draft(f"recharge:{recharge.pk}:gift", "wallet.gift", besides, source, REASON, now))
    entries = ledger.post_many(drafts=drafts, actor=actor)
    recharge.state, recharge.paid_at, recharge.expires_at = State.PAID, now, None
    recharge.principal_entry, recharge.gift_entry = entries[0].pk, entries[1].pk if recharge.gift else None
    recharge.save(update_fields=["state", "paid_at", "expires_at", "principal_entry", "gift_entry"])
    occasion = Occasion(f"recharge:{recharge.pk}", source, REASON)
    promised = rewards.read(recharge.rewards)
    rewards.give(promised, customer_id=recharge.customer_id, occasion=occasion, actor=actor)
    writer.mark_people_changed(actor.merchant_id)


def close_expired(*, now: datetime, limit: int = 200, actor: Actor) -> int:
    """Closes recharges that nobody paid in time; how many. Repeat until 0. Money that comes later goes back."""
    with tenancy.scope(actor.merchant_id):
        waiting = Recharge.objects.filter(state=State.UNPAID, expires_at__lte=now).order_by("expires_at")
        overdue = list(waiting.values_list("pk", flat=True)[:limit])
    for recharge_id in overdue:
        with tenancy.scope(actor.merchant_id):
            _close(recharge_id, actor)
    return len(overdue)


def refuse_too_much(customer_id: int, more: int, currency: str) -> None:
    """BalanceTooHigh beyond the merchant's ceiling, which is the law's or stricter. Holds under `accounts.lock`."""
    most = queries.terms().person_ceiling
    if queries.balance(customer_id, currency).total + more > most:
        raise BalanceTooHigh(field="amount", most=money.formatted(most, currency))


def refuse_nameless(customer_id: int, more: int, currency: str) -> None:
    """RealNameNeeded."""
    limit = queries.terms().real_name_from
    if queries.recharged(customer_id) + more >= limit and queries.real_name(customer_id) is None:
        raise RealNameNeeded(field="amount", from_=money.formatted(limit, currency))


def _answer_for(recharge: Recharge, way: str, actor: Actor) -> None:
    audit.record(
        "wallet.recharge", actor=actor, object_type="wallet_recharge", object_id=recharge.pk,
        detail={"amount": recharge.amount, "gift": recharge.gift, "customer": recharge.customer_id, "way": way},
    )  # fmt: skip


def _close_others(customer_id: int, actor: Actor) -> None:
    """A person has one at a time in mind. Who pays an older one just now holds its row, and it is left alone."""
    waiting = Recharge.objects.select_for_update(skip_locked=True, no_key=True)
    for other in list(waiting.filter(customer=customer_id, state=State.UNPAID)):
        _close(other.pk, actor)


def _close(recharge_id: int, actor: Actor) -> None:
    recharge = _locked(recharge_id)
    if recharge.state != State.UNPAID:
        return
    recharge.state, recharge.expires_at = State.CLOSED, None
    recharge.save(update_fields=["state", "expires_at"])
    payable = PAYABLE, recharge.pk
    if paid := payments_of.paid_amount(payable):
        payments.refund_payable(
            payable=payable, amount=paid, key=f"closed:{PAYABLE}:{recharge.pk}", reason="closed", actor=actor
        )  # fmt: skip
    jobs.defer(
        "payments.close_tenders", merchant_id=actor.merchant_id, payable_type=PAYABLE, payable_id=recharge.pk
    )  # fmt: skip


def _locked(recharge_id: int) -> Recharge:
    return Recharge.objects.select_for_update(no_key=True).get(pk=recharge_id)
