"""A price is changed while money of the old one arrives: nobody gets an order for less than it costs."""

from __future__ import annotations

import threading

import pytest

from tests.concurrency.threads import sessions_waiting, together
from tests.factories import shop
from tests.factories.merchants import make_merchant
from tests.patience import PATIENCE, until
from yutang.areas.orders import services
from yutang.areas.orders.errors import WrongState
from yutang.areas.orders.models import Order, SaleLine, ShopOrder
from yutang.areas.orders.services import paying
from yutang.areas.payments.models import Tender
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = 12


@pytest.fixture
def world():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        cake = shop.stocked(ORDERS)
        orders = [shop.place((cake, 1)) for _ in range(ORDERS)]
        tenders = [shop.start(order) for order in orders]
    return access.system(merchant.pk, name="race"), orders, tenders


def lock_one_half(order_id: int) -> Order:
    """Locks the order and joins its other half, which is then read as it was before whoever held the lock."""
    return Order.objects.select_related("shop").select_for_update(of=("self",), no_key=True).get(pk=order_id)


def meet(actor, order, tender) -> None:
    """The money comes in when the new price is written and not yet committed."""
    has_written = threading.Event()

    def act(number: int, barrier) -> None:
        with tenancy.scope(actor.merchant_id):
            if number:
                has_written.wait(PATIENCE)
                shop.notify(tender)
                return
            services.change_price(
                order_id=order.pk, goods=15_000, freight=0, expected=10_000, reason="Gift box", actor=actor
            )
            has_written.set()
            until(lambda: sessions_waiting() > 0)

    together(act, threads=2)


def test_without_the_guard_the_old_price_pays_the_new_one(world, monkeypatch):
    actor, orders, tenders = world
    monkeypatch.setattr(paying, "lock", lock_one_half)
    meet(actor, orders[0], tenders[0])
    with tenancy.scope(actor.merchant_id):
        order = Order.objects.get(pk=orders[0].pk)
        assert (order.status, order.sold_amount, Tender.objects.get(pk=tenders[0].pk).amount) == (
            "paid", 15_000, 10_000,
        )  # fmt: skip


def test_with_it_the_rest_stays_to_be_paid(world):
    actor, orders, tenders = world
    meet(actor, orders[0], tenders[0])
    with tenancy.scope(actor.merchant_id):
        assert Order.objects.get(pk=orders[0].pk).status == "unpaid"
        rest = shop.pay(orders[0])
        order = Order.objects.get(pk=orders[0].pk)
        assert (rest.amount, order.status, order.sold_amount) == (5_000, "paid", 15_000)


def test_many_at_once(world):
    """Whoever is first: what was sold is what was paid and kept."""
    actor, orders, tenders = world

    def act(number: int, barrier) -> None:
        order, tender = orders[number // 2], tenders[number // 2]
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            if number % 2:
                shop.notify(tender)
                return
            try:
                services.change_price(
                    order_id=order.pk, goods=7_000 + number * 500, freight=0, expected=10_000, reason="x", actor=actor
                )
            except WrongState:
                return

    together(act, threads=2 * ORDERS)
    with tenancy.scope(actor.merchant_id):
        for order, tender in zip(orders, tenders, strict=True):
            order.refresh_from_db()
            tender.refresh_from_db()
            total = ShopOrder.objects.get(pk=order.pk).total
            kept = tender.amount - tender.refunded_amount
            if order.status == "paid":
                assert kept == order.sold_amount == total
            else:
                assert (order.status, kept < total) == ("unpaid", True)
                assert not SaleLine.objects.filter(order_id=order.pk).exists()
