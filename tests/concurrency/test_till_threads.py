"""A basket is sold once, and what an offline desk says counts once, however many say it at the same moment."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories import shop
from tests.factories.coupons import with_coupon
from tests.factories.merchants import make_merchant, make_store
from tests.factories.till import basket, cashier
from yutang.areas.coupons.errors import CouponGone
from yutang.areas.coupons.models import Coupon, Use
from yutang.areas.inventory import services as inventory
from yutang.areas.inventory.models import StockItem, StockMove
from yutang.areas.orders import services
from yutang.areas.orders.errors import CodeUsed, PriceChanged
from yutang.areas.orders.models import Order, PickupUse, TillBasket
from yutang.areas.orders.services import baskets, selling
from yutang.areas.payments.models import CashMove, Tender
from yutang.core import tenancy

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 20


@pytest.fixture
def world():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        store = make_store("WS")
        actor = cashier(merchant, store)
        sku = shop.stocked(50, price=1_000, node_id=store.pk)
    return merchant, store, actor, sku


def test_the_race_exists_without_the_guard():
    """Who looks whether a basket is there and then sells it sells it twice."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE unguarded AS SELECT 1 AS basket")
        cursor.execute("CREATE TABLE unguarded_sale (id serial)")
    try:

        def look_then_sell(_number: int, barrier) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT basket FROM unguarded")
                seen = cursor.fetchone()
            connection.close()
            barrier.wait()
            if seen:
                with connection.cursor() as cursor:
                    cursor.execute("INSERT INTO unguarded_sale DEFAULT VALUES")
                    cursor.execute("DELETE FROM unguarded")

        together(look_then_sell, threads=THREADS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM unguarded_sale")
            assert cursor.fetchone()[0] > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE unguarded, unguarded_sale")


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("act", ["receipt", "count", "transfer"])
def test_stock_that_moves_while_it_is_sold(world, act):
    """Both ask for the same rows in the same order: one waits for the other, never each for the other."""
    merchant, store, actor, sku = world
    with tenancy.scope(merchant.pk):
        held, other = basket(actor, store, (sku, 2)), make_store("WT")

    def move() -> None:
        known = {"sku_id": sku.pk, "key": "meanwhile", "actor": actor}
        if act == "receipt":
            came = [inventory.Move(sku.pk, store.pk, 5)]
            inventory.move(moves=came, kind=StockMove.Kind.RECEIPT, key="meanwhile", actor=actor)
        elif act == "count":
            inventory.count(**known, node_id=store.pk, counted=49)
        else:
            inventory.transfer(**known, from_id=store.pk, to_id=other.pk, quantity=5)

    def work(number: int, barrier) -> None:
        with tenancy.scope(merchant.pk):
            if number:
                barrier.wait()
                move()
                return
            order = selling.sell(key=held.key, expected=2_000, actor=actor)
            barrier.wait()
            while not somebody_waits():
                pass
            selling.pay_cash(order_id=order.pk, actor=actor)

    together(work, threads=2)
    with tenancy.scope(merchant.pk):
        assert Order.objects.get().status == "completed"
        # What was counted beside the counter is what lay there when the sale was through.
        left = {"receipt": 53, "count": 49, "transfer": 43}[act]
        assert StockItem.objects.get(node=store).on_hand == left


def test_one_basket_from_many_threads_is_one_sale(world):
    merchant, store, actor, sku = world
    with tenancy.scope(merchant.pk):
        held = basket(actor, store, (sku, 2))

    def sell(_number: int, barrier) -> int:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            return selling.sell(key=held.key, expected=2_000, cash=5_000, actor=actor).pk

    assert len(set(together(sell, threads=THREADS))) == 1
    with tenancy.scope(merchant.pk):
        assert (Order.objects.count(), Tender.objects.count(), CashMove.objects.count()) == (1, 1, 1)
        assert StockItem.objects.get(sku=sku).on_hand == 48


def test_tills_and_phones_use_one_coupon_once(world):
    """The race without the guard: test_coupon_threads."""
    merchant, store, actor, sku = world
    with tenancy.scope(merchant.pk):
        buyer = shop.buyer()
        shop.paid((shop.stocked(1), 1))  # the sales channels are there
        selling.sell(key=basket(actor, store, (sku, 1)).key, expected=1_000, cash=1_000, actor=actor)
        coupon = with_coupon(buyer.customer_id, value=500)
        tills = [actor, *(cashier(merchant, store) for _ in range(5))]
        held = [basket(one, store, (sku, 1)) for one in tills]
        for one, filled in zip(tills, held, strict=True):
            baskets.set_buyer(key=filled.key, identity_id=buyer.pk, actor=one)

    def buy(number: int, barrier) -> str:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            try:
                if number < len(tills):
                    selling.sell(key=held[number].key, expected=500, cash=500, actor=tills[number])
                else:
                    services.place(
                        wish=shop.wish((sku, 1), choices={"coupon": "auto"}), identity=buyer, key=f"phone-{number}",
                        expected=500, actor=shop.actor(),
                    )  # fmt: skip
            except (CouponGone, PriceChanged):
                return "refused"
        return "sold"

    assert Counter(together(buy, threads=2 * len(tills))) == {"sold": 1, "refused": 2 * len(tills) - 1}
    with tenancy.scope(merchant.pk):
        used = Use.objects.get()
        assert (used.coupon_id, Coupon.objects.get(pk=coupon.pk).order_id) == (coupon.pk, used.order_id)
        assert (Order.objects.count(), TillBasket.objects.count()) in ((3, 5), (3, 6))


def test_the_rest_in_cash_from_many_threads_is_taken_once(world):
    merchant, store, actor, sku = world
    with tenancy.scope(merchant.pk):
        held = basket(actor, store, (sku, 2))
        order = selling.sell(key=held.key, expected=2_000, cash=500, actor=actor)

    def pay(_number: int, barrier) -> str:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            return selling.pay_cash(order_id=order.pk, actor=actor).status

    assert set(together(pay, threads=THREADS)) == {"completed"}
    with tenancy.scope(merchant.pk):
        assert sorted(CashMove.objects.values_list("amount", flat=True)) == [500, 1_500]


def test_a_queue_said_by_many_desks_at_once(world):
    """Each deed counts once under its key; the same code under another key is told that it was used."""
    merchant, store, actor, sku = world
    with tenancy.scope(merchant.pk):
        orders = [shop.paid((sku, 1), fulfilment="pickup", node_id=store.pk) for _ in range(3)]

    def say(number: int, barrier) -> list[str]:
        barrier.wait()
        answers = []
        for order in orders:
            key = f"{order.pk}:{number % 2:032d}"  # two desks, each many times
            with tenancy.scope(merchant.pk):
                try:
                    use = services.pick_up(code=order.shop.pickup_code, node_id=store.pk, key=key, actor=actor)
                except CodeUsed:
                    answers.append("used")
                else:
                    answers.append(use.key)
        return answers

    answers = together(say, threads=THREADS)
    for place, order in enumerate(orders):
        counted = Counter(answer[place] for answer in answers)
        assert counted["used"] == THREADS // 2
        assert len(counted) == 2
        with tenancy.scope(merchant.pk):
            assert PickupUse.objects.filter(order=order).count() == 1
    with tenancy.scope(merchant.pk):
        assert StockItem.objects.get(sku=sku).on_hand == 47
