"""What the end of a case does to money and stock, shown before and then done: nothing but `orders.refund`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.aftersale.errors import Changed
from yutang.areas.aftersale.models import Case, CaseLine
from yutang.areas.orders import queries_shop
from yutang.areas.orders import services as orders
from yutang.areas.orders.services import Back, Effects
from yutang.core import money

if TYPE_CHECKING:
    from yutang.areas.orders.models import OrderItem
    from yutang.core.access import Actor


@dataclass(frozen=True)
class Part:
    """The arguments of one `orders.refund`."""

    order_id: int
    back: tuple[Back, ...]
    freight: int = 0


def to_refund(case: Case, total: int, *, keeps_goods: bool = False) -> list[Part]:
    """`total` goes back, goods first, then freight, shared by what was asked for each line; no item gives more than is
    left of it. The pieces count as given back unless the buyer keeps them: a refund only of what was handed over, and
    a split."""
    lines = _lines(case)
    goods = min(total, case.amount)
    shares = money.allocated(goods, [line.amount for line in lines])
    freight = min(total - goods, case.freight, orders.freight_left(case.order))
    keeps_goods = keeps_goods or (case.kind == Case.Kind.REFUND_ONLY and not case.is_unshipped)
    pieces = {line.position: 0 if keeps_goods else line.pieces for line in lines}
    brought = {position: 0 if case.is_unshipped else count for position, count in pieces.items()}
    paid_for = case.order.shop.replaces
    if paid_for is not None:
        back = tuple(Back(n, k, 0, brought=brought[n]) for n, k in pieces.items())
        return _that_do_something([Part(case.order_id, back), _money_of(paid_for, goods, sum(pieces.values()))])
    left = {item.position: item.amount - item.refunded for item in _items(case.order_id)}
    own = tuple(
        Back(line.position, pieces[line.position], min(share, left[line.position]), brought=brought[line.position])
        for line, share in zip(lines, shares, strict=True)
    )
    return _that_do_something([Part(case.order_id, own, freight)])


def to_exchange(case: Case) -> list[Part]:
    """The goods come back, what was paid for them stays."""
    is_paid_for = case.order.shop.replaces is None
    return [
        Part(
            case.order_id,
            tuple(
                Back(line.position, line.pieces, 0, brought=line.pieces, exchanged=line.pieces if is_paid_for else 0)
                for line in _lines(case)
            ),
        )
    ]


def instead_of_replacement(case: Case) -> list[Part]:
    """The replacement stays here, and what was paid for the first pieces goes back."""
    assert case.replacement is not None
    paid_for = queries_shop.paid_for(case.replacement_id or 0)
    line = _lines(case)[0]
    return [
        Part(case.replacement.pk, (Back(0, line.pieces, 0, brought=0),)),
        _money_of(paid_for, line.amount, line.pieces),
    ]


def effects(parts: Sequence[Part], *, is_restocked: bool = True) -> list[Effects]:
    """Everything it would do now, order by order. The errors of `orders.effects`."""
    return [
        orders.effects(order_id=part.order_id, back=part.back, freight=part.freight, is_restocked=is_restocked)
        for part in parts
    ]


def said(seen: Sequence[Effects]) -> str:
    """All numbers in one line: what was seen before confirming."""
    return " | ".join(one.said for one in seen)


def confirm(parts: Sequence[Part], seen: str | None, *, is_restocked: bool = True) -> None:
    """Changed unless what was seen is what would happen now. None: nobody looked, a deadline passed."""
    if seen is not None and said(effects(parts, is_restocked=is_restocked)) != seen:
        raise Changed


def pay(case: Case, parts: Sequence[Part], what: str, actor: Actor, *, is_restocked: bool = True) -> int:
    """Does it; what went back altogether. `what` names the step: repeated, it does nothing."""
    total = sum(
        orders.refund(
            order_id=part.order_id, back=part.back, freight=part.freight, is_restocked=is_restocked,
            reason=case.number, key=f"case:{case.pk}:{what}", actor=actor,
        )
        for part in parts
    )  # fmt: skip
    case.granted += total
    return total


def _that_do_something(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part.freight or any(one.pieces or one.amount for one in part.back)]


def _lines(case: Case) -> list[CaseLine]:
    return list(CaseLine.objects.filter(case=case).order_by("position"))


def _items(order_id: int) -> list[OrderItem]:
    return queries_shop.items(order_id)


def _money_of(paid_for: OrderItem, amount: int, pieces: int) -> Part:
    """Of pieces that were replaced: their money lies where they were first paid."""
    left = paid_for.amount - paid_for.refunded
    return Part(paid_for.order_id, (Back(paid_for.position, 0, min(amount, left), exchanged=-pieces),))
