"""A buyer asks: a case is opened, changed while it may be, or withdrawn.

Faces fetch the order and the case by the checked doors of `queries` first (a shopper's own, a colleague's reach)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.db import transaction

from yutang.areas.aftersale import rules
from yutang.areas.aftersale.errors import (
    AmountTooLarge,
    AskSeparately,
    BadReason,
    BadReplacement,
    CannotBeAsked,
    LeftMeanwhile,
    NotNow,
    OneAtATime,
    TooManyPieces,
)
from yutang.areas.aftersale.models import Case, CaseLine
from yutang.areas.aftersale.queries import terms
from yutang.areas.aftersale.queries_asking import Askable, what_can_be_asked
from yutang.areas.aftersale.rules import Side
from yutang.areas.aftersale.services.moving import allowed, checked, lock, log, move, release
from yutang.areas.aftersale.services.showing import attach
from yutang.areas.catalog import queries as catalog
from yutang.areas.orders import services as orders
from yutang.core import clock, money

if TYPE_CHECKING:
    from yutang.areas.orders.models import Order
    from yutang.core.access import Actor


@dataclass(frozen=True)
class Ask:
    """What a buyer wants. `lines`: (position of an order item, pieces). `amount`: for the goods, minor units; None: all
    that they cost. `sku_id`: exchange, what instead; None: the same."""

    kind: str
    reason: str
    lines: Sequence[tuple[int, int]]
    amount: int | None = None
    freight: int = 0
    text: str = ""
    sku_id: int | None = None


@transaction.atomic
def open_case(
    *, order_id: int, ask: Ask, key: str, pictures: Sequence[IO[bytes]] = (), side: Side = Side.BUYER, actor: Actor
) -> Case:  # fmt: skip
    """Asks for pieces of a paid order. The same `key` again is the same case. `side`: a colleague may write down what
    a buyer says. CannotBeAsked, TooManyPieces, AskSeparately, OneAtATime, BadReason, BadReplacement, AmountTooLarge,
    TextTooLong, TooManyPictures and what pictures raise."""
    order = orders.lock(order_id)
    if earlier := Case.objects.filter(key=key).first():
        return earlier
    asked = _checked(order, ask)
    now = clock.now()
    case = Case(
        merchant_id=actor.merchant_id, number=f"S{now:%y%m%d}{secrets.randbelow(10**10):010d}", key=key, order=order,
        node_id=order.node_id, version=0, opened_by=actor.name, opened_at=now, kind=ask.kind,
        deadline_at=now + terms().span("answer_hours", is_unshipped=asked.is_unshipped),
    )  # fmt: skip
    _write(case, ask, asked, actor)
    log(case, "opened", side, actor, text=case.text, amount=case.asked)
    attach(case, pictures, side, actor)
    return case


@transaction.atomic
def change(*, case_id: int, ask: Ask, actor: Actor) -> Case:
    """Asks for something else while nothing is agreed; the time to answer begins anew. Once the goods have been sent,
    only the amount and the words can change. The errors of `open_case`; NotNow."""
    case = lock(case_id)
    step = allowed(case, "change", Side.BUYER)
    before = [(line.position, line.pieces) for line in CaseLine.objects.filter(case=case).order_by("position")]
    if case.is_sent and (ask.kind, sorted(ask.lines)) != (case.kind, before):
        raise NotNow(number=case.number, state=case.get_state_display())
    release(case, actor)
    _write(case, ask, _checked(case.order, ask, besides=case.pk), actor)
    case.offered = case.agreed = None
    move(case, step, Side.BUYER, actor, text=case.text, amount=case.asked)
    return case


@transaction.atomic
def withdraw(*, case_id: int, actor: Actor) -> Case:
    """Gives it up; possible until money has moved. Withdrawn already: nothing. NotNow."""
    case = lock(case_id)
    if case.closed_because == "withdrawn":
        return case
    move(case, allowed(case, "withdraw", Side.BUYER), Side.BUYER, actor, because="withdrawn")
    return case


def must_not_have_left(case: Case) -> None:
    """LeftMeanwhile when the shop has shipped what was to be called off."""
    if not case.is_unshipped:
        return
    found = {line.item.position: line for line in what_can_be_asked(case.order, besides=case.pk).lines}
    for line in CaseLine.objects.filter(case=case):
        if found[line.position].unshipped < line.pieces:
            raise LeftMeanwhile(number=case.number)


# -- parts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Asked:
    """What was wanted, found possible. `amounts`: of each line, in their order."""

    lines: list[tuple[Askable, int]]
    amounts: list[int]
    is_unshipped: bool
    sku_id: int | None


def _checked(order: Order, ask: Ask, besides: int | None = None) -> _Asked:
    possible = what_can_be_asked(order, besides=besides)
    lines = [(_line(possible.line(position), order), pieces) for position, pieces in ask.lines]
    if not lines or len({position for position, _ in ask.lines}) < len(lines):
        raise CannotBeAsked(field="lines", title=order.order_no)
    is_unshipped = _is_unshipped(lines, ask.kind)
    for line, pieces in lines:
        left = line.unshipped if is_unshipped else line.handed_over
        if not 0 < pieces <= left:
            raise TooManyPieces(field="lines", title=line.item.title, left=left)
        if ask.kind not in line.kinds() or (line.is_late and not is_unshipped):
            raise CannotBeAsked(field="kind", title=line.item.title)
        if ask.reason not in {reason.code for reason in line.reasons(ask.kind, is_unshipped=is_unshipped)}:
            raise BadReason(field="reason")
    most = [line.most(pieces) for line, pieces in lines]
    amounts = _amounts(ask, most)
    if ask.kind == rules.REFUND and not is_unshipped and not any(most):
        raise CannotBeAsked(field="kind", title=lines[0][0].item.title)
    reason = rules.REASONS[ask.reason]
    freight = possible.freight_for(dict(ask.lines), is_unshipped=is_unshipped, reason=reason)
    if ask.kind == rules.EXCHANGE:
        freight = 0
    if not 0 <= ask.freight <= freight:
        raise AmountTooLarge(field="freight", most=freight)
    return _Asked(lines, amounts, is_unshipped, _replacement(lines, ask))


def _line(found: Askable | None, order: Order) -> Askable:
    if found is None:
        raise CannotBeAsked(field="lines", title=order.order_no)
    return found


def _is_unshipped(lines: Sequence[tuple[Askable, int]], kind: str) -> bool:
    """Pieces that have not left are called off first. Goods come back only if they left."""
    if kind != rules.REFUND:
        return False
    here = [0 < pieces <= line.unshipped for line, pieces in lines]
    if any(here) and not all(here):
        raise AskSeparately(field="lines")
    return all(here)


def _amounts(ask: Ask, most: list[int]) -> list[int]:
    """Of each line; less than all of it is shared by what the lines cost. An exchange keeps their worth."""
    if ask.amount is None or ask.kind == rules.EXCHANGE:
        return most
    if not 0 <= ask.amount <= sum(most) or (not ask.amount and any(most)):
        raise AmountTooLarge(field="amount", most=sum(most))
    return money.allocated(ask.amount, most)


def _replacement(lines: Sequence[tuple[Askable, int]], ask: Ask) -> int | None:
    """The SKU that goes out instead: the same, or another of its product that costs the same today."""
    if ask.kind != rules.EXCHANGE:
        return None
    if len(lines) != 1:
        raise OneAtATime(field="lines")
    item = lines[0][0].item
    if ask.sku_id in (None, item.sku_id):
        return item.sku_id
    offers = catalog.offers([ask.sku_id or 0, item.sku_id])
    wanted, had = offers.get(ask.sku_id or 0), offers.get(item.sku_id)
    if wanted is None or had is None or (wanted.product_id, wanted.price) != (had.product_id, had.price):
        raise BadReplacement(field="sku_id")
    return wanted.sku_id


def _write(case: Case, ask: Ask, asked: _Asked, actor: Actor) -> None:
    case.kind, case.reason, case.text = ask.kind, ask.reason, checked(ask.text)
    case.is_unshipped, case.sku_id = asked.is_unshipped, asked.sku_id
    case.amount, case.freight = sum(asked.amounts), ask.freight
    case.save()
    CaseLine.objects.filter(case=case).delete()
    CaseLine.objects.bulk_create(
        CaseLine(
            merchant_id=actor.merchant_id, case=case, position=line.item.position, pieces=pieces, amount=amount
        )
        for (line, pieces), amount in zip(asked.lines, asked.amounts, strict=True)
    )  # fmt: skip
