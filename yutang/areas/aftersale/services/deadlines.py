"""What happens when nobody does anything. Each case acts in a transaction of its own, which also moves its deadline: a
run that is killed and repeated does nothing twice, and of a click and a deadline one finds the case moved on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.aftersale.errors import Changed
from yutang.areas.aftersale.models import Case, Dispute
from yutang.areas.aftersale.rules import OPEN, Side, Step
from yutang.areas.aftersale.services.answering import agree
from yutang.areas.aftersale.services.disputing import hear, rule
from yutang.areas.aftersale.services.moving import lock, log, move, release
from yutang.areas.aftersale.services.returning import receive, refund_instead
from yutang.areas.orders.errors import NotOnSale, RefundTooLarge, SoldOut, TooManyPieces, WrongState
from yutang.core import logs, tenancy

if TYPE_CHECKING:
    from yutang.core.access import Actor

# Given back on the order's own page meanwhile, so that nothing is left to be asked for.
_SETTLED_ELSEWHERE = (RefundTooLarge, TooManyPieces, WrongState, Changed)
log_of = logs.get(__name__)


def act_on_deadlines(*, now: datetime, limit: int = 200, actor: Actor) -> int:
    """Acts on cases whose time is over; how many were due. Repeat until 0."""
    with tenancy.scope(actor.merchant_id):
        due = Case.objects.filter(state__in=OPEN, deadline_at__lte=now).order_by("deadline_at", "id")
        cases = list(due.values_list("pk", flat=True)[:limit])
    broken = []
    for case_id in cases:
        try:
            with tenancy.scope(actor.merchant_id):
                act(case_id=case_id, now=now, actor=actor)
        except Exception as error:  # noqa: BLE001 – raised below: one broken case does not hold up the others
            error.add_note(f"after-sale case {case_id}")
            broken.append(error)
    if broken:
        raise ExceptionGroup("after-sale cases that could not go on", broken)
    return len(cases)


@transaction.atomic
def act(*, case_id: int, now: datetime, actor: Actor) -> None:
    """What time does to one case, if it is still due."""
    case = lock(case_id)
    if case.deadline_at is None or case.deadline_at > now:  # somebody was faster
        return
    try:
        with transaction.atomic():
            _DO[case.state](case, actor)
    except (SoldOut, NotOnSale):
        # Nothing to exchange it for: the buyer gets the money instead, and sends the goods back for that.
        case = lock(case_id)
        release(case, actor)
        case.kind = Case.Kind.RETURN_REFUND
        log(case, "sold_out", Side.TIME, actor)
        _DO[case.state](case, actor)
    except _SETTLED_ELSEWHERE as error:
        log_of.info("aftersale.settled_elsewhere", case_id=case_id, code=error.code)
        _close(lock(case_id), "settled_elsewhere", actor)


def _agree(case: Case, actor: Actor) -> None:
    agree(case_id=case.pk, seen=None, side=Side.TIME, actor=actor)


def _refusal_stands(case: Case, actor: Actor) -> None:
    _close(case, "refused", actor)


def _never_sent(case: Case, actor: Actor) -> None:
    _close(case, "not_sent", actor)


def _received(case: Case, actor: Actor) -> None:
    """Nobody has looked at the goods: they are not put into stock."""
    receive(case_id=case.pk, seen=None, is_restocked=False, side=Side.TIME, actor=actor)


def _not_resent(case: Case, actor: Actor) -> None:
    refund_instead(case_id=case.pk, actor=actor)


def _dispute(case: Case, actor: Actor) -> None:
    """The shop's side keeps the arbiters: their silence must not be its gain."""
    if Dispute.objects.get(case=case).state == Dispute.State.EVIDENCE:
        hear(case_id=case.pk, actor=actor)
    else:
        rule(
            case_id=case.pk, ruling=Dispute.Ruling.BUYER, amount=None, text="", seen=None, side=Side.TIME, actor=actor
        )  # fmt: skip


_DO: dict[str, Callable[[Case, Actor], None]] = {
    "asked": _agree, "refused": _refusal_stands, "sending": _never_sent, "returning": _received,
    "resending": _not_resent, "disputed": _dispute,
}  # fmt: skip


def _close(case: Case, because: str, actor: Actor) -> None:
    Dispute.objects.filter(case=case).exclude(state=Dispute.State.RULED).update(state=Dispute.State.DROPPED)
    move(case, Step(case.state, "lapse", (Side.TIME,), "closed"), Side.TIME, actor, because=because)
