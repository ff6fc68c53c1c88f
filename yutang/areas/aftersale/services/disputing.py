"""Two who cannot agree, and somebody who took no part: evidence, then a ruling that acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.aftersale.errors import AmountTooLarge, NotNow, TextMissing, TookPart
from yutang.areas.aftersale.models import Case, CaseStep, Dispute
from yutang.areas.aftersale.queries import terms
from yutang.areas.aftersale.rules import Side
from yutang.areas.aftersale.services import settling
from yutang.areas.aftersale.services.answering import hold
from yutang.areas.aftersale.services.moving import allowed, checked, lock, move
from yutang.areas.aftersale.services.opening import must_not_have_left
from yutang.areas.aftersale.services.returning import finish_return, received_parts
from yutang.areas.aftersale.services.settling import Part
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.core.access import Actor

Ruling = Dispute.Ruling


@transaction.atomic
def escalate(*, case_id: int, reason: str, side: Side, actor: Actor) -> Dispute:
    """After a refusal either side may ask for a ruling. TextMissing, NotNow, LeftMeanwhile."""
    case = lock(case_id)
    step = allowed(case, "escalate", side)
    if case.is_ruled:  # once is enough
        raise NotNow(number=case.number, state=case.get_state_display())
    must_not_have_left(case)
    if not reason.strip():
        raise TextMissing(field="reason")
    case.offered = None
    move(case, step, side, actor, text=checked(reason, "reason"))
    return Dispute.objects.create(
        merchant_id=actor.merchant_id, case=case, node_id=case.node_id, opened_by=side, reason=checked(reason),
        evidence_until=clock.now() + terms().span("evidence_days"),
    )  # fmt: skip


@transaction.atomic
def hear(*, case_id: int, actor: Actor) -> None:
    """The time for evidence is over; it waits for the ruling."""
    case = lock(case_id)
    step = allowed(case, "hear", Side.TIME)
    Dispute.objects.filter(case=case, state=Dispute.State.EVIDENCE).update(state=Dispute.State.RULING)
    move(case, step, Side.TIME, actor)


@transaction.atomic
def rule(
    *, case_id: int, ruling: str, amount: int | None, text: str, seen: str | None, is_restocked: bool = False,
    side: Side = Side.ARBITER, actor: Actor,
) -> Case:  # fmt: skip
    """For the buyer (`amount` of what was asked; None: all), for the shop, or split (`amount` without goods going
    back). It acts at once, or when the goods are back. TookPart, NotNow before the evidence is in, TextMissing,
    AmountTooLarge, Changed, SoldOut."""
    case = lock(case_id)
    must_be_impartial(case, actor)
    dispute = Dispute.objects.select_for_update().get(case=case)
    step = allowed(case, f"rule_{ruling}", side)
    if dispute.state != Dispute.State.RULING:
        raise NotNow(number=case.number, state=dispute.get_state_display())
    if side == Side.ARBITER and not text.strip():
        raise TextMissing(field="text")
    granted = checked_amount(case, ruling, amount)
    case.is_ruled, case.is_overturned = True, ruling != Ruling.MERCHANT and case.refused_at is not None
    dispute.state, dispute.ruling, dispute.amount = Dispute.State.RULED, Ruling(ruling), granted
    dispute.text, dispute.ruled_by, dispute.ruled_at = checked(text), actor.name, clock.now()
    dispute.save()
    if ruling == Ruling.MERCHANT:
        move(case, step, side, actor, because="for_shop", text=dispute.text)
        return case
    case.agreed = granted
    because = ""
    if step.to == Case.State.SENDING:
        case.return_address = terms().return_to
        hold(case, actor)
    elif step.to == Case.State.RESENDING:
        finish_return(case, "rule", seen, is_restocked, actor)
    else:
        parts = ruled_parts(case, ruling, granted)
        settling.confirm(parts, seen, is_restocked=is_restocked)
        settling.pay(case, parts, "rule", actor, is_restocked=is_restocked)
        because = "refunded"
    move(case, step, side, actor, because=because, amount=granted, text=dispute.text)
    return case


def ruled_parts(case: Case, ruling: str, amount: int) -> list[Part]:
    """What a ruling does at once to money and stock."""
    if ruling == Ruling.SPLIT:
        return settling.to_refund(case, amount, keeps_goods=True)
    if ruling == Ruling.MERCHANT:
        return []
    if case.kind == Case.Kind.REFUND_ONLY or (case.is_sent and case.kind == Case.Kind.RETURN_REFUND):
        return settling.to_refund(case, amount)
    return received_parts(case) if case.is_sent else []


def checked_amount(case: Case, ruling: str, amount: int | None) -> int:
    """What a ruling grants; AmountTooLarge."""
    if ruling == Ruling.MERCHANT:
        return 0
    if ruling == Ruling.BUYER and case.kind == Case.Kind.EXCHANGE:
        return case.asked
    granted = case.asked if amount is None else amount
    # What costs nothing any more, after earlier refunds, can still go back.
    if not min(1, case.asked) <= granted <= case.asked:
        raise AmountTooLarge(field="amount", most=case.asked)
    return granted


def must_be_impartial(case: Case, actor: Actor) -> None:
    """TookPart for a colleague who has handled the case."""
    handled = CaseStep.objects.filter(case=case, side=Side.MERCHANT, by_id=actor.id)
    if actor.kind == "user" and handled.exists():
        raise TookPart
