"""Money came, says a provider: by notice, by an answer to our question, or over the counter.

Order of locks: the payable, then the tender. Whatever is true of an order's money becomes true in one transaction."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.payments import payables
from yutang.areas.payments.models import Notice, Tender
from yutang.areas.payments.providers import Paid
from yutang.areas.payments.queries import paid_amount
from yutang.areas.payments.services.refunding import finish_refund, refund
from yutang.core import clock, jobs, prepared

if TYPE_CHECKING:
    from yutang.areas.payments.payables import Due
    from yutang.areas.payments.providers import Told
    from yutang.core.access import Actor

Outcome = Notice.Outcome
_NOTED = """
INSERT INTO payments_notice AS n (merchant_id, provider, key, no, body, outcome, times, received_at)
VALUES (%s, %s, %s, %s, %s::jsonb, %s, 1, %s)
ON CONFLICT (merchant_id, provider, key) DO UPDATE SET times = n.times + 1
RETURNING id, CASE WHEN times > 1 THEN outcome END
"""
_WHAT_FOR = "SELECT id, payable_type, payable_id FROM payments_tender WHERE provider = %s AND no = %s"
_TAKEN = "UPDATE payments_tender SET state = %s, provider_no = %s, paid_at = %s WHERE id = %s RETURNING id"
_OTHERS = "SELECT FROM payments_tender WHERE payable_type = %s AND payable_id = %s AND state = 'started' LIMIT 1"


@transaction.atomic
def receive(*, provider: str, told: Told, actor: Actor) -> Outcome:
    """What a notice says comes true, once. The face answers the provider by the outcome: UNKNOWN and AMOUNT_DIFFERS
    are refused, so that it tries again and somebody looks."""
    # The row is the lock: of two copies of one notice the second waits here for the first.
    [(notice_id, known)] = prepared.rows(
        _NOTED,
        [actor.merchant_id, provider, told.key, told.said.no, json.dumps(told.body), Outcome.UNKNOWN, clock.now()],
    )
    if known in (Outcome.APPLIED, Outcome.REPEATED):
        return Outcome.REPEATED
    if isinstance(told.said, Paid):
        outcome = _take(provider, told.said, actor)
    else:
        outcome = finish_refund(refunded=told.said, actor=actor)
    prepared.rows("UPDATE payments_notice SET outcome = %s WHERE id = %s RETURNING id", [outcome, notice_id])
    return outcome


@transaction.atomic
def take(*, provider: str, paid: Paid, actor: Actor) -> Outcome:
    """The money of a tender is here. It settles what it was for; what is more than was due, or came for something
    closed or settled by other money, is sent back at once."""
    return _take(provider, paid, actor)


def apply(*, tender: Tender, paid: Paid, due: Due, actor: Actor) -> Outcome:
    """The same for who has locked the payable, which said what is `due`, and then the tender."""
    if (paid.amount, paid.currency) != (tender.amount, tender.currency):
        return Outcome.AMOUNT_DIFFERS
    if tender.state == Tender.State.PAID:
        return Outcome.REPEATED
    tender.state, tender.provider_no, tender.paid_at = Tender.State.PAID, paid.provider_no, paid.at
    prepared.rows(_TAKEN, [tender.state, tender.provider_no, tender.paid_at, tender.pk])
    total = paid_amount((tender.payable_type, tender.payable_id))
    surplus = max(total - due.amount, 0) if due.is_open else tender.amount
    if due.is_open and total >= due.amount:
        payables.get(tender.payable_type).settle(tender.payable_id, actor)
        _close_others(tender)
    if surplus:
        reason = "paid too much" if due.is_open else "paid too late"
        refund(
            tender_id=tender.pk, amount=min(surplus, tender.amount), key=f"surplus:{tender.no}", reason=reason,
            actor=actor,
        )  # fmt: skip
    return Outcome.APPLIED


def _take(provider: str, paid: Paid, actor: Actor) -> Outcome:
    found = prepared.rows(_WHAT_FOR, [provider, paid.no])
    if not found:
        return Outcome.UNKNOWN
    tender_id, payable_type, payable_id = found[0]
    due = payables.get(payable_type).lock(payable_id)
    [tender] = prepared.instances(Tender, "id = %s FOR UPDATE", [tender_id])
    return apply(tender=tender, paid=paid, due=due, actor=actor)


def _close_others(paid: Tender) -> None:
    """The buyer may have begun to pay in another way too; that way shall not take money as well."""
    if prepared.rows(_OTHERS, [paid.payable_type, paid.payable_id]):
        jobs.defer(
            "payments.close_tenders", merchant_id=paid.merchant_id, payable_type=paid.payable_type,
            payable_id=paid.payable_id,
        )  # fmt: skip
