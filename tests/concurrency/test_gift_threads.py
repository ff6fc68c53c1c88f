"""Many people, few gifts: everybody's order goes through, and exactly as many gifts as there are."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories import shop
from tests.factories.gifts import gift_coupon, make_mug
from tests.factories.merchants import make_merchant
from yutang.areas.coupons.models import Coupon, Use
from yutang.areas.inventory import queries as inventory
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order, OrderItem
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, GIFTS = 40, 3


@pytest.fixture
def world():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        cake, mug = shop.stocked(PEOPLE), make_mug(GIFTS)
        shop.pay(shop.place((shop.stocked(1), 1)))  # the sales channel is there
        buyers = [shop.buyer(f"+86139{n:08d}") for n in range(PEOPLE)]
        for one in buyers:
            gift_coupon(one.customer_id, mug)
    return merchant, cake, mug, buyers


def test_the_race_exists_looking_first_gives_more_than_there_are(world):
    merchant, _cake, mug, _buyers = world

    def look(_number: int, barrier) -> bool:
        with tenancy.scope(merchant.pk):
            seen = inventory.available([mug.pk])[mug.pk]
        connection.close()
        barrier.wait()
        return seen > 0

    assert sum(together(look, threads=PEOPLE)) > GIFTS


def test_the_last_gifts_go_to_so_many_and_all_get_what_they_buy(world):
    merchant, cake, mug, buyers = world
    actor = access.system(merchant.pk, name="shopper")

    def buy(number: int, barrier) -> int:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            return orders.place(
                wish=shop.wish((cake, 1), choices={"coupon": "auto"}), identity=buyers[number], key=f"o{number}",
                expected=10_000, actor=actor,
            ).pk  # fmt: skip

    placed = together(buy, threads=PEOPLE)
    assert len(set(placed)) == PEOPLE
    with tenancy.scope(merchant.pk):
        given = OrderItem.objects.filter(gift_coupon_id__isnull=False)
        assert (Order.objects.filter(pk__in=placed).count(), given.count()) == (PEOPLE, GIFTS)
        assert inventory.available([mug.pk, cake.pk]) == {mug.pk: 0, cake.pk: 0}
        used = set(Coupon.objects.filter(state="used").values_list("pk", flat=True))
        assert used == set(given.values_list("gift_coupon_id", flat=True))
        assert Use.objects.count() == GIFTS
