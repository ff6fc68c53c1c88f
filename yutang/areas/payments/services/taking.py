"""Money came, says a provider: by notice, by an answer to our question, or over the counter.

Order of locks: the payable, then the tender. Whatever is true of an order's money becomes true in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from yutang.areas.payments import payables
from yutang.areas.payments.models import Notice, Tender
from yutang.areas.payments.providers import Paid
from yutang.areas.payments.queries import paid_amount
from yutang.areas.payments.services.refunding import finish_refund, refund
from yutang.core import clock, jobs

if TYPE_CHECKING:
    from yutang.areas.payments.providers import Told
    from yutang.core.access import Actor

Outcome = Notice.Outcome


@transaction.atomic
def receive(*, provider: str, told: Told, actor: Actor) -> Outcome:
    """What a notice says comes true, once. The face answers the provider by the outcome: UNKNOWN and AMOUNT_DIFFERS
    are refused, so that it tries again and somebody looks."""
    # The row is the lock: of two copies of one notice the second waits here for the first.
    notice, is_new = Notice.objects.get_or_create(
        merchant_id=actor.merchant_id, provider=provider, key=told.key,
        defaults={"no": told.said.no, "body": told.body, "outcome": Outcome.UNKNOWN, "received_at": clock.now()},
    )  # fmt: skip
    if not is_new:
        notice = Notice.objects.select_for_update().get(pk=notice.pk)
        Notice.objects.filter(pk=notice.pk).update(times=F("times") + 1)
        if notice.outcome in (Outcome.APPLIED, Outcome.REPEATED):
            return Outcome.REPEATED
    if isinstance(told.said, Paid):
        outcome = take(provider=provider, paid=told.said, actor=actor)
    else:
        outcome = finish_refund(refunded=told.said, actor=actor)
    Notice.objects.filter(pk=notice.pk).update(outcome=outcome)
    return outcome


@transaction.atomic
def take(*, provider: str, paid: Paid, actor: Actor) -> Outcome:
    """The money of a tender is here. It settles what it was for; what is more than was due, or came for something
    closed or settled by other money, is sent back at once."""
    found = Tender.objects.filter(provider=provider, no=paid.no).first()
    if found is None:
        return Outcome.UNKNOWN
    payable = payables.get(found.payable_type)
    due = payable.lock(found.payable_id)
    tender = Tender.objects.select_for_update().get(pk=found.pk)
    if (paid.amount, paid.currency) != (tender.amount, tender.currency):
        return Outcome.AMOUNT_DIFFERS
    if tender.state == Tender.State.PAID:
        return Outcome.REPEATED
    tender.state, tender.provider_no, tender.paid_at = Tender.State.PAID, paid.provider_no, paid.at
    tender.save(update_fields=["state", "provider_no", "paid_at"])
    total = paid_amount((tender.payable_type, tender.payable_id))
    surplus = max(total - due.amount, 0) if due.is_open else tender.amount
    if due.is_open and total >= due.amount:
        payable.settle(tender.payable_id, actor)
        _close_others(tender)
    if surplus:
        reason = "paid too much" if due.is_open else "paid too late"
        refund(
            tender_id=tender.pk, amount=min(surplus, tender.amount), key=f"surplus:{tender.no}", reason=reason,
            actor=actor,
        )  # fmt: skip
    return Outcome.APPLIED


def _close_others(paid: Tender) -> None:
    """The buyer may have begun to pay in another way too; that way shall not take money as well."""
    others = Tender.objects.filter(
        payable_type=paid.payable_type, payable_id=paid.payable_id, state=Tender.State.STARTED
    )
    if others.exists():
        jobs.defer(
            "payments.close_tenders", merchant_id=paid.merchant_id, payable_type=paid.payable_type,
            payable_id=paid.payable_id,
        )  # fmt: skip
