"""What a buyer may ask back of an order: pieces, money, kinds, reasons, and until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from yutang.areas.aftersale import rules
from yutang.areas.aftersale.models import Case, CaseLine
from yutang.areas.aftersale.queries import promises, terms
from yutang.areas.orders import queries_shop
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order, OrderItem, ShopOrder
from yutang.areas.orders.services import Back
from yutang.core import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from yutang.areas.aftersale.rules import Reason

GOODS = "goods"  # of catalog's kinds of products: what can be sent back
_BY_POST = (ShopOrder.Fulfilment.DELIVERY, ShopOrder.Fulfilment.LOCAL)


@dataclass
class Claimed:
    """What open cases ask for already, of one item."""

    unshipped: int = 0
    handed_over: int = 0
    amount: int = 0


@dataclass(frozen=True)
class Askable:
    """One item of an order. `unshipped` and `handed_over`: pieces that may still be asked for. `until`: of those handed
    over, by the latest reason; None: no end yet, or nothing was handed over."""

    item: OrderItem
    unshipped: int
    handed_over: int
    no_reason_until: datetime | None
    until: datetime | None
    is_late: bool
    can_exchange: bool
    _paid_for: OrderItem = field(repr=False)

    @property
    def left(self) -> int:
        return self.unshipped + self.handed_over

    def most(self, pieces: int) -> int:
        """What so many pieces cost, less what was given back or is asked for already."""
        if self._paid_for is self.item:
            return orders.worth(self.item, Back(self.item.position, pieces))
        return orders.worth(self._paid_for, Back(self._paid_for.position, 0, exchanged=-pieces))

    def kinds(self) -> list[str]:
        found = [rules.REFUND] if self.unshipped or (self.handed_over and not self.is_late) else []
        if self.handed_over and not self.is_late and self.item.kind == GOODS:
            found += [rules.RETURN, *([rules.EXCHANGE] if self.can_exchange else [])]
        return found

    def most_pieces(self, kind: str) -> int:
        """That can be asked for in this way; of a refund, what has not left goes first."""
        if kind not in self.kinds():
            return 0
        return self.unshipped or self.handed_over if kind == rules.REFUND else self.handed_over

    def reasons(self, kind: str, *, is_unshipped: bool) -> list[Reason]:
        """Those that still hold: after some days goods are taken back for a fault only."""
        found = rules.reasons(kind, is_unshipped=is_unshipped)
        if is_unshipped:
            return found
        is_over = self.no_reason_until is not None and clock.now() >= self.no_reason_until
        return [reason for reason in found if reason.is_fault or not is_over]


@dataclass(frozen=True)
class Asking:
    """All of an order. `freight`: what is left of it to be asked for; of pieces that were handed over only for a fault
    of the shop, of others when all of the order is called off. `gifts` go back with the last of the lines."""

    order: Order
    lines: list[Askable]
    freight: int
    gifts: list[OrderItem] = field(default_factory=list)

    def line(self, position: int) -> Askable | None:
        return next((one for one in self.lines if one.item.position == position), None)

    def kinds(self) -> list[str]:
        """Of any of the lines, in the order in which they are offered."""
        of_any = {kind for one in self.lines for kind in one.kinds()}
        return [kind for kind in (rules.REFUND, rules.RETURN, rules.EXCHANGE) if kind in of_any]

    def of_kind(self, kind: str) -> list[Askable]:
        return [one for one in self.lines if one.most_pieces(kind)]

    def calls_off(self, kind: str, asked: Mapping[int, int]) -> bool:
        """Whether these pieces (position → pieces) are all of those that have not left."""
        chosen = self._chosen(kind, asked)
        return kind == rules.REFUND and all(0 < (asked.get(n) or 1) <= one.unshipped for n, one in chosen.items())

    def reasons(self, kind: str, asked: Mapping[int, int]) -> list[Reason]:
        """Those that hold for everything that was chosen; while nothing is, for everything that can be."""
        is_unshipped = self.calls_off(kind, asked)
        of_each = [one.reasons(kind, is_unshipped=is_unshipped) for one in self._chosen(kind, asked).values()]
        return [reason for reason in of_each[0] if all(reason in each for each in of_each)] if of_each else []

    def most(self, asked: Mapping[int, int]) -> int:
        """What these pieces cost."""
        return sum(one.most(asked[one.item.position]) for one in self.lines if asked.get(one.item.position))

    def _chosen(self, kind: str, asked: Mapping[int, int]) -> dict[int, Askable]:
        can_be = {one.item.position: one for one in self.of_kind(kind)}
        return {n: one for n, one in can_be.items() if asked.get(n)} or can_be

    def freight_for(self, asked: Mapping[int, int], *, is_unshipped: bool, reason: Reason) -> int:
        """Most freight beside these pieces (position → pieces)."""
        if not is_unshipped:
            return self.freight if reason.is_fault else 0
        is_all = all(asked.get(one.item.position, 0) == one.item.quantity for one in self.lines)
        return self.freight if is_all or reason.is_fault else 0


def what_can_be_asked(order: Order, *, besides: int | None = None) -> Asking:
    """Of a paid order of the own shop; nothing otherwise. `besides`: a case that is not counted, because it is asked
    anew. A handful of queries, however many items."""
    shop = queries_shop.shop_half(order)
    if shop is None or order.paid_at is None:
        return Asking(order, [], 0)
    claimed, freight = _claimed(order.pk, besides)
    paid_for = queries_shop.paid_for(order.pk) if shop.replaces_id else None
    days, quality = promises(), timedelta(days=terms().quality_days)
    lines, gifts = [], []
    for item in queries_shop.items(order.pk):
        if item.is_gift:
            gifts += [item] if item.returned < item.quantity else []
            continue
        own = claimed.get(item.position, Claimed())
        left = max(own.unshipped - item.left, 0)  # called off, refused, and shipped since
        unshipped, handed_over = item.left - own.unshipped, item.with_buyer - own.handed_over - left
        # As if what is asked for were given back: who asks for the last pieces asks for the rest.
        money = paid_for or item
        if money is item:
            item.returned += own.unshipped + own.handed_over
        else:
            money.exchanged -= own.unshipped + own.handed_over
        money.refunded = min(money.refunded + own.amount, money.amount)
        done = order.completed_at
        until = done + max(quality, timedelta(days=days[item.kind])) if done else None
        lines.append(
            Askable(
                item=item, unshipped=max(unshipped, 0), handed_over=max(handed_over, 0), until=until,
                no_reason_until=done + timedelta(days=days[item.kind]) if done else None,
                is_late=until is not None and clock.now() >= until, can_exchange=shop.fulfilment in _BY_POST,
                _paid_for=money,
            )
        )  # fmt: skip
    order.shop = shop
    return Asking(order, lines, max(orders.freight_left(order) - freight, 0), gifts)


def held(order_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Pieces that must not be shipped: somebody has called them off and waits for the answer (orders.holds)."""
    waiting = CaseLine.objects.filter(
        case__order__in=order_ids, case__is_unshipped=True, case__state__in=(Case.State.ASKED, Case.State.DISPUTED)
    )
    found: dict[int, dict[int, int]] = {}
    for order_id, position, pieces in waiting.values_list("case__order_id", "position", "pieces"):
        own = found.setdefault(order_id, {})
        own[position] = own.get(position, 0) + pieces
    return found


def is_undecided(order_id: int) -> bool:
    """Whether a case about the order is open (orders.holds)."""
    return Case.objects.filter(order=order_id, state__in=rules.OPEN).exists()


def _claimed(order_id: int, besides: int | None) -> tuple[dict[int, Claimed], int]:
    """What open cases ask for, by item; and their freight. A replacement that is still to be shipped counts as given
    back already: the pieces are, and their money is kept for it."""
    cases = Case.objects.filter(order=order_id, state__in=rules.OPEN).exclude(pk=besides or 0)
    found: dict[int, Claimed] = {}
    freight = 0
    for case in cases.exclude(state=Case.State.RESENDING).prefetch_related("lines"):
        freight += case.freight
        for line in case.lines.all():
            own = found.setdefault(line.position, Claimed())
            own.amount += line.amount
            if case.is_unshipped:
                own.unshipped += line.pieces
            else:
                own.handed_over += line.pieces
    return found, freight
