"""Two colleagues correct the same parcel at once: the first is told to the second, and nothing is lost silently."""

from __future__ import annotations

import pytest

from tests.concurrency.threads import together
from tests.factories import shop
from tests.factories.merchants import make_merchant
from yutang.areas.orders import services
from yutang.areas.orders.errors import ParcelChanged
from yutang.areas.orders.models import OrderStep, Parcel
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
PARCELS = 8


@pytest.fixture
def world():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        cake, actor = shop.stocked(PARCELS), access.system(merchant.pk, name="race")
        orders = [shop.paid((cake, 1)) for _ in range(PARCELS)]
        return actor, [
            services.ship(order_id=order.pk, carrier="SF", tracking_no="SF1", key=f"p{order.pk}", actor=actor)
            for order in orders
        ]


def test_without_the_lock_both_believe_they_were_right(world):
    """Both look first, and both find what their page showed."""
    actor, parcels = world

    def naive(number: int, barrier) -> None:
        with tenancy.scope(actor.merchant_id):
            assert Parcel.objects.get(pk=parcels[0].pk).state == "SF SF1"
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            Parcel.objects.filter(pk=parcels[0].pk).update(tracking_no=f"N{number}")

    together(naive, threads=2)
    with tenancy.scope(actor.merchant_id):
        assert Parcel.objects.get(pk=parcels[0].pk).tracking_no in ("N0", "N1")


def test_one_of_them_is_first(world):
    actor, parcels = world

    def act(number: int, barrier) -> str:
        parcel, new = parcels[number // 2], f"N{number}"
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            try:
                services.correct_parcel(
                    order_id=parcel.order_id, parcel_id=parcel.pk, carrier="SF", tracking_no=new, was="SF SF1",
                    actor=actor,
                )  # fmt: skip
            except ParcelChanged:
                return ""
            return new

    answers = together(act, threads=2 * PARCELS)
    with tenancy.scope(actor.merchant_id):
        for place, parcel in enumerate(parcels):
            (first,) = filter(None, answers[2 * place : 2 * place + 2])
            assert Parcel.objects.get(pk=parcel.pk).tracking_no == first
            steps = OrderStep.objects.filter(order=parcel.order_id, what="corrected")
            assert [step.detail["after"] for step in steps] == [f"SF {first}"]
