"""Everything that lowers a price, two ways of paying, and refunds in any parts: all of it adds up, and comes back."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from tests.factories import membership, points, shop, wallet
from tests.factories.catalog import make_freight, make_product
from tests.factories.coupons import state_of, with_coupon
from yutang.areas.catalog.services import SkuDraft
from yutang.areas.orders import services
from yutang.areas.orders.errors import RefundTooLarge
from yutang.areas.orders.models import Adjustment, Order, OrderItem, SaleLine
from yutang.areas.orders.services import Back
from yutang.areas.payments.models import Refund, Tender
from yutang.core.ledger import queries as ledger

LINES = st.lists(st.tuples(st.integers(1, 9_999), st.integers(1, 4)), min_size=1, max_size=6)
SELDOM_NOTHING = st.sampled_from((False, True, True))


@dataclass
class Owned:
    """What the buyer has besides goods."""

    points: int
    balance: tuple[int, int]


def owned(buyer) -> Owned:
    return Owned(points.balance(buyer.customer_id), wallet.balance(buyer))


def discounted(buyer, goods, draw):
    """The buyer's level, coupons, points and balance as drawn; the SKUs, the coupons, the choice at the checkout."""
    percent = draw(st.integers(0, 30))
    gold = membership.make_level(10, percent_off=percent, level_price=draw(st.booleans()))
    membership.earn(buyer.customer_id, 10)
    skus = []
    for number, (price, pieces) in enumerate(goods):
        prices = {gold.key: draw(st.integers(1, price))} if draw(st.booleans()) else {}
        sku = make_product(SkuDraft(code=f"D{number}", price=price, weight=500, level_prices=prices)).skus.get()
        shop.put(sku, pieces)
        skus.append(sku)
    if draw(st.booleans()):
        make_freight()
    coupons = []
    if draw(SELDOM_NOTHING):
        coupons.append(
            with_coupon(
                buyer.customer_id, kind="percent", value=draw(st.integers(1, 60)),
                ceiling=draw(st.none() | st.integers(1, 3_000)),
                product_ids=tuple(sku.product_id for sku in skus if draw(st.booleans())),
            )
        )  # fmt: skip
    if draw(SELDOM_NOTHING):
        coupons.append(with_coupon(buyer.customer_id, value=draw(st.integers(1, 5_000))))
    points.tender(rate=draw(st.integers(1, 7)), ceiling_percent=draw(st.integers(10, 100)))
    if has := draw(st.integers(0, 9_999)):
        points.give(buyer.customer_id, has)
    wallet.with_balance(draw(st.integers(1, 20_000)), draw(st.integers(0, 5_000)), identity=buyer)
    return skus, coupons, {"coupon": "auto", "points": str(draw(st.integers(0, 9_999)))}


def pay(order: Order, buyer, draw) -> None:
    """A part from the balance, the rest otherwise; the last cent may be on either side, or nothing to pay at all."""
    total = order.shop.total
    part = draw(st.integers(0, min(total, sum(wallet.balance(buyer)))))
    if part:
        wallet.spend(order, part)
    if part < total:
        shop.pay(order)


def tenders(order: Order) -> list[Tender]:
    return list(Tender.objects.filter(payable_type="order", payable_id=order.pk).order_by("pk"))


def net(order: Order) -> int:
    return SaleLine.objects.filter(order_id=order.pk).aggregate(net=Sum("amount"))["net"] or 0


def check_price(order: Order, before: Owned, after: Owned) -> None:
    changed: dict[int | None, int] = {}
    used = 0
    for one in Adjustment.objects.filter(order=order):
        changed[one.position] = changed.get(one.position, 0) + one.amount
        used += -one.amount * int(one.source_id) if one.step == "points" else 0
    items = list(OrderItem.objects.filter(order=order))
    for item in items:
        assert 0 <= item.amount == item.list_amount + changed.get(item.position, 0)
    paid = tenders(order)
    assert sum(item.amount for item in items) + order.shop.freight == order.shop.total == net(order)
    assert sum(tender.amount for tender in paid) == order.shop.total
    assert before.points - after.points == used
    from_balance = sum(tender.amount for tender in paid if tender.provider == "wallet")
    assert sum(before.balance) - sum(after.balance) == from_balance
    event(f"paid by {'+'.join(sorted({tender.provider for tender in paid})) or 'nothing'}, points: {used > 0}")


def check_refunds(order: Order, gone: int) -> None:
    """Never more than was paid: by a tender, for an item, in all."""
    total = 0
    for tender in tenders(order):
        back = Refund.objects.filter(tender=tender).aggregate(total=Sum("amount"))["total"] or 0
        assert back == tender.refunded_amount <= tender.amount
        total += back
    assert total == gone <= order.shop.total
    assert net(order) == order.shop.total - gone
    assert all(item.refunded <= item.amount for item in OrderItem.objects.filter(order=order))


# No shrinking: it takes minutes, as every example is hundreds of statements.
@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(LINES, st.data())
def test_whatever_was_taken_off_and_however_it_was_paid_everything_comes_back(merchant, actor, goods, data):
    with transaction.atomic():
        buyer = shop.buyer()
        skus, coupons, choices = discounted(buyer, goods, data.draw)
        before = owned(buyer)
        lines = [(sku, pieces) for sku, (_, pieces) in zip(skus, goods, strict=True)]
        order = shop.place(*lines, identity=buyer, choices=choices)
        order = Order.objects.select_related("shop").get(pk=order.pk)
        used = [coupon for coupon in coupons if state_of(coupon) == "used"]
        pay(order, buyer, data.draw)
        order.refresh_from_db()
        assert order.status == "paid"
        check_price(order, before, owned(buyer))
        call = {"order_id": order.pk, "reason": "test", "actor": actor}
        freight, gone = order.shop.freight, 0
        for step in range(data.draw(st.integers(0, 5))):
            items = list(OrderItem.objects.filter(order=order).order_by("position"))
            item = data.draw(st.sampled_from(items))
            rest = item.amount - item.refunded
            pieces = data.draw(st.integers(0, item.quantity - item.returned))
            amount = data.draw(st.integers(0, rest)) if not pieces else None
            with_freight = data.draw(st.integers(0, freight)) if freight else 0
            with pytest.raises(RefundTooLarge):
                services.refund(back=[Back(item.position, 0, rest + 1)], key=f"too much {step}", **call)
            check_refunds(order, gone)
            back = [Back(item.position, pieces, amount)]
            gone += services.refund(back=back, freight=with_freight, key=f"s{step}", **call)
            freight -= with_freight
            check_refunds(order, gone)
            now = owned(buyer)
            assert now.points <= before.points
            assert all(has <= had for has, had in zip(now.balance, before.balance, strict=True))
        items = OrderItem.objects.filter(order=order)
        rest = [Back(item.position, item.quantity - item.returned) for item in items if item.quantity > item.returned]
        if rest or freight:
            gone += services.refund(back=rest, freight=freight, key="all", **call)
        check_refunds(order, gone)
        assert gone == order.shop.total
        assert all(tender.refunded_amount == tender.amount for tender in tenders(order))
        assert owned(buyer) == before
        assert {state_of(coupon) for coupon in used} <= {"usable"}
        assert ledger.audit_balances(merchant_id=merchant.pk) == []
        transaction.set_rollback(True)
