"""Many buyers, few pieces: exactly as many orders as there are pieces, and money never without its order.
What happens without the guard, test_rush.py shows."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.concurrency.threads import together
from tests.factories import shop
from tests.factories.merchants import make_merchant
from yutang.areas.inventory import queries as inventory
from yutang.areas.orders import services
from yutang.areas.orders.errors import SoldOut, WrongState
from yutang.areas.orders.models import Order, OrderItem, SaleLine
from yutang.areas.payments.models import Refund, Tender
from yutang.core import access, clock, tenancy
from yutang.core.reservations.models import Pool

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, PIECES = 40, 10


@pytest.fixture
def world():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        sku = shop.stocked(PIECES)
        shop.pay(shop.place((shop.stocked(1), 1)))  # the sales channel is there
    return merchant, sku


def test_as_many_orders_as_pieces(world):
    merchant, sku = world
    actor = access.system(merchant.pk, name="shopper")

    def buy(number: int, barrier) -> str:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            try:
                order = services.place(wish=shop.wish((sku, 1)), identity=None, key=f"race-{number}", actor=actor)
            except SoldOut as error:
                return f"sold out: {error.params['available']} left"
            return f"order {order.pk}"

    answers = together(buy, threads=THREADS)
    refused = Counter(answer for answer in answers if not answer.startswith("order"))
    assert refused == {"sold out: 0 left": THREADS - PIECES}
    assert len(set(answers) - set(refused)) == PIECES
    with tenancy.scope(merchant.pk):
        assert inventory.available([sku.pk]) == {sku.pk: 0}
        assert OrderItem.objects.filter(sku_id=sku.pk).count() == PIECES
        pool = Pool.objects.get(key__startswith=f"sku:{sku.pk}@")
        assert (pool.reserved, pool.confirmed) == (PIECES, 0)


def test_one_checkout_from_many_threads_is_one_order(world):
    merchant, sku = world
    actor = access.system(merchant.pk, name="shopper")

    def buy(_number: int, barrier) -> int:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            return services.place(wish=shop.wish((sku, 1)), identity=None, key="same", actor=actor).pk

    assert len(set(together(buy, threads=THREADS))) == 1
    with tenancy.scope(merchant.pk):
        assert inventory.available([sku.pk]) == {sku.pk: PIECES - 1}


def test_paying_and_closing_at_once(world):
    """Either the order is paid and keeps its money, or it is closed and the money goes back; never in between."""
    merchant, sku = world
    with tenancy.scope(merchant.pk):
        orders = [shop.place((sku, 1)) for _ in range(PIECES)]
        tenders = [shop.start(order) for order in orders]
    actor = access.system(merchant.pk, name="race")

    def act(number: int, barrier) -> None:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            if number % 2:
                shop.notify(Tender.objects.get(pk=tenders[number // 2].pk))
            elif Order.objects.get(pk=orders[number // 2].pk).status == "unpaid":
                try:
                    services.close(order_id=orders[number // 2].pk, because="buyer", actor=actor)
                except WrongState:
                    return

    together(act, threads=2 * PIECES)
    with tenancy.scope(merchant.pk):
        for order in orders:
            order.refresh_from_db()
            tender = Tender.objects.get(payable_id=order.pk)
            assert tender.state == "paid"
            sold = SaleLine.objects.filter(order_id=order.pk).count()
            if order.status == "paid":
                assert (tender.refunded_amount, sold) == (0, 1)
            else:
                assert (order.status, tender.refunded_amount, sold) == ("closed", tender.amount, 0)
        paid = sum(order.status == "paid" for order in orders)
        assert inventory.available([sku.pk]) == {sku.pk: PIECES - paid}
        assert Refund.objects.count() == len(orders) - paid


def test_the_same_notice_from_many_threads(world):
    merchant, sku = world
    with tenancy.scope(merchant.pk):
        order = shop.place((sku, 1))
        tender = shop.start(order)

    def tell(_number: int, barrier) -> str:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            return shop.notify(tender)

    outcomes = Counter(together(tell, threads=20))
    assert outcomes == {"applied": 1, "repeated": 19}
    with tenancy.scope(merchant.pk):
        assert SaleLine.objects.filter(order_id=order.pk).count() == 1
        assert clock.now() >= Order.objects.get(pk=order.pk).paid_at
