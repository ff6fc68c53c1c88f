"""A file of tracking numbers, its run killed at any moment and begun again: every order is shipped once."""

from __future__ import annotations

import pytest

from tests.areas.imports.files import write
from tests.factories import shop
from tests.factories.merchants import make_merchant
from tests.killing import Children, environment
from yutang.areas.imports import shipments
from yutang.areas.imports.models import ShipmentRun
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders.models import Order, OrderStep, Parcel
from yutang.core import access, tenancy

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]
ORDERS = 60


def execute(merchant_id: int, run_id: int) -> None:
    """In the child."""
    shipments.execute(run_id=run_id, actor=access.system(merchant_id, name="shipping"))


def test_killed_until_all_is_done(settings, tmp_path):
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        cake = shop.stocked(ORDERS)
        orders = [shop.paid((cake, 1)) for _ in range(ORDERS)]
        lines = [f"{order.order_no},SF,SF{10**8 + n}" for n, order in enumerate(orders)]
        path = write(tmp_path, "s.csv", "\n".join(["Order number,Carrier,Tracking number", *lines]))
        run = shipments.check(path=path, name="s.csv", actor=shop.actor())
        shipments.queue(run_id=run.pk, actor=shop.actor())

    def position() -> int:
        with tenancy.scope(merchant.pk):
            return ShipmentRun.objects.get(pk=run.pk).position

    target = "tests.areas.imports.test_shipments_killed.execute"
    with Children(target, environment(settings, tmp_path)) as children:
        while children.run(merchant.pk, run.pk, progress=position):
            pass
    execute(merchant.pk, run.pk)
    assert children.hits > 0
    with tenancy.scope(merchant.pk):
        done = ShipmentRun.objects.get(pk=run.pk)
        assert (done.state, done.position, done.shipped, done.problems) == ("done", ORDERS, ORDERS, [])
        assert Parcel.objects.count() == Order.objects.filter(status="shipped").count() == ORDERS
        assert OrderStep.objects.filter(what="shipped").count() == ORDERS
        assert StockItem.objects.get().on_hand == 0
