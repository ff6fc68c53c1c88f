"""Money goes back the way it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F

from yutang.areas.payments import providers, rules
from yutang.areas.payments.errors import Declined, NotEnoughFunds, RefundTooLarge
from yutang.areas.payments.models import Notice, Refund, Tender
from yutang.areas.payments.providers import Refunded
from yutang.areas.payments.queries import tenders_of
from yutang.areas.payments.services import drawer
from yutang.core import clock, jobs, tenancy

if TYPE_CHECKING:
    from yutang.core.access import Actor

Outcome = Notice.Outcome


@transaction.atomic
def refund(*, tender_id: int, amount: int, key: str, reason: str, actor: Actor) -> Refund:
    """Sends `amount` of a paid tender back. The same key again is the same refund. RefundTooLarge."""
    tender = Tender.objects.select_for_update().get(pk=tender_id)
    if earlier := Refund.objects.filter(key=key).first():
        return earlier
    left = tender.amount - tender.refunded_amount if tender.state == Tender.State.PAID else 0
    if not 0 < amount <= left:
        raise RefundTooLarge(field="amount", paid=left, wanted=amount)
    Tender.objects.filter(pk=tender.pk).update(refunded_amount=F("refunded_amount") + amount)
    made = Refund.objects.create(
        merchant_id=actor.merchant_id, tender=tender, no=rules.new_no(clock.now()), key=key, amount=amount,
        reason=reason[:80],
    )  # fmt: skip
    provider = providers.get(tender.provider)
    if provider.is_local:
        if done := provider.refund(made):
            finish_refund(refunded=done, actor=actor)
        drawer.note_refund(made, actor)
        made.refresh_from_db()
    else:
        jobs.defer("payments.send_refund", lock=f"tender:{tender.pk}", merchant_id=actor.merchant_id, refund_id=made.pk)
    return made


@transaction.atomic
def refund_payable(
    *, payable: tuple[str, int], amount: int, key: str, reason: str, actor: Actor
) -> list[Refund]:  # fmt: skip
    """Sends `amount` of what was paid for something back, the last tender first. The same key again, for the same
    payable, is the same refund. RefundTooLarge."""
    tenders = list(reversed(tenders_of(payable, lock=True)))
    left = sum(tender.amount - tender.refunded_amount for tender in tenders)
    # Of these tenders: something else that is paid may use the same words and have the same number.
    earlier = list(Refund.objects.filter(tender__in=tenders, key__startswith=f"{key}/").order_by("pk"))
    if earlier:
        return earlier
    if not 0 < amount <= left:
        raise RefundTooLarge(field="amount", paid=left, wanted=amount)
    made = []
    for tender in tenders:
        part = min(amount, tender.amount - tender.refunded_amount)
        if part:
            made.append(
                refund(tender_id=tender.pk, amount=part, key=f"{key}/{tender.pk}", reason=reason, actor=actor)
            )  # fmt: skip
            amount -= part
    return made


def send_refund(*, refund_id: int, actor: Actor) -> None:
    """Tells the provider; outside any transaction. May run any number of times: the provider knows the refund by its
    number. Where the balance is short it stays to be sent, and `ask_about_refunds` tries again; declined for another
    reason it has failed. Unreachable: the job tries again."""
    if connection.in_atomic_block:
        raise RuntimeError("a provider is asked outside any transaction")
    with tenancy.scope(actor.merchant_id):
        found = Refund.objects.select_related("tender").get(pk=refund_id)
        if found.finished_at is not None:
            return
        Refund.objects.filter(pk=refund_id).update(attempts=F("attempts") + 1, asked_at=clock.now())
    try:
        done = providers.get(found.tender.provider).refund(found)
    except NotEnoughFunds as error:
        with tenancy.scope(actor.merchant_id):
            Refund.objects.filter(pk=refund_id, finished_at=None).update(error=str(error.code))
        return
    except Declined as error:
        done = Refunded(found.no, "", found.amount, False, clock.now(), error=str(error.params["reason"]))
    with tenancy.scope(actor.merchant_id):
        if done is None:
            Refund.objects.filter(pk=refund_id, state=Refund.State.REQUESTED).update(state=Refund.State.PROCESSING)
        else:
            finish_refund(refunded=done, actor=actor)


@transaction.atomic
def finish_refund(*, refunded: Refunded, actor: Actor) -> Outcome:
    """How a refund ended. A failed one frees its amount: it is still owed, and the list of failed refunds shows it."""
    del actor
    found = Refund.objects.filter(no=refunded.no).first()
    if found is None:
        return Outcome.UNKNOWN
    Tender.objects.select_for_update().get(pk=found.tender_id)
    row = Refund.objects.select_for_update().get(pk=found.pk)
    if row.amount != refunded.amount:
        return Outcome.AMOUNT_DIFFERS
    if row.finished_at is not None:
        return Outcome.REPEATED
    row.state = Refund.State.SUCCEEDED if refunded.has_succeeded else Refund.State.FAILED
    row.provider_no, row.error, row.finished_at = refunded.provider_no, refunded.error[:200], refunded.at
    row.save(update_fields=["state", "provider_no", "error", "finished_at"])
    if not refunded.has_succeeded:
        Tender.objects.filter(pk=row.tender_id).update(refunded_amount=F("refunded_amount") - row.amount)
    return Outcome.APPLIED
