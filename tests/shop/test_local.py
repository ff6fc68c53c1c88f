"""Same-city delivery, as a buyer meets it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.console.conftest import text
from tests.factories.catalog import make_freight
from tests.factories.merchants import make_store
from tests.factories.shop import HOME, pay, place, stocked
from yutang.areas.customers.addresses import book
from yutang.areas.merchants.services import hours
from yutang.areas.orders import services
from yutang.areas.orders.models import Order
from yutang.areas.orders.services import District

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai; stores are open from 9 to 21
WEST = District("浙江省", "杭州市", "西湖区", fee=500, free_from=20_000, least=3_000)
TWO = "2026-11-23T06:00:00+00:00"  # 14:00 in Shanghai


@pytest.fixture
def store(merchant, actor):
    make_freight()
    make_store("A")
    store = make_store("S1", province="浙江省", city="杭州市")
    with time_machine.travel(NOW):
        yield store


@pytest.fixture
def save(store, actor):
    def save(*districts: District, delivers: bool = True) -> None:
        services.save_local(
            node_id=store.pk, delivers=delivers, lead_minutes=90, districts=districts or (WEST,), actor=actor
        )

    return save


@pytest.fixture
def address(shopper, actor):
    return book.save_address(identity=shopper.identity, recipient=HOME, actor=actor)


def form(page: str, **more: object) -> dict[str, object]:
    sent = dict(re.findall(r'<input type="hidden" name="(key|total|buy|chosen)" value="([^"]*)"', page))
    return {**sent, "fulfilment": "local", **more}


def test_from_the_checkout_to_the_door(shopper, shop, store, save, address, actor, settings):
    settings.SANDBOX = True
    save()
    cake = stocked(2, 8_800, node_id=store.pk)
    look = {"buy": f"{cake.pk}:1", "fulfilment": "local"}
    page = text(shopper.get(f"{shop}checkout", look))
    assert "Delivery fee CN¥5.00" in page
    assert "free from CN¥200.00" in page
    assert "orders from CN¥30.00" in page
    assert "CN¥93.00" in page
    slots = re.findall(r'<option value="(2026-11-23[^"]*)"', page)
    assert slots[0] == "2026-11-23T04:00:00+00:00"  # 90 minutes from now begins the hour of 12:00
    answer = shopper.post(f"{shop}checkout/place", form(page, slot=TWO))
    order = Order.objects.select_related("shop").get()
    assert answer.headers["Location"] == f"{shop}pay/order/{order.pk}"
    assert (order.shop.fulfilment, order.node_id, order.shop.total) == ("local", store.pk, 9_300)
    pay(order)
    page = text(shopper.get(f"{shop}orders/{order.pk}"))
    assert "Brought by Store S1" in page
    assert "14:00–15:00" in page
    services.ship(order_id=order.pk, carrier="Li", courier_phone="138 0000 0000", key="p", actor=actor)
    page = text(shopper.get(f"{shop}orders/{order.pk}"))
    assert "Out for delivery" in page
    assert 'href="tel:138 0000 0000"' in page
    shopper.post(f"{shop}orders/{order.pk}/received")
    assert Order.objects.get().status == "completed"


def test_it_is_offered_where_the_address_is_reached(shopper, shop, store, save, address, actor):
    far = book.save_address(identity=shopper.identity, recipient=replace(HOME, district="滨江区"), actor=actor)
    here, elsewhere = stocked(2, node_id=store.pk), stocked(2)

    def is_offered(sku, to) -> bool:
        page = text(shopper.get(f"{shop}checkout", {"buy": f"{sku.pk}:1", "address": to.pk}))
        return 'value="local"' in page

    assert not is_offered(here, address)
    save()
    assert is_offered(here, address)
    assert not is_offered(elsewhere, address)
    assert not is_offered(here, far)
    assert not is_offered(stocked(2, node_id=store.pk, is_delivered=False), address)
    save(delivers=False)
    assert not is_offered(here, address)


def test_another_address_is_refused_and_says_why(shopper, shop, store, save, address, actor):
    save()
    far = book.save_address(identity=shopper.identity, recipient=replace(HOME, district="滨江区"), actor=actor)
    cake = stocked(2, node_id=store.pk)
    look = {"buy": f"{cake.pk}:1", "fulfilment": "local", "address": far.pk}
    page = text(shopper.get(f"{shop}checkout", look))
    assert "No store brings these goods to this address." in page
    refused = shopper.post(f"{shop}checkout/place", form(page, address=far.pk))
    assert refused.status_code == 422
    assert not Order.objects.exists()


def test_what_changed_since_the_look(shopper, shop, store, save, address, actor):
    save()
    cake = stocked(9, 5_000, node_id=store.pk)
    page = text(shopper.get(f"{shop}checkout", {"buy": f"{cake.pk}:1", "fulfilment": "local"}))
    save(replace(WEST, fee=700))
    changed = shopper.post(f"{shop}checkout/place", form(page))
    assert (changed.status_code, "CN¥57.00" in changed.content.decode()) == (409, True)
    save(replace(WEST, least=6_000))
    assert "orders of CN¥60.00 and more" in shopper.post(f"{shop}checkout/place", form(page)).content.decode()
    save()
    hours.set_hours(node=store, week={}, days={NOW.date(): []}, actor=actor)
    assert shopper.post(f"{shop}checkout/place", form(page, slot=TWO)).status_code == 422
    assert not Order.objects.exists()


def test_what_the_checkout_asks(shopper, shop, store, save, address):
    cake = stocked(9, node_id=store.pk)
    place((cake, 1))  # the sales channel is there

    def asked(**look: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            text(shopper.get(f"{shop}checkout", {"buy": f"{cake.pk}:1", **look}))
        return len(captured)

    before = asked()
    save(delivers=False)
    assert asked() == before  # nobody brings anything: nothing more is asked
    save(replace(WEST, district="滨江区"))
    assert asked() == before + 1  # which stores reach the address
    save()
    assert asked() == before + 2  # and what they have
    assert asked(fulfilment="local") == before + 5  # its terms, which are no question yet, and its hours
