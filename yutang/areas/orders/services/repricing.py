"""Staff agree on another price with the buyer before it is paid.

A payment that began at the old price cannot settle the new one wrongly: taking money and changing the price both begin
with `lock`, so either the money settles the old price and there is nothing to change any more, or it meets the new one,
which it pays in part, or more than pays, and then the rest goes back (docs/algorithms/payments.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from yutang.areas.orders.errors import PriceChanged, PriceTooLow, WrongState
from yutang.areas.orders.models import Adjustment, Order, OrderItem, ShopOrder
from yutang.areas.orders.services.paying import lock, note
from yutang.areas.orders.services.placing import PAYABLE
from yutang.areas.payments import queries as payments
from yutang.core import audit, clock, jobs, money

if TYPE_CHECKING:
    from yutang.core.access import Actor

STEP = "by_hand"


@transaction.atomic
def change_price(*, order_id: int, goods: int, freight: int, expected: int, reason: str, actor: Actor) -> Order:
    """So much for all goods together and so much for the freight, in minor units; the goods' is shared by the items in
    proportion to what they cost. `expected`: the total that was seen. WrongState unless it waits for money,
    PriceChanged, PriceTooLow when no more than what came already would be due."""
    order = lock(order_id)
    shop = order.shop
    if order.status != Order.Status.UNPAID:
        raise WrongState(order_no=order.order_no, status=order.get_status_display())
    if shop.total != expected:
        raise PriceChanged(before=expected, now=shop.total)
    payable = PAYABLE, order_id
    total = goods + freight
    if total <= (paid := payments.paid_amount(payable)):
        raise PriceTooLow(field="goods", paid=paid)
    if (goods, freight) == (shop.total - shop.freight, shop.freight):
        return order
    items = list(OrderItem.objects.filter(order=order, gift_coupon_id=None).order_by("position"))
    changes: list[tuple[int | None, int]] = [(None, freight - shop.freight)]
    for item, amount in zip(items, money.allocated(goods, [item.amount for item in items]), strict=True):
        changes.append((item.position, amount - item.amount))
        item.amount = amount
    OrderItem.objects.bulk_update(items, ["amount"])
    Adjustment.objects.bulk_create(
        Adjustment(
            merchant_id=actor.merchant_id, order=order, position=position, step=STEP, source_type="user",
            source_id=str(actor.id or ""), label=gettext_noop("Price agreed"), amount=change,
        )
        for position, change in changes if change
    )  # fmt: skip
    before, shop.freight, shop.total = shop.total, freight, total
    ShopOrder.objects.filter(pk=order_id).update(freight=freight, total=total)
    order.updated_at = clock.now()
    order.save(update_fields=["updated_at"])
    note(order, "repriced", actor, before=before, after=total, reason=reason.strip()[:200])
    audit.record(
        "orders.reprice", actor=actor, object_type="order", object_id=order_id,
        detail={"before": before, "after": total, "freight": freight},
    )  # fmt: skip
    if (last := payments.last_tender(payable)) is not None:  # whoever pays from now on pays the new price
        jobs.defer(
            "payments.close_tenders", merchant_id=actor.merchant_id, payable_type=PAYABLE, payable_id=order_id,
            up_to=last,
        )  # fmt: skip
    return order
