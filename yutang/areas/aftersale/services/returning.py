"""Goods come back, money goes back; or others go out instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.aftersale.errors import NotShippedYet, TextMissing
from yutang.areas.aftersale.models import Case, CaseLine
from yutang.areas.aftersale.rules import Side
from yutang.areas.aftersale.services import settling
from yutang.areas.aftersale.services.answering import hold
from yutang.areas.aftersale.services.moving import allowed, lock, move
from yutang.areas.aftersale.services.settling import Part
from yutang.areas.orders import queries_shop
from yutang.areas.orders import services as orders
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.core.access import Actor


@transaction.atomic
def send_back(*, case_id: int, carrier: str, tracking_no: str, actor: Actor) -> Case:
    """The buyer has sent the goods. NotNow, TextMissing without a carrier or a number."""
    case = lock(case_id)
    step = allowed(case, "send_back", Side.BUYER)
    for name, value in (("carrier", carrier), ("tracking_no", tracking_no)):
        if not value.strip():
            raise TextMissing(field=name)
    case.carrier, case.tracking_no, case.sent_at = carrier.strip()[:40], tracking_no.strip()[:60], clock.now()
    move(case, step, Side.BUYER, actor, carrier=case.carrier, tracking_no=case.tracking_no)
    return case


@transaction.atomic
def receive(
    *, case_id: int, seen: str | None, is_restocked: bool = True, side: Side = Side.MERCHANT, actor: Actor
) -> Case:  # fmt: skip
    """The goods are here: the money goes back, or the replacement waits to be shipped. `is_restocked`: they can be
    sold again. NotNow, Changed, SoldOut, and what a refund raises."""
    case = lock(case_id)
    step = allowed(case, "receive", side)
    case.is_received_late = side == Side.TIME
    finish_return(case, step.action, seen, is_restocked, actor)
    move(case, step, side, actor, because=_because(case), amount=case.granted)
    return case


def finish_return(case: Case, what: str, seen: str | None, is_restocked: bool, actor: Actor) -> None:
    """What the arrival of the goods does; the caller moves the case on."""
    parts = received_parts(case)
    if case.kind == Case.Kind.EXCHANGE:
        hold(case, actor)
        line = CaseLine.objects.get(case=case)
        orders.lock_exchange(
            order_id=case.order_id, position=line.position, sku_id=case.sku_id or 0, node_id=case.hold_node_id or 0,
            actor=actor,
        )  # fmt: skip
    settling.confirm(parts, seen, is_restocked=is_restocked)
    settling.pay(case, parts, what, actor, is_restocked=is_restocked)
    case.sent_at, case.received_at = case.sent_at or clock.now(), clock.now()
    if case.kind == Case.Kind.EXCHANGE:
        line = CaseLine.objects.get(case=case)
        case.replacement = orders.replace(
            order_id=case.order_id, position=line.position, sku_id=case.sku_id or 0, pieces=line.pieces,
            node_id=case.hold_node_id or 0, held=case.hold_key, key=f"exchange:{case.pk}", actor=actor,
        )  # fmt: skip
        case.hold_key, case.hold_node_id = "", None


def received_parts(case: Case) -> list[Part]:
    """What receiving the goods does to money and stock."""
    if case.kind == Case.Kind.EXCHANGE:
        return settling.to_exchange(case)
    return settling.to_refund(case, case.asked if case.agreed is None else case.agreed)


@transaction.atomic
def resend(*, case_id: int, carrier: str, tracking_no: str, key: str, actor: Actor) -> Case:
    """Ships the replacement, and the exchange is done. NotNow, and what `orders.ship` raises."""
    case = lock(case_id)
    allowed(case, "resend", Side.MERCHANT)
    orders.ship(
        order_id=case.replacement_id or 0, carrier=carrier, tracking_no=tracking_no, key=f"exchange:{case.pk}:{key}",
        actor=actor,
    )  # fmt: skip
    return replacement_sent(case_id=case_id, actor=actor)


@transaction.atomic
def replacement_sent(*, case_id: int, actor: Actor) -> Case:
    """The replacement was shipped, from here or from its order's page. Again: nothing. NotShippedYet, NotNow."""
    case = lock(case_id)
    if case.state == Case.State.DONE:
        return case
    step = allowed(case, "resend", Side.MERCHANT)
    if case.replacement is None or not is_replacement_gone(case):
        raise NotShippedYet(order_no=case.replacement.order_no if case.replacement else "–")
    parcel = queries_shop.parcels(case.replacement.pk)[-1]
    move(case, step, Side.MERCHANT, actor, because="exchanged", carrier=parcel.carrier, tracking_no=parcel.tracking_no)
    return case


def order_shipped(*, order_id: int, actor: Actor) -> None:
    """Pieces of an order have left; where it was a replacement and is complete, its exchange is done."""
    case = Case.objects.filter(replacement=order_id, state=Case.State.RESENDING).first()
    if case is not None and is_replacement_gone(case):
        replacement_sent(case_id=case.pk, actor=actor)


def is_replacement_gone(case: Case) -> bool:
    """It was shipped; not: called off."""
    items = queries_shop.items(case.replacement_id or 0)
    return any(item.shipped for item in items) and not any(item.left for item in items)


@transaction.atomic
def refund_instead(*, case_id: int, actor: Actor) -> Case:
    """The replacement was not shipped in time: it stays here, and the money goes back."""
    case = lock(case_id)
    step = allowed(case, "refund_instead", Side.TIME)
    orders.lock(case.replacement_id or 0)
    if is_replacement_gone(case):  # the news was slower than time
        return replacement_sent(case_id=case_id, actor=actor)
    amount = settling.pay(case, settling.instead_of_replacement(case), "instead", actor)
    move(case, step, Side.TIME, actor, because="refunded", amount=amount)
    return case


def _because(case: Case) -> str:
    return "refunded" if case.kind == Case.Kind.RETURN_REFUND else ""
