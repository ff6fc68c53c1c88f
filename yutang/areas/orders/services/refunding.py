"""Money and goods of a paid order go back, by item. What may go back and when, the after-sale decides; that it adds up
is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.inventory import services as stock
from yutang.areas.inventory.services import GivenBack
from yutang.areas.orders import perks
from yutang.areas.orders.errors import RefundTooLarge, TooManyPieces, WrongState
from yutang.areas.orders.events import OrderRefunded
from yutang.areas.orders.models import Order, OrderItem, SaleLine, ShopOrder
from yutang.areas.orders.perks import earned
from yutang.areas.orders.services.facts import sale_line
from yutang.areas.orders.services.fulfilling import BY_POST
from yutang.areas.orders.services.paying import lock, note
from yutang.areas.orders.services.placing import PAYABLE, held_by
from yutang.areas.orders.services.receiving import advance
from yutang.areas.payments import queries as payments_of
from yutang.areas.payments import services as payments
from yutang.core import audit, clock, events, money

if TYPE_CHECKING:
    from yutang.areas.payments.models import Tender
    from yutang.core.access import Actor

Status = Order.Status


@dataclass(frozen=True)
class Back:
    """What of one item goes back: `pieces` that count as returned, and `amount` (None: what these pieces cost).

    `brought`: so many of the pieces come from the buyer; None: those that never left go first. `exchanged`: so many are
    replaced free of charge, and what was paid for them stays (replacing.py); below zero: so many replacements, which
    are pieces of an order of their own, came back for good, and what was paid for the first ones goes."""

    position: int
    pieces: int
    amount: int | None = None
    brought: int | None = None
    exchanged: int = 0


@dataclass(frozen=True)
class Preview:
    """What a refund would do. Amounts in minor units; `items`: position → amount."""

    items: dict[int, int]
    freight: int

    @property
    def total(self) -> int:
        return sum(self.items.values()) + self.freight


@dataclass(frozen=True)
class StockBack:
    """`unshipped` pieces become available where they lie, `brought` ones come back on hand, `lost` ones do not."""

    item: OrderItem
    unshipped: int
    brought: int
    lost: int


@dataclass(frozen=True)
class Effects:
    """Everything a refund would do. `money`: how much each tender gives back, in that order; `perks`: what becomes of
    what was used besides money, and what the purchase gave."""

    planned: Preview
    money: list[tuple[Tender, int]]
    stock: list[StockBack]
    status: Order.Status
    perks: list[perks.GivenBack]

    @property
    def said(self) -> str:
        """All numbers in one line, to compare what was seen with what would happen now."""
        numbers = [
            *(f"{place}:{amount}" for place, amount in sorted(self.planned.items.items())), f"f{self.planned.freight}",
            *(f"t{tender.pk}:{part}" for tender, part in self.money),
            *(f"s{one.item.position}:{one.unshipped}:{one.brought}:{one.lost}" for one in self.stock),
            *(f"{one.key}:{one.text}" for one in self.perks),
        ]  # fmt: skip
        return " ".join(numbers)


def effects(*, order_id: int, back: Sequence[Back], freight: int = 0, is_restocked: bool = True) -> Effects:
    """What `refund` would do now with the same arguments. WrongState, TooManyPieces, RefundTooLarge."""
    order = Order.objects.select_related("shop").get(pk=order_id)
    _must_be_paid(order)
    items = {item.position: item for item in OrderItem.objects.filter(order=order).order_by("position")}
    back = _with_gifts(items, back)
    planned = _preview(order, items, back, freight)
    stocks, returned = [], []
    for one in back:
        item = items[one.position]
        returned.append(_returned(item, one))
        here = _never_left(item, one)
        left_house = one.pieces - here
        if one.pieces:
            stocks.append(StockBack(item, here, left_house if is_restocked else 0, 0 if is_restocked else left_house))
        item.returned += one.pieces
        item.cancelled += here
        item.exchanged += one.exchanged
    given = perks.preview(order_id=order_id, returned=returned, is_whole=_is_all_back(items))
    if any(one.after > one.before for one in returned):
        given += _staying(items)
    given += earned.preview(
        order_id=order_id, paid=order.sold_amount, refunded=planned.total - order.refunded_amount
    )  # fmt: skip
    money_back, rest = [], planned.total
    for tender in reversed(payments_of.tenders_of((PAYABLE, order_id))):
        if part := min(rest, tender.amount - tender.refunded_amount):
            money_back.append((tender, part))
            rest -= part
    return Effects(planned, money_back, stocks, _status_after(order, items), given)


@transaction.atomic
def refund(
    *, order_id: int, back: Sequence[Back], freight: int = 0, reason: str, key: str, is_restocked: bool = True,
    actor: Actor,
) -> int:  # fmt: skip
    """Sends money back the way it came and writes the negative facts; returns the amount. Pieces that never left
    become available again at once; pieces that come back do so where `is_restocked`. The same key again: nothing, 0.

    Refunding every piece and the freight, in whatever steps, returns exactly what was paid. With the last piece that
    was paid for, gifts go back too; before, they stay with the buyer."""
    order = lock(order_id)
    if SaleLine.objects.filter(order_id=order_id, line_key__startswith=f"#refund:{key}:").exists():
        return 0
    _must_be_paid(order)
    items = {item.position: item for item in OrderItem.objects.select_for_update().filter(order=order)}
    back = _with_gifts(items, back)
    planned = _preview(order, items, back, freight)
    now = clock.now()
    lines, given, returned = [], [], []
    for one in back:
        returned.append(_returned(items[one.position], one))
        item, amount = items[one.position], planned.items[one.position]
        here = _never_left(item, one)
        given.append(GivenBack(item.sku_id, item.node_id, here, one.pieces - here if is_restocked else 0))
        item.returned += one.pieces
        item.cancelled += here
        item.exchanged += one.exchanged
        item.refunded += amount
        item.save(update_fields=["returned", "cancelled", "exchanged", "refunded"])
        lines.append(
            sale_line(
                order, f"#refund:{key}:{one.position + 1}", SaleLine.Kind.REFUND, -amount, now, item=item,
                quantity=-one.pieces,
            )
        )  # fmt: skip
    perks.give_back(
        order_id=order_id, returned=returned, is_whole=_is_all_back(items), key=key, actor=actor
    )  # fmt: skip
    if planned.freight:
        lines.append(
            sale_line(order, f"#refund:{key}:freight", SaleLine.Kind.REFUND, -planned.freight, now)
        )  # fmt: skip
    written = SaleLine.objects.bulk_create(line for line in lines if line.amount or line.quantity)
    order.refunded_amount -= planned.total
    order.line_count += len(written)
    order.updated_at = now
    order.save(update_fields=["refunded_amount", "line_count", "updated_at"])
    _advance(order, items)
    note(order, "refunded", actor, amount=planned.total, reason=reason)
    audit.record(
        "orders.refund", actor=actor, object_type="order", object_id=order_id, detail={"amount": planned.total}
    )
    if planned.total:
        payments.refund_payable(
            payable=(PAYABLE, order_id), amount=planned.total, key=f"order:{order_id}:{key}", reason=reason, actor=actor
        )
    stock.take_back(  # last, as everywhere: coupons, points, balances, then stock
        given=given, held_by=held_by(order_id), key=f"refund:{order_id}:{key}", source=("order", order_id), actor=actor
    )
    events.publish(
        OrderRefunded(
            merchant_id=actor.merchant_id, order_id=order_id, customer_id=order.customer_id, amount=planned.total
        )
    )  # fmt: skip
    return planned.total


def worth(item: OrderItem, back: Back) -> int:
    """What the pieces cost, less what was refunded for them without taking them back; the last pieces take the rest.
    Pieces that were replaced are still with the buyer, as far as money goes."""
    if back.amount is not None:
        return back.amount
    after = item.returned + back.pieces - item.exchanged - back.exchanged
    if after == item.quantity:
        return item.amount - item.refunded
    return max(min(money.part(item.amount, after, item.quantity) - item.refunded, item.amount - item.refunded), 0)


def _with_gifts(items: dict[int, OrderItem], back: Sequence[Back]) -> Sequence[Back]:
    """Whatever is left of them, once nothing that was paid for stays with the buyer."""
    asked = {one.position: one for one in back}
    for item in items.values():
        one = asked.get(item.position) or Back(item.position, 0)
        if not item.is_gift and item.returned + one.pieces - item.exchanged - one.exchanged < item.quantity:
            return back
    gifts = {item.position: item for item in items.values() if item.is_gift and item.returned < item.quantity}
    rest = [one for one in back if one.position not in gifts]
    return [*rest, *(Back(position, item.quantity - item.returned, 0) for position, item in sorted(gifts.items()))]


def _staying(items: dict[int, OrderItem]) -> list[perks.GivenBack]:
    """Gifts that stay when a part of the order goes back, whatever the rest is worth."""
    text = gettext("Gift “%(title)s” × %(count)s stays with the buyer: it goes back with the whole order only.")
    return [
        perks.GivenBack("gift", text % {"title": item.title, "count": item.quantity - item.returned})
        for _, item in sorted(items.items()) if item.is_gift and item.returned < item.quantity
    ]  # fmt: skip


def _preview(order: Order, items: dict[int, OrderItem], back: Sequence[Back], freight: int) -> Preview:
    amounts: dict[int, int] = {}
    for one in back:
        item = items.get(one.position)
        left = item.quantity - item.returned if item else 0
        if item is None or one.position in amounts or not 0 <= one.pieces <= left:
            raise TooManyPieces(field="pieces", title=item.title if item else order.order_no, left=left)
        here = _never_left(item, one)
        if not 0 <= here <= item.left or not 0 <= one.pieces - here <= item.with_buyer:
            most = item.left if here > item.left else item.with_buyer
            raise TooManyPieces(field="pieces", title=item.title, left=most)
        if not 0 <= item.exchanged + one.exchanged <= item.returned + one.pieces:
            raise TooManyPieces(field="pieces", title=item.title, left=item.exchanged)
        amounts[one.position] = worth(item, one)
        if not 0 <= amounts[one.position] <= item.amount - item.refunded:
            raise RefundTooLarge(field="amount", left=item.amount - item.refunded)
    if not 0 <= freight <= (most := freight_left(order)):
        raise RefundTooLarge(field="freight", left=most)
    return Preview(amounts, freight)


def _returned(item: OrderItem, one: Back) -> perks.Returned:
    """As far as money goes: pieces that were replaced are still with the buyer."""
    before = item.returned - item.exchanged
    return perks.Returned(one.position, before, before + one.pieces - one.exchanged, item.quantity)


def _is_all_back(items: dict[int, OrderItem]) -> bool:
    return all(item.returned - item.exchanged == item.quantity for item in items.values())


def _never_left(item: OrderItem, one: Back) -> int:
    return min(one.pieces, item.left) if one.brought is None else one.pieces - one.brought


def freight_left(order: Order) -> int:
    """What was paid for freight and not given back."""
    lines = SaleLine.objects.filter(
        order_id=order.pk, line_key__startswith="#refund:", line_key__endswith=":freight"
    )  # fmt: skip
    return order.shop.freight + sum(lines.values_list("amount", flat=True))


def _must_be_paid(order: Order) -> None:
    if order.paid_at is None:
        raise WrongState(order_no=order.order_no, status=order.get_status_display())


def _status_after(order: Order, items: dict[int, OrderItem]) -> Order.Status:
    """When the last piece that was to be handed over is given back, nobody waits for it any longer."""
    is_waiting = order.status in (Status.PAID, Status.PARTLY_SHIPPED)
    if not is_waiting or any(item.left for item in items.values()):
        return Status(order.status)
    if not any(item.shipped for item in items.values()):
        return Status.CLOSED
    is_all_back = all(item.returned == item.quantity for item in items.values())
    return Status.SHIPPED if order.shop.fulfilment in BY_POST and not is_all_back else Status.COMPLETED


def _advance(order: Order, items: dict[int, OrderItem]) -> None:
    after = _status_after(order, items)
    if after == order.status:
        return
    advance(order, after)
    if all(item.returned == item.quantity for item in items.values()):
        ShopOrder.objects.filter(pk=order.pk).update(closed_because="refunded")
