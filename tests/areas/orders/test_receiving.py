"""Shipped orders are completed by the buyer's word or by time, never twice, and not while a case is open."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.console.conftest import make_member
from tests.factories.aftersale import opened
from tests.factories.merchants import make_store
from tests.factories.shop import paid, stocked
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_terms, services
from yutang.areas.orders.errors import AlreadyExtended, OutOfBounds, WrongState
from yutang.areas.orders.models import Order, OrderStep, OrderTerms, ShopOrder
from yutang.areas.orders.services import Back
from yutang.core import clock
from yutang.core.errors import NotAllowed
from yutang.core.models import AuditEntry

DAY = timedelta(days=1)


def shipped(actor, pieces: int = 1, **overrides) -> Order:
    order = paid((stocked(10, **overrides), pieces))
    services.ship(order_id=order.pk, key=f"p{order.pk}", actor=actor)
    return Order.objects.select_related("shop").get(pk=order.pk)


def complete(actor, after: timedelta) -> int:
    return services.complete_received(now=clock.now() + after, actor=actor)


def test_after_ten_days(merchant, actor):
    order = shipped(actor)
    assert order.shop.receive_by - order.shipped_at == 10 * DAY
    assert complete(actor, 10 * DAY - timedelta(minutes=1)) == 0
    assert complete(actor, 10 * DAY) == 1
    assert complete(actor, 99 * DAY) == 0
    order = Order.objects.select_related("shop").get(pk=order.pk)
    assert (order.status, order.shop.receive_by, order.completed_at is None) == ("completed", None, False)
    step = OrderStep.objects.latest("id")
    assert (step.what, step.detail) == ("completed", {"because": "time"})


def test_the_last_parcel_counts(merchant, actor):
    order = paid((stocked(10), 2))
    services.ship(order_id=order.pk, pieces={0: 1}, key="a", actor=actor)
    assert ShopOrder.objects.get().receive_by is None
    with time_machine.travel(clock.now() + 3 * DAY, tick=False):
        services.ship(order_id=order.pk, key="b", actor=actor)
        assert ShopOrder.objects.get().receive_by == clock.now() + 10 * DAY


def test_what_is_left_is_refunded(merchant, actor):
    """Nothing is left to be shipped: the days run for what left before."""
    order = paid((stocked(10), 2))
    services.ship(order_id=order.pk, pieces={0: 1}, key="a", actor=actor)
    services.refund(order_id=order.pk, back=[Back(0, 1)], reason="", key="r", actor=actor)
    assert Order.objects.get().status == "shipped"
    assert complete(actor, 11 * DAY) == 1
    assert Order.objects.get().status == "completed"


def test_the_buyer_is_faster(merchant, actor):
    order = shipped(actor)
    services.complete(order_id=order.pk, actor=actor)
    assert complete(actor, 99 * DAY) == 0
    assert OrderStep.objects.filter(what="completed").count() == 1


def test_three_days_more_once(merchant, actor):
    order = shipped(actor)
    services.extend(order_id=order.pk, actor=actor)
    with pytest.raises(AlreadyExtended):
        services.extend(order_id=order.pk, actor=actor)
    assert ShopOrder.objects.get().receive_by - order.shipped_at == 13 * DAY
    assert complete(actor, 12 * DAY) == 0
    assert complete(actor, 13 * DAY) == 1
    with pytest.raises(WrongState):
        services.extend(order_id=order.pk, actor=actor)


def test_an_open_case_stops_the_clock(merchant, actor):
    order = shipped(actor)
    opened(order, (0, 1))
    assert complete(actor, 10 * DAY) == 1
    assert Order.objects.get().status == "shipped"
    assert ShopOrder.objects.get().receive_by > clock.now() + 10 * DAY


def test_a_code_waits_for_nobody(merchant, actor):
    order = shipped(actor, kind="virtual")
    assert (order.status, order.shop.receive_by) == ("completed", None)


def test_what_the_merchant_sets(merchant, actor):
    before = shipped(actor)
    for days in (6, 16):
        with pytest.raises(OutOfBounds) as error:
            services.save_terms(receive_days=days, actor=actor)
        assert (error.value.field, error.value.params) == ("receive_days", {"least": 7, "most": 15})
    assert queries_terms.terms().receive_days == 10
    for _ in range(2):
        services.save_terms(receive_days=7, actor=actor)
    assert OrderTerms.objects.count() == 1
    after = shipped(actor)
    assert [order.shop.receive_by - order.shipped_at for order in (before, after)] == [10 * DAY, 7 * DAY]
    assert AuditEntry.objects.filter(action="orders.terms").count() == 2
    manager = make_member(merchant, "owner", make_store("s"))
    with pytest.raises(NotAllowed):
        services.save_terms(receive_days=8, actor=merchants.actor_for(manager.user, merchant.pk))
