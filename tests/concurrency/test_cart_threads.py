"""Two taps at once, two log-ins at once: no piece is lost and none comes twice."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories import shop
from tests.factories.merchants import make_merchant
from yutang.areas.orders.errors import CartFull
from yutang.areas.orders.models import CartLine
from yutang.areas.orders.queries_cart import Holder, cart
from yutang.areas.orders.services import carting
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 12
VISITOR = "a" * 32
BROWSER = Holder(visitor=VISITOR)


@pytest.fixture
def world():
    actor = access.system(make_merchant().pk, name="shopper")
    with tenancy.scope(actor.merchant_id):
        return actor, shop.stocked().pk, Holder(identity_id=shop.buyer().pk)


def put(actor, holder, sku_id, quantity, key):
    with tenancy.scope(actor.merchant_id):
        carting.put(holder=holder, sku_id=sku_id, quantity=quantity, key=key, actor=actor)


def pieces(actor, holder) -> dict[int, int]:
    with tenancy.scope(actor.merchant_id):
        return {row.sku_id: row.quantity for row in cart(holder).rows}


def test_the_race_exists_look_then_write(world):
    actor, sku_id, _ = world
    put(actor, BROWSER, sku_id, 1, "first")

    def naive(_number, barrier):
        with tenancy.scope(actor.merchant_id):
            seen = CartLine.objects.get()
        connection.close()
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            CartLine.objects.filter(pk=seen.pk).update(quantity=seen.quantity + 1)

    together(naive, THREADS)
    assert pieces(actor, BROWSER) == {sku_id: 2}  # eleven are lost


@pytest.mark.parametrize("is_person", [False, True])
def test_taps_at_once_all_count(world, is_person):
    actor, sku_id, person = world
    holder = person if is_person else BROWSER

    def tap(number, barrier):
        barrier.wait()
        put(actor, holder, sku_id, 2, f"tap-{number}")

    together(tap, THREADS)
    assert pieces(actor, holder) == {sku_id: 2 * THREADS}


def test_one_tap_that_comes_many_times_counts_once(world):
    actor, sku_id, person = world

    def tap(_number, barrier):
        barrier.wait()
        put(actor, person, sku_id, 2, "tap")

    together(tap, THREADS)
    assert pieces(actor, person) == {sku_id: 2}


def test_a_browsers_cart_is_handed_over_once(world):
    actor, sku_id, person = world
    put(actor, person, sku_id, 1, "a")
    put(actor, BROWSER, sku_id, 3, "b")

    def log_in(_number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            carting.merge(visitor=VISITOR, identity_id=person.identity_id, actor=actor)

    together(log_in, THREADS)
    assert (pieces(actor, person), pieces(actor, BROWSER)) == ({sku_id: 4}, {})


def test_many_browsers_at_once_keep_the_sum(world):
    actor, sku_id, person = world
    with tenancy.scope(actor.merchant_id):
        other_id = shop.stocked().pk
    visitors = [f"{number:032x}" for number in range(THREADS)]
    for visitor in visitors:
        for sku in (sku_id, other_id):
            put(actor, Holder(visitor=visitor), sku, 2, f"tap-{sku}")

    def log_in(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            carting.merge(visitor=visitors[number], identity_id=person.identity_id, actor=actor)

    together(log_in, THREADS)
    assert pieces(actor, person) == {sku_id: 2 * THREADS, other_id: 2 * THREADS}


def test_the_last_place_is_taken_once(world, monkeypatch):
    actor, _, person = world
    monkeypatch.setattr(carting, "MOST_LINES", 3)
    with tenancy.scope(actor.merchant_id):
        skus = [shop.stocked().pk for _ in range(THREADS)]

    def tap(number, barrier):
        barrier.wait()
        try:
            put(actor, person, skus[number], 1, f"tap-{number}")
        except CartFull:
            return False
        return True

    assert sum(together(tap, THREADS)) == len(pieces(actor, person)) == 3
