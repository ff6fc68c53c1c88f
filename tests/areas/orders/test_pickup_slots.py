"""An order is fetched when the store is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories.merchants import make_store
from tests.factories.shop import place, stocked
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as merchant_services
from yutang.areas.merchants.queries import Span
from yutang.areas.orders.errors import SlotClosed
from yutang.areas.orders.models import Order, ShopOrder

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """A local time as an instant."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def fetch(merchant, actor):
    store = make_store("S1")
    week = {0: (Span(9 * 60, 18 * 60),)}
    merchant_services.hours.set_hours(node=store, week=week, days={}, actor=actor)
    cake = stocked(9, node_id=store.pk)

    def fetch(starts=None, ends=None, **more):
        given = {"fulfilment": "pickup", "node_id": store.pk, "pickup_from": starts, "pickup_until": ends, **more}
        return place((cake, 1), **given)

    with time_machine.travel(NOW):
        yield fetch


def test_the_chosen_slot_stands_in_the_order(fetch):
    order = fetch(at(14), at(15))
    shop = ShopOrder.objects.get(pk=order.pk)
    assert (shop.pickup_from, shop.pickup_until) == (at(14), at(15))


def test_every_slot_that_is_offered_is_taken(fetch):
    store = merchants.nodes_by_code()["S1"]
    node = next(node for node in merchants.tree() if node.pk == store)
    offered = merchants.slots(node, [NOW.date()])
    assert len(offered) == 7  # from 11:00
    for slot in offered:
        fetch(slot.starts, slot.ends)
    assert Order.objects.count() == 7


def test_who_chooses_no_time_comes_when_it_is_open(fetch):
    assert ShopOrder.objects.get(pk=fetch().pk).pickup_from is None


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (at(17), at(19)), (at(8), at(9)), (at(14, day=24), at(15, day=24)),  # closed
        (at(9), at(10)), (at(9, day=16), at(10, day=16)),  # over
        (at(15), at(14)), (at(15), at(15)), (at(14), None), (None, at(14)),
    ],
)  # fmt: skip
def test_no_other_time(fetch, starts, ends):
    with pytest.raises(SlotClosed) as error:
        fetch(starts, ends)
    assert (error.value.field, error.value.code) == ("pickup_from", "orders.slot_closed")
    assert not Order.objects.exists()


def test_a_pickup_nowhere_has_no_time(fetch):
    with pytest.raises(SlotClosed):
        fetch(at(14), at(15), node_id=None)


def test_a_late_tap_finds_its_order_although_the_time_is_over(fetch):
    first = fetch(at(14), at(15), key="once")
    with time_machine.travel(at(16)):
        assert fetch(at(14), at(15), key="once").pk == first.pk
        with pytest.raises(SlotClosed):
            fetch(at(14), at(15), key="again")
    assert Order.objects.count() == 1


def test_times_mean_nothing_for_goods_that_are_sent(fetch):
    assert fetch(at(3), at(4), fulfilment="delivery", node_id=None).pk
