"""Same-city delivery: a store brings goods to districts near it, for a fee of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.catalog import make_freight
from tests.factories.merchants import make_store
from tests.factories.shop import HOME, buyer, pay, place, put, stocked, wish
from yutang.areas.orders import queries_list, queries_local, services
from yutang.areas.orders.errors import (
    DearerThere,
    NoDistrict,
    NotReached,
    OutOfBounds,
    PriceChanged,
    SlotClosed,
    SoldOut,
    TooLittle,
    UnknownDistrict,
    WrongState,
)
from yutang.areas.orders.models import Adjustment, LocalFee, Order, OrderItem, Parcel
from yutang.areas.orders.services import District
from yutang.core.models import AuditEntry

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai; stores are open from 9 to 21
NEAR = District("浙江省", "杭州市", "西湖区", fee=500, free_from=20_000, least=3_000)
FAR = District("浙江省", "杭州市", "余杭区", fee=1_200)
AWAY = replace(HOME, district="滨江区")


@pytest.fixture
def store(merchant, actor):
    make_freight()
    store = make_store("S1", province="浙江省", city="杭州市")
    save(store, actor)
    with time_machine.travel(NOW):
        yield store


def save(store, actor, *districts: District, **overrides) -> None:
    given = {"delivers": True, "lead_minutes": 60, "districts": districts or (NEAR, FAR), **overrides}
    services.save_local(node_id=store.pk, **given, actor=actor)


def bring(store, *lines, **overrides) -> Order:
    return place(*lines, **{"fulfilment": "local", "node_id": store.pk, **overrides})


@pytest.mark.parametrize(
    ("price", "to", "freight"),
    [
        (3_000, HOME, 500), (19_999, HOME, 500), (20_000, HOME, 0), (50_000, HOME, 0),
        (1, replace(HOME, district="余杭区"), 1_200), (90_000, replace(HOME, district="余杭区"), 1_200),
    ],
)  # fmt: skip
def test_the_fee_is_the_store_s(store, price, to, freight):
    order = bring(store, (stocked(1, price, node_id=store.pk), 1), recipient=to)
    found = Order.objects.select_related("shop").get(pk=order.pk)
    assert (found.shop.freight, found.shop.total, found.node_id) == (freight, price + freight, store.pk)
    reasons = list(Adjustment.objects.filter(order=order).values_list("step", "label", "source_type", "amount"))
    assert reasons == ([("freight", "Delivery fee", "node", freight)] if freight else [])


@pytest.mark.parametrize(
    ("price", "to", "error"),
    [(2_999, HOME, TooLittle), (5_000, AWAY, NotReached), (5_000, replace(HOME, city="宁波市"), NotReached)],
)
def test_what_is_not_brought(store, price, to, error):
    cake = stocked(1, price, node_id=store.pk)
    with pytest.raises(error):
        bring(store, (cake, 1), recipient=to)
    assert not Order.objects.exists()


def test_the_least_order_is_said_in_money(store):
    with pytest.raises(TooLittle) as error:
        bring(store, (stocked(1, 100, node_id=store.pk), 1))
    assert (error.value.code, error.value.params["least"]) == ("orders.too_little", "CN¥30.00")


def test_a_store_that_has_stopped(store, actor):
    cake = stocked(1, node_id=store.pk)
    for change in ({"delivers": False}, {"districts": (FAR,)}):
        save(store, actor, **change)
        with pytest.raises(NotReached):
            bring(store, (cake, 1))
    with pytest.raises(NotReached):
        bring(store, (cake, 1), node_id=None)


def test_its_stock_is_the_only_one(store):
    cake = stocked(5)  # at the headquarters
    with pytest.raises(SoldOut):
        bring(store, (cake, 1))
    put(cake, 1, store.pk)
    order = bring(store, (cake, 1))
    assert OrderItem.objects.get(order=order).node_id == store.pk
    assert place((cake, 5)).status == Order.Status.UNPAID  # what lies elsewhere is there for the others


def test_the_fee_changed_between_look_and_order(store, actor):
    cake = stocked(1, 5_000, node_id=store.pk)
    wanted = wish((cake, 1), fulfilment="local", node_id=store.pk)
    seen = services.quote(wish=wanted, customer_id=None, currency="CNY").total
    save(store, actor, replace(NEAR, fee=800))
    with pytest.raises(PriceChanged) as error:
        services.place(wish=wanted, identity=buyer(), key="k", expected=seen, actor=actor)
    assert error.value.params == {"before": 5_500, "now": 5_800}
    assert not Order.objects.exists()


@pytest.mark.parametrize(("hour", "is_open"), [(14, True), (8, False), (21, False), (9, False)])
def test_slots_are_those_of_the_store(store, hour, is_open):
    cake = stocked(1, node_id=store.pk)
    starts = datetime(2026, 11, 23, hour, tzinfo=UTC) - timedelta(hours=8)
    times = {"pickup_from": starts, "pickup_until": starts + timedelta(hours=1)}
    if is_open:
        assert (
            Order.objects.select_related("shop").get(pk=bring(store, (cake, 1), **times).pk).shop.pickup_from == starts
        )
        return
    with pytest.raises(SlotClosed):
        bring(store, (cake, 1), **times)


def test_other_ways_ask_nothing_more(store):
    cake = stocked(9, node_id=store.pk)
    place((cake, 1))
    with CaptureQueriesContext(connection) as sent:
        place((cake, 1))
    assert not [one for one in sent.captured_queries if "orders_local" in (one["sql"] or "")]
    with CaptureQueriesContext(connection) as brought:
        bring(store, (cake, 1))
    assert len(brought) == len(sent) + 1  # the store's terms


def test_the_cheapest_store_that_has_all_of_it(store, actor):
    near, other = stocked(2, 4_000, node_id=store.pk), make_store("S2", province="浙江省", city="杭州市")
    wanted = {near.pk: 2}
    assert queries_local.offered(HOME, wanted, 8_000).node_id == store.pk
    save(other, actor, replace(NEAR, fee=100))
    assert queries_local.offered(HOME, wanted, 8_000).node_id == store.pk  # the other has none
    put(near, 2, other.pk)
    assert queries_local.offered(HOME, wanted, 8_000).node_id == other.pk
    save(other, actor, replace(NEAR, fee=100, least=9_000))
    assert queries_local.offered(HOME, wanted, 8_000).node_id == store.pk  # the other asks for more
    assert queries_local.offered(HOME, wanted, 100).node_id == store.pk  # too little for either, and least here
    assert queries_local.offered(HOME, {near.pk: 3}, 12_000) is None
    assert queries_local.offered(AWAY, wanted, 8_000) is None


def test_out_for_delivery_and_delivered(store, actor):
    order = bring(store, (stocked(1, node_id=store.pk), 1))
    with pytest.raises(WrongState):
        services.deliver(order_id=order.pk, actor=actor)
    pay(order)
    services.ship(order_id=order.pk, carrier="小李", courier_phone="138 0000 0000", key="p", actor=actor)
    parcel = Parcel.objects.get()
    assert (parcel.carrier, parcel.phone, parcel.tracking_no) == ("小李", "138 0000 0000", "")
    assert b"138" not in bytes(parcel.courier_phone)
    for _ in range(2):
        assert services.deliver(order_id=order.pk, actor=actor).status == Order.Status.COMPLETED
    assert AuditEntry.objects.filter(action="orders.deliver").count() == 1


def test_only_what_is_brought_is_delivered(store, actor):
    order = place((stocked(1), 1))
    pay(order)
    services.ship(order_id=order.pk, key="p", actor=actor)
    with pytest.raises(WrongState):
        services.deliver(order_id=order.pk, actor=actor)


def test_files_of_tracking_numbers_leave_it_out(store, actor):
    for order in (bring(store, (stocked(1, node_id=store.pk), 1)), sent := place((stocked(1), 1))):
        pay(order)
    assert [[order.pk for order in page] for page in queries_list.to_ship(actor)] == [[sent.pk]]


def test_the_buyer_s_other_address_is_reached_for_no_more(store, actor):
    order = bring(store, (stocked(1, 5_000, node_id=store.pk), 1))

    def move(to) -> None:
        services.change_address(order_id=order.pk, recipient=to, is_by_buyer=True, actor=actor)

    move(replace(HOME, street="文三路 2 号"))
    with pytest.raises(DearerThere):
        move(replace(HOME, district="余杭区"))
    with pytest.raises(NotReached):
        move(AWAY)
    services.change_address(order_id=order.pk, recipient=AWAY, actor=actor)  # staff know what they do


@pytest.mark.parametrize(
    ("changed", "error", "field"),
    [
        ({"lead_minutes": -1}, OutOfBounds, "lead_minutes"), ({"lead_minutes": 1_441}, OutOfBounds, "lead_minutes"),
        ({"districts": (replace(NEAR, district="浦东新区"),)}, UnknownDistrict, "districts"),
        ({"districts": ()}, NoDistrict, "delivers"),
    ],
)  # fmt: skip
def test_what_a_store_cannot_say(store, actor, changed, error, field):
    given = {"delivers": True, "lead_minutes": 60, "districts": (FAR,), **changed}
    with pytest.raises(error) as refused:
        services.save_local(node_id=store.pk, **given, actor=actor)
    assert refused.value.field == field
    assert set(LocalFee.objects.values_list("district", flat=True)) == {"西湖区", "余杭区"}
