"""Refunds add up: never more than was paid, and everything back is exactly what was paid."""

from __future__ import annotations

import pytest
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.catalog import make_freight
from tests.factories.shop import actor as by_hand
from tests.factories.shop import notify, paid, place, start, stocked
from yutang.areas.inventory import queries as inventory
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders import services
from yutang.areas.orders.errors import RefundTooLarge, TooManyPieces
from yutang.areas.orders.models import Order, OrderItem, SaleLine
from yutang.areas.orders.services import Back
from yutang.areas.payments.models import Refund, Tender


def net() -> int:
    return SaleLine.objects.aggregate(net=Sum("amount"))["net"]


def back(order, *given: Back, key: str = "k", **overrides) -> int:
    return services.refund(
        **{"order_id": order.pk, "back": given, "reason": "test", "key": key, "actor": by_hand(), **overrides}
    )  # fmt: skip


def test_half_of_a_cake(merchant, actor):
    cake = stocked(10, price=8_801)
    order = paid((cake, 2))
    assert back(order, Back(0, 1)) == 8_801
    assert back(order, Back(0, 1)) == 0  # the same key
    order.refresh_from_db()
    assert (order.sold_amount, order.refunded_amount, net()) == (17_602, -8_801, 8_801)
    assert inventory.available([cake.pk]) == {cake.pk: 9}
    assert Refund.objects.get().amount == 8_801


def test_money_back_without_goods(merchant, actor):
    cake = stocked(10, price=10_000)
    order = paid((cake, 1))
    assert back(order, Back(0, 0, 2_500)) == 2_500
    assert inventory.available([cake.pk]) == {cake.pk: 9}
    assert back(order, Back(0, 1), key="rest") == 7_500
    assert net() == 0
    with pytest.raises(TooManyPieces):
        back(order, Back(0, 1), key="more")


def test_never_more_than_it_cost(merchant, actor):
    make_freight()
    order = paid((stocked(), 1))
    for refused in ((Back(0, 0, 10_001),), (Back(0, 1, -1),)):
        with pytest.raises(RefundTooLarge):
            back(order, *refused)
    with pytest.raises(RefundTooLarge) as error:
        back(order, freight=801)
    assert error.value.field == "freight"
    for refused in ((Back(0, 2),), (Back(7, 1),), (Back(0, 0, 1), Back(0, 0, 1))):
        with pytest.raises(TooManyPieces):
            back(order, *refused)
    assert not Refund.objects.exists()


def test_the_last_tender_gives_first(merchant, actor):
    order = place((stocked(price=10_000), 1))
    notify(start(order, 6_000))
    notify(start(order))
    assert back(order, Back(0, 0, 5_000)) == 5_000
    assert list(Tender.objects.order_by("paid_at").values_list("amount", "refunded_amount")) == [
        (6_000, 1_000), (4_000, 4_000),
    ]  # fmt: skip


def test_what_was_shipped_comes_back_on_hand(merchant, actor):
    cake = stocked(10)
    order = paid((cake, 3))
    services.ship(order_id=order.pk, pieces={0: 2}, key="p1", actor=actor)
    back(order, Back(0, 3))
    stock = StockItem.objects.select_related("pool").get()
    assert (stock.on_hand, stock.shipped, stock.pool.available) == (10, 0, 10)
    item = OrderItem.objects.get()
    assert (item.shipped, item.returned, item.cancelled) == (2, 3, 1)


def test_broken_goods_do_not_come_back_on_hand(merchant, actor):
    cake = stocked(10)
    order = paid((cake, 1))
    services.ship(order_id=order.pk, key="p1", actor=actor)
    back(order, Back(0, 1), is_restocked=False)
    assert inventory.available([cake.pk]) == {cake.pk: 9}


def test_lines_are_counted_as_they_are_written(merchant, actor):
    order = paid((stocked(), 1), (stocked(), 1))
    back(order, Back(0, 0, 5), Back(1, 0, 0))
    assert Order.objects.get().line_count == SaleLine.objects.count() == 3


BASKETS = st.lists(st.tuples(st.integers(1, 30_000), st.integers(1, 5)), min_size=1, max_size=3)


@settings(max_examples=25, deadline=None)
@given(BASKETS, st.data())
def test_everything_back_is_exactly_what_was_paid(merchant, actor, goods, data):
    lines = [(stocked(pieces, price=amount), pieces) for amount, pieces in goods]
    order = paid(*lines)
    total, gone, step = order.shop.total, 0, 0
    left = {position: pieces for position, (_, pieces) in enumerate(lines)}
    while any(left.values()):
        position = data.draw(st.sampled_from([p for p, n in left.items() if n]))
        pieces = data.draw(st.integers(0, left[position]))
        amount = None
        if pieces == 0:
            item = OrderItem.objects.get(order=order, position=position)
            amount = data.draw(st.integers(0, item.amount - item.refunded))
        gone += back(order, Back(position, pieces, amount), key=f"s{step}")
        left[position] -= pieces
        step += 1
        assert gone <= total
        if step > 12:
            gone += back(order, *(Back(p, n) for p, n in left.items() if n), key="all")
            left = {}
    assert gone == total
    order = Order.objects.get(pk=order.pk)
    assert (order.status, order.net_amount) == ("closed", 0)
    tender = Tender.objects.get(payable_id=order.pk)
    assert tender.refunded_amount == tender.amount == total
    assert inventory.available([sku.pk for sku, _ in lines]) == {sku.pk: pieces for sku, pieces in lines}
