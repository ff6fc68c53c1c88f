"""The job that completes orders, killed at any moment and run again, completes each once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import shop
from tests.factories.merchants import make_merchant
from tests.killing import Children, environment
from yutang.areas.orders import services
from yutang.areas.orders.models import Order, OrderStep, ShopOrder
from yutang.core import access, clock, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = 150


def complete_received(merchant_id: int) -> None:
    """In the child."""
    actor = access.system(merchant_id, name="deadlines")
    while services.complete_received(now=clock.now(), limit=3, actor=actor):
        pass


@pytest.mark.kill
def test_killed_until_all_is_done(settings, tmp_path):
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        cake = shop.stocked(ORDERS)
        for number in range(ORDERS):
            order = shop.paid((cake, 1))
            services.ship(order_id=order.pk, key=f"p{number}", actor=shop.actor())
        ShopOrder.objects.update(receive_by=clock.now() - timedelta(minutes=1))

    def completed() -> int:
        with tenancy.scope(merchant.pk):
            return Order.objects.filter(status="completed").count()

    complete = "tests.areas.orders.test_receiving_killed.complete_received"
    with Children(complete, environment(settings, tmp_path)) as children:
        while children.run(merchant.pk, progress=completed):
            pass
    complete_received(merchant.pk)
    assert children.hits > 0
    with tenancy.scope(merchant.pk):
        assert Order.objects.filter(status="completed").count() == ORDERS
        assert not ShopOrder.objects.filter(receive_by__isnull=False).exists()
        assert OrderStep.objects.filter(what="completed").count() == ORDERS
