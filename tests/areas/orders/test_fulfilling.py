"""Goods leave once: in parcels, or to whoever shows the code at the right store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.merchants import make_store
from tests.factories.shop import paid, place, stocked
from yutang.areas.inventory.models import StockItem, StockMove
from yutang.areas.orders import services
from yutang.areas.orders.errors import CodeUsed, TooManyPieces, UnknownPickupCode, WrongState, WrongStore
from yutang.areas.orders.models import Order, OrderStep, Parcel, PickupUse
from yutang.areas.orders.services.paying import is_code, new_code


@pytest.fixture
def store(merchant):
    return make_store("LAKE")


def waiting(store, pieces: int = 2) -> Order:
    return paid((stocked(5, node_id=store.pk), pieces), fulfilment="pickup", node_id=store.pk)


def test_in_two_parcels(merchant, actor):
    order = paid((stocked(10), 3))
    first = services.ship(order_id=order.pk, pieces={0: 1}, carrier="SF", tracking_no="SF1", key="a", actor=actor)
    assert services.ship(order_id=order.pk, pieces={0: 1}, key="a", actor=actor) == first
    order.refresh_from_db()
    assert order.status == "partly_shipped"
    with pytest.raises(TooManyPieces):
        services.ship(order_id=order.pk, pieces={0: 3}, key="b", actor=actor)
    services.ship(order_id=order.pk, key="b", actor=actor)
    order.refresh_from_db()
    assert (order.status, Parcel.objects.count()) == ("shipped", 2)
    assert (StockItem.objects.get().on_hand, StockItem.objects.get().shipped) == (7, 3)
    assert list(StockMove.objects.order_by("id").values_list("kind", "quantity")) == [
        ("receipt", 10), ("shipped", -1), ("shipped", -2),
    ]  # fmt: skip
    assert services.complete(order_id=order.pk, actor=actor).status == "completed"
    assert [step.what for step in OrderStep.objects.order_by("id")] == [
        "placed", "paid", "shipped", "shipped", "completed",
    ]  # fmt: skip


def test_unpaid_goods_stay(merchant, actor):
    order = place((stocked(), 1))
    with pytest.raises(WrongState):
        services.ship(order_id=order.pk, key="a", actor=actor)


def test_at_the_store(merchant, actor, store):
    order = waiting(store)
    code = order.shop.pickup_code
    assert is_code(code)
    use = services.pick_up(code=code, node_id=store.pk, pieces={0: 1}, key="till-1", actor=actor)
    assert services.pick_up(code=code, node_id=store.pk, pieces={0: 1}, key="till-1", actor=actor) == use
    order.refresh_from_db()
    assert order.status == "partly_shipped"
    services.pick_up(code=code, node_id=store.pk, key="till-2", actor=actor)
    order.refresh_from_db()
    assert (order.status, PickupUse.objects.count()) == ("completed", 2)
    with pytest.raises(CodeUsed):
        services.pick_up(code=code, node_id=store.pk, key="till-3", actor=actor)
    assert StockItem.objects.get().on_hand == 3


def test_the_wrong_store_and_the_wrong_code(merchant, actor, store):
    order = waiting(store)
    with pytest.raises(WrongStore) as error:
        services.pick_up(code=order.shop.pickup_code, node_id=order.node_id + 1000, key="k", actor=actor)
    assert error.value.params["store"] == "Store LAKE"
    for code in ("", "123", "abcdefghijkl", new_code(), "１２３４５６７８９０１２"):
        with pytest.raises(UnknownPickupCode):
            services.pick_up(code=code, node_id=store.pk, key="k", actor=actor)
    assert not PickupUse.objects.exists()


@given(st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_seen(place_, by):
    code = new_code()
    digit = str((int(code[place_]) + by) % 10)
    assert is_code(code)
    assert not is_code(code[:place_] + digit + code[place_ + 1 :])
