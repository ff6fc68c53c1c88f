"""Orders that use several coupons at once, some of them the same: each is used once, whole sets or nothing."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests.concurrency.threads import sessions_waiting, together
from tests.factories import shop
from tests.factories.coupons import state_of, with_coupon
from tests.factories.merchants import make_merchant
from tests.patience import PATIENCE
from yutang.areas.coupons import services
from yutang.areas.coupons.errors import CouponGone
from yutang.areas.coupons.models import Coupon, Use
from yutang.areas.coupons.services import Taken
from yutang.core import tenancy

pytestmark = pytest.mark.django_db(transaction=True)
COUPONS, ORDERS, SEED = 6, 50, 5


@pytest.fixture
def merchant():
    return make_merchant()


@pytest.fixture
def buyer(merchant):
    with tenancy.scope(merchant.pk):
        return shop.buyer()


def test_sets_that_overlap_are_used_whole_by_one_order(merchant, buyer):
    with tenancy.scope(merchant.pk):
        coupons = [with_coupon(buyer.customer_id, value=n + 1).pk for n in range(COUPONS)]
    chance = random.Random(SEED)
    wanted = [chance.sample(coupons, 3) for _ in range(ORDERS)]  # in any order: the statement locks in one

    def take(number: int, barrier) -> bool:
        barrier.wait()
        taken = [Taken(pk, pk) for pk in wanted[number]]
        try:
            with tenancy.scope(merchant.pk):
                services.take(order_id=number + 1, customer_id=buyer.customer_id, taken=taken)
        except CouponGone:
            return False
        return True

    won = {number + 1: set(wanted[number]) for number, has in enumerate(together(take, threads=ORDERS)) if has}
    assert won
    with tenancy.scope(merchant.pk):
        used = dict(Coupon.objects.filter(state="used").values_list("pk", "order_id"))
        uses = list(Use.objects.values_list("coupon_id", "order_id", "amount"))
    expected = {pk: order_id for order_id, pks in won.items() for pk in pks}
    assert used == expected
    assert len(expected) == 3 * len(won)  # no coupon in two of them
    assert sorted(uses) == sorted((pk, order_id, pk) for pk, order_id in expected.items())


def test_one_that_is_changed_while_waited_for_and_stays_usable_is_used(merchant, buyer):
    with tenancy.scope(merchant.pk):
        coupon, other = with_coupon(buyer.customer_id), with_coupon(buyer.customer_id)

    def take() -> None:
        try:
            with tenancy.scope(merchant.pk):
                services.take(
                    order_id=1, customer_id=buyer.customer_id, taken=[Taken(coupon.pk, 7), Taken(other.pk, 8)]
                )  # fmt: skip
        finally:
            connection.close()

    thread = threading.Thread(target=take)
    with tenancy.scope(merchant.pk):
        Coupon.objects.filter(pk=coupon.pk).update(valid_until=coupon.valid_until + timedelta(days=1))
        thread.start()
        while not sessions_waiting():
            assert thread.is_alive()
    thread.join(PATIENCE)
    with tenancy.scope(merchant.pk):
        assert (state_of(coupon), state_of(other)) == ("used", "used")
        assert sorted(Use.objects.values_list("amount", flat=True)) == [7, 8]
