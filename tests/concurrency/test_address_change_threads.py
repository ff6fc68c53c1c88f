"""An address is changed while the parcel leaves: what has left went to the address that the order shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.concurrency.threads import together
from tests.factories import shop
from tests.factories.merchants import make_merchant
from yutang.areas.orders import queries_shop, services
from yutang.areas.orders.errors import WrongState
from yutang.areas.orders.models import Order, OrderStep, ShopOrder
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = 12
ELSEWHERE = replace(shop.HOME, street="文二路 9 号")


@pytest.fixture
def world():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        cake = shop.stocked(ORDERS)
        orders = [shop.paid((cake, 1)) for _ in range(ORDERS)]
    return access.system(merchant.pk, name="race"), orders


def test_without_the_lock_a_parcel_goes_where_nobody_lives(world):
    """Both look at the order first, and both find that nothing has left."""
    actor, orders = world

    def naive(number: int, barrier) -> None:
        with tenancy.scope(actor.merchant_id):
            assert Order.objects.get(pk=orders[0].pk).status == "paid"
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            if number:
                ShopOrder.objects.filter(pk=orders[0].pk).update(recipient=ELSEWHERE.sealed(actor.merchant_id))
            else:
                services.ship(order_id=orders[0].pk, key="p", actor=actor)

    together(naive, threads=2)
    with tenancy.scope(actor.merchant_id):
        found = Order.objects.select_related("shop").get(pk=orders[0].pk)
        assert (found.status, queries_shop.recipient(found.shop)) == ("shipped", ELSEWHERE)


def test_one_of_them_is_first(world):
    actor, orders = world

    def act(number: int, barrier) -> str:
        order = orders[number // 2]
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            if number % 2:
                services.ship(order_id=order.pk, key=f"p{order.pk}", actor=actor)
                return ""
            try:
                services.change_address(order_id=order.pk, recipient=ELSEWHERE, actor=actor)
            except WrongState:
                return "too late"
            return "changed"

    answers = together(act, threads=2 * ORDERS)[::2]
    with tenancy.scope(actor.merchant_id):
        for order, answer in zip(orders, answers, strict=True):
            steps = list(OrderStep.objects.filter(order=order).order_by("id").values_list("what", flat=True))
            found = queries_shop.recipient(ShopOrder.objects.get(pk=order.pk))
            if answer == "changed":
                assert (steps[2:], found) == (["readdressed", "shipped"], ELSEWHERE)
            else:
                assert (steps[2:], found) == (["shipped"], shop.HOME)
