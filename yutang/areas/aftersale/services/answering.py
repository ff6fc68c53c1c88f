"""The shop answers, and the buyer takes what it offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.aftersale.errors import AmountTooLarge, NotNow, TextMissing
from yutang.areas.aftersale.models import Case, CaseLine
from yutang.areas.aftersale.queries import terms
from yutang.areas.aftersale.rules import Side
from yutang.areas.aftersale.services import settling
from yutang.areas.aftersale.services.moving import allowed, answered, checked, lock, move
from yutang.areas.aftersale.services.opening import must_not_have_left
from yutang.areas.aftersale.services.settling import Part
from yutang.areas.orders import services as orders
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.core.access import Actor


@transaction.atomic
def agree(*, case_id: int, seen: str | None, side: Side = Side.MERCHANT, actor: Actor) -> Case:
    """A refund is paid at once; goods are to be sent back first, and for an exchange the replacement is held. `seen`:
    what the preview said (`settling.said`); None: nobody looked. NotNow, Changed, SoldOut, and what a refund raises."""
    case = lock(case_id)
    step = allowed(case, "agree", side)
    answered(case)
    if step.to == Case.State.DONE:
        parts = agreed_parts(case)
        settling.confirm(parts, seen)
        amount = settling.pay(case, parts, "agree", actor)
        move(case, step, side, actor, because="refunded", amount=amount)
        return case
    case.agreed = case.asked
    case.return_address = terms().return_to
    hold(case, actor)
    move(case, step, side, actor)
    return case


def agreed_parts(case: Case) -> list[Part]:
    """What agreeing pays at once; nothing where goods come back first."""
    return settling.to_refund(case, case.asked) if case.kind == Case.Kind.REFUND_ONLY else []


@transaction.atomic
def refuse(*, case_id: int, reason: str, offer: int | None = None, actor: Actor) -> Case:
    """With a reason, and perhaps less money that the buyer may take instead. NotNow, TextMissing, AmountTooLarge."""
    case = lock(case_id)
    step = allowed(case, "refuse", Side.MERCHANT)
    _turn_down(case, reason, offer)
    move(case, step, Side.MERCHANT, actor, text=checked(reason), offer=offer)
    return case


@transaction.atomic
def reject(*, case_id: int, reason: str, offer: int | None = None, actor: Actor) -> Case:
    """What came back is not what was agreed: used, broken, something else. The errors of `refuse`."""
    case = lock(case_id)
    step = allowed(case, "reject", Side.MERCHANT)
    case.received_at = case.received_at or clock.now()
    _turn_down(case, reason, offer)
    move(case, step, Side.MERCHANT, actor, text=checked(reason), offer=offer)
    return case


@transaction.atomic
def accept(*, case_id: int, actor: Actor) -> Case:
    """The buyer takes what the shop offered: at once, or when the goods are back. NotNow, LeftMeanwhile."""
    case = lock(case_id)
    step = allowed(case, "accept", Side.BUYER)
    if case.offered is None:
        raise NotNow(number=case.number, state=case.get_state_display())
    must_not_have_left(case)
    case.agreed = case.offered
    if step.to == Case.State.DONE:
        # Goods that came back were turned down: whether they can be sold is for whoever looks at them.
        parts = settling.to_refund(case, case.offered)
        amount = settling.pay(case, parts, "accept", actor, is_restocked=False)
        move(case, step, Side.BUYER, actor, because="refunded", amount=amount)
        return case
    case.return_address = terms().return_to
    move(case, step, Side.BUYER, actor, amount=case.offered)
    return case


def hold(case: Case, actor: Actor) -> None:
    """Of an exchange, what the buyer will get. SoldOut."""
    if case.kind == Case.Kind.EXCHANGE and not case.hold_key:
        line = CaseLine.objects.get(case=case)
        key = f"exchange:{case.pk}:{case.version}"
        case.hold_node_id = orders.hold_replacement(
            order_id=case.order_id, sku_id=case.sku_id or 0, pieces=line.pieces, key=key, actor=actor
        )
        case.hold_key = key


def _turn_down(case: Case, reason: str, offer: int | None) -> None:
    if not reason.strip():
        raise TextMissing(field="reason")
    checked(reason, "reason")
    if offer is not None and (not 0 < offer <= case.asked or case.kind == Case.Kind.EXCHANGE):
        raise AmountTooLarge(field="offer", most=case.asked)
    answered(case)
    case.offered, case.refused_at = offer, case.refused_at or clock.now()
