"""Many people, few coupons; one coupon, many orders: exactly right, after the race is shown without the guard."""

from __future__ import annotations

import random
import threading
from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection

from tests.concurrency.threads import sessions_waiting, together
from tests.factories import shop
from tests.factories.coupons import make_template, state_of, with_coupon
from tests.factories.customers import resolve
from tests.factories.merchants import make_merchant
from tests.patience import PATIENCE
from yutang.areas.coupons import services
from yutang.areas.coupons.errors import CouponGone, CouponsGone, GiftTaken, PersonalLimit
from yutang.areas.coupons.models import Coupon, Template, Use
from yutang.areas.coupons.services import Taken
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import PriceChanged
from yutang.areas.orders.models import Order
from yutang.core import access, tenancy
from yutang.core.reservations.models import Pool

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, PIECES, ORDERS = 1_000, 100, 100


@pytest.fixture
def merchant():
    return make_merchant()


@pytest.fixture
def actor(merchant):
    return access.system(merchant.pk, name="shopper")


def test_the_race_exists_counting_first_issues_too_many(merchant):
    with tenancy.scope(merchant.pk):
        template = make_template(limits={"total": 10})

    def naive(_number, barrier) -> bool:
        with tenancy.scope(merchant.pk):
            issued = Template.objects.get(pk=template.pk).issued
        connection.close()
        barrier.wait()
        if issued >= 10:
            return False
        with tenancy.scope(merchant.pk):
            Template.objects.filter(pk=template.pk).update(issued=issued + 1)
        return True

    assert sum(together(naive)) == 50


def test_a_thousand_threads_claim_a_hundred_coupons(merchant, actor):
    with tenancy.scope(merchant.pk):
        template = make_template(limits={"total": PIECES, "per_person": 1, "is_claimable": True})
        found = resolve(*({"buyer_id": f"b{n}"} for n in range(PEOPLE)))
        people = [int(pk) for pk in found.customer]
    assert len(set(people)) == PEOPLE

    # The pool has 16 connections and refuses who waits too long for one; here everybody waits without an end.
    at_once = threading.BoundedSemaphore(16)

    def claim(number: int, barrier) -> str:
        barrier.wait()
        with at_once, closing(connection), tenancy.scope(merchant.pk):
            try:
                services.claim(template_id=template.pk, customer_id=people[number], key=f"c{number}", actor=actor)
            except CouponsGone as error:
                return error.code
        return "got one"

    answers = together(claim, threads=PEOPLE)
    assert Counter(answers) == {"got one": PIECES, "coupons.gone": PEOPLE - PIECES}
    with tenancy.scope(merchant.pk):
        assert Coupon.objects.values("customer").distinct().count() == Coupon.objects.count() == PIECES
        assert Template.objects.get().issued == PIECES
        pool = Pool.objects.get(kind="coupon")
        assert (pool.reserved, pool.confirmed) == (0, PIECES)


def test_one_person_from_fifty_threads_gets_no_more_than_the_limit(merchant, actor):
    with tenancy.scope(merchant.pk):
        template = make_template(limits={"per_person": 3, "is_claimable": True})
        person = int(resolve({"buyer_id": "b"}).customer[0])

    def claim(number: int, barrier) -> bool:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            try:
                services.claim(template_id=template.pk, customer_id=person, key=f"c{number}", actor=actor)
            except PersonalLimit:
                return False
        return True

    assert sum(together(claim)) == 3


def test_the_race_exists_looking_first_uses_a_coupon_twice(merchant):
    with tenancy.scope(merchant.pk):
        coupon = with_coupon(shop.buyer().customer_id)

    def naive(number: int, barrier) -> bool:
        with tenancy.scope(merchant.pk):
            is_usable = Coupon.objects.get(pk=coupon.pk).state == "usable"
        connection.close()
        barrier.wait()
        if is_usable:
            with tenancy.scope(merchant.pk):
                Coupon.objects.filter(pk=coupon.pk).update(state="used", order_id=number)
        return is_usable

    assert sum(together(naive)) == 50


def test_oscar_2101_4580_saleor_15855_medusa_13760_a_hundred_threads_use_one_coupon_once(merchant, actor):
    with tenancy.scope(merchant.pk):
        buyer, cake = shop.buyer(), shop.stocked(ORDERS)
        shop.pay(shop.place((shop.stocked(1), 1)))  # the sales channel is there
        coupon = with_coupon(buyer.customer_id)

    def buy(number: int, barrier) -> str:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            try:
                orders.place(
                    wish=shop.wish((cake, 1), choices={"coupon": str(coupon.pk)}), identity=buyer, key=f"o{number}",
                    expected=8_000, actor=actor,
                )  # fmt: skip
            except (CouponGone, PriceChanged):
                return "refused"
        return "ordered"

    answers = Counter(together(buy, threads=ORDERS))
    assert answers == {"ordered": 1, "refused": ORDERS - 1}
    with tenancy.scope(merchant.pk):
        assert Use.objects.count() == 1
        order = Order.objects.get(shop__key__startswith="o")
        assert Coupon.objects.get(pk=coupon.pk).order_id == order.pk


def test_a_gift_goes_to_one_of_fifty(merchant, actor):
    with tenancy.scope(merchant.pk):
        people = [int(pk) for pk in resolve(*({"buyer_id": f"b{n}"} for n in range(51))).customer]
        coupon = with_coupon(people[50], is_giftable=True)
        token = services.offer_gift(coupon_id=coupon.pk, customer_id=people[50], actor=actor)

    def take(number: int, barrier) -> bool:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            try:
                services.accept_gift(token=token, customer_id=people[number], actor=actor)
            except GiftTaken:
                return False
        return True

    assert sum(together(take)) == 1


def test_sets_that_overlap_are_used_whole_by_one_order(merchant):
    with tenancy.scope(merchant.pk):
        buyer = shop.buyer()
        coupons = [with_coupon(buyer.customer_id, value=n + 1).pk for n in range(6)]
    chance = random.Random(5)
    wanted = [chance.sample(coupons, 3) for _ in range(50)]  # in any order: the statement locks in one

    def take(number: int, barrier) -> bool:
        barrier.wait()
        taken = [Taken(pk, pk) for pk in wanted[number]]
        try:
            with tenancy.scope(merchant.pk):
                services.take(order_id=number + 1, customer_id=buyer.customer_id, taken=taken)
        except CouponGone:
            return False
        return True

    won = {number + 1: set(wanted[number]) for number, has in enumerate(together(take)) if has}
    assert won
    with tenancy.scope(merchant.pk):
        used = dict(Coupon.objects.filter(state="used").values_list("pk", "order_id"))
        uses = list(Use.objects.values_list("coupon_id", "order_id", "amount"))
    expected = {pk: order_id for order_id, pks in won.items() for pk in pks}
    assert used == expected
    assert len(expected) == 3 * len(won)  # no coupon in two of them
    assert sorted(uses) == sorted((pk, order_id, pk) for pk, order_id in expected.items())


def test_one_that_is_changed_while_waited_for_and_stays_usable_is_used(merchant):
    with tenancy.scope(merchant.pk):
        buyer = shop.buyer()
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
