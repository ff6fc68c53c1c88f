"""Notices get lost: who waits for money or for a refund's end asks for it. All of it runs outside transactions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Q

from yutang.areas.payments import providers
from yutang.areas.payments.errors import Declined, NotEnoughFunds, Unreachable
from yutang.areas.payments.models import Notice, Refund, Tender
from yutang.areas.payments.services.refunding import finish_refund, send_refund
from yutang.areas.payments.services.taking import take
from yutang.core import clock, logs, tenancy

if TYPE_CHECKING:
    from yutang.core.access import Actor

AT_A_TIME = 200
MOST_AT_ONCE = 5  # tenders of one payable, the newest: a buyer tries one way, then another
PATIENCE = timedelta(minutes=1)  # before the first question, and between two
_SOON = timedelta(seconds=3)  # between two questions because somebody says that they have paid
_GIVE_UP = timedelta(days=2)  # a tender that nobody paid
_SEND_AGAIN = timedelta(hours=1)  # a refund that could not be sent

log = logs.get(__name__)


def ask_about_tenders(*, actor: Actor) -> int:
    """Asks providers about tenders that wait for money; how many turned out to be paid."""
    now = clock.now()
    with tenancy.scope(actor.merchant_id):
        waiting = list(
            Tender.objects.filter(
                Q(asked_at__isnull=True) | Q(asked_at__lt=now - PATIENCE), state=Tender.State.STARTED,
                created_at__range=(now - _GIVE_UP, now - PATIENCE),
            ).order_by(F("asked_at").asc(nulls_first=True))[:AT_A_TIME]
        )  # fmt: skip
        Tender.objects.filter(pk__in=[tender.pk for tender in waiting]).update(asked_at=now)
    return sum(ask(tender, actor=actor) for tender in waiting)


def ask_about(*, payable: tuple[str, int], actor: Actor) -> None:
    """Somebody says that they have paid: asks about the tenders that wait, however fast they tap once in a while. Call
    outside any transaction."""
    now = clock.now()
    with tenancy.scope(actor.merchant_id):
        waiting = Tender.objects.select_for_update().filter(
            Q(asked_at__isnull=True) | Q(asked_at__lt=now - _SOON), payable_type=payable[0], payable_id=payable[1],
            state=Tender.State.STARTED,
        )  # fmt: skip
        asked = list(waiting.order_by("-pk")[:MOST_AT_ONCE])
        Tender.objects.filter(pk__in=[tender.pk for tender in asked]).update(asked_at=now)
    for tender in asked:
        ask(tender, actor=actor)


def close_tenders(*, payable: tuple[str, int], up_to: int | None = None, actor: Actor) -> None:
    """What is closed can no longer be paid; `up_to`: the last tender of a price that holds no more. Money that was
    faster is taken, and what is more than due goes back by itself. Unreachable: the job tries again."""
    with tenancy.scope(actor.merchant_id):
        begun = Tender.objects.filter(payable_type=payable[0], payable_id=payable[1], state=Tender.State.STARTED)
        waiting = list(begun if up_to is None else begun.filter(pk__lte=up_to))
    for tender in waiting:
        providers.get(tender.provider).close(tender)
        # Nobody asks about a closed one again. Where the answer gets lost, the job does all of this again.
        if not _asked(tender, actor):
            with tenancy.scope(actor.merchant_id):
                Tender.objects.filter(pk=tender.pk, state=Tender.State.STARTED).update(state=Tender.State.CLOSED)


def ask_about_refunds(*, actor: Actor) -> int:
    """Asks how refunds ended that are on their way, and sends those again that could not be sent for an hour; how many
    ended."""
    now = clock.now()
    with tenancy.scope(actor.merchant_id):
        waiting = list(
            Refund.objects.select_related("tender").filter(
                Q(state=Refund.State.PROCESSING)
                & (Q(asked_at__isnull=True) | Q(asked_at__lt=now - PATIENCE))
                | Q(state=Refund.State.REQUESTED, asked_at__lt=now - _SEND_AGAIN),
            ).order_by(F("asked_at").asc(nulls_first=True))[:AT_A_TIME]
        )  # fmt: skip
        Refund.objects.filter(pk__in=[refund.pk for refund in waiting]).update(asked_at=now)
    return sum(_ask_refund(refund, actor) for refund in waiting)


def ask(tender: Tender, *, actor: Actor) -> bool:
    """Whether the provider says that it is paid; then it is."""
    try:
        return _asked(tender, actor)
    except Unreachable as error:
        log.warning("payments.tender_not_answered", no=tender.no, error=str(error))
        return False


def _asked(tender: Tender, actor: Actor) -> bool:
    """The same; Unreachable."""
    try:
        paid = providers.get(tender.provider).ask(tender)
    except Declined as error:
        log.warning("payments.tender_not_answered", no=tender.no, error=str(error))
        return False
    if paid is None:
        return False
    with tenancy.scope(actor.merchant_id):
        outcome = take(provider=tender.provider, paid=paid, actor=actor)
    if outcome == Notice.Outcome.AMOUNT_DIFFERS:
        log.error("payments.amount_differs", no=tender.no)
    return True


def _ask_refund(refund: Refund, actor: Actor) -> bool:
    try:
        if refund.state == Refund.State.REQUESTED:
            send_refund(refund_id=refund.pk, actor=actor)
            return False
        done = providers.get(refund.tender.provider).ask_refund(refund)
    except (Unreachable, Declined, NotEnoughFunds) as error:
        log.warning("payments.refund_not_answered", no=refund.no, error=str(error))
        return False
    if done is None:
        return False
    with tenancy.scope(actor.merchant_id):
        finish_refund(refunded=done, actor=actor)
    return True
