"""Many at once: a check-in twice, the last piece of an offer, refunds of one order, one balance spent by many."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories import points, shop
from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from yutang.areas.missions import services as missions
from yutang.areas.missions.models import CheckIn, DeedDone
from yutang.areas.orders import queries_shop as orders_of
from yutang.areas.orders import services as orders
from yutang.areas.points import queries, services
from yutang.areas.points.errors import NotEnoughPoints, OfferLimit, OfferSoldOut
from yutang.areas.points.models import Exchange, OrderPoints
from yutang.core import access, events, tenancy
from yutang.core.ledger import queries as ledger
from yutang.core.models import Event
from yutang.core.reservations.models import Pool
from yutang.core.rewards import Reward

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 16


@pytest.fixture
def world():
    """Who acts, and a person with 1,000 points."""
    actor = access.system(make_merchant().pk, name="race")
    with tenancy.scope(actor.merchant_id):
        person = make_customer().pk
        points.give(person, 1_000)
    return actor, person


def sound(actor) -> None:
    with tenancy.scope(actor.merchant_id):
        assert ledger.audit_balances(merchant_id=actor.merchant_id) == []


# -- changes by hand -----------------------------------------------------------------------------------------------


@pytest.fixture
def anna(world):
    grants = {"points.adjust": None, "customers.view": None}
    return replace(world[0], kind="user", id=1, name="Anna", grants=grants)


def test_the_race_exists_look_then_change(world, anna):
    """Each alone stays below the limit of 1,000."""
    _, person = world

    def naive(number, barrier):
        with tenancy.scope(anna.merchant_id):
            alone = queries.booked_alone(person, anna)
        connection.close()
        barrier.wait()
        if alone + 300 < 1_000:
            with tenancy.scope(anna.merchant_id):
                points.give(person, 300)

    together(naive, THREADS)
    with tenancy.scope(anna.merchant_id):
        assert points.balance(person) == 1_000 + 300 * THREADS


def test_many_small_changes_at_once_stay_below_the_limit(world, anna):
    _, person = world

    def ask(number, barrier):
        barrier.wait()
        with tenancy.scope(anna.merchant_id):
            return services.ask(
                customer_id=person, points=300, reason="goodwill", key=f"tap-{number}", actor=anna
            ).state

    states = together(ask, THREADS)
    assert sorted(states) == ["asked"] * (THREADS - 3) + ["done"] * 3
    with tenancy.scope(anna.merchant_id):
        assert points.balance(person) == 1_900
    sound(anna)


# -- check-in ----------------------------------------------------------------------------------------------------


def test_the_race_exists_look_then_reward(world):
    actor, person = world

    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            is_here = CheckIn.objects.filter(customer_id=person).exists()
        connection.close()
        barrier.wait()
        if not is_here:
            with tenancy.scope(actor.merchant_id):
                points.give(person, 10)

    together(naive, THREADS)
    with tenancy.scope(actor.merchant_id):
        assert points.balance(person) == 1_000 + 10 * THREADS


def test_a_check_in_counts_once_however_often_it_is_tapped(world):
    actor, person = world
    with tenancy.scope(actor.merchant_id):
        missions.save_plan(is_active=True, cycle=7, steps={1: [Reward("points", 10)]}, actor=actor)

    def tap(_number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            return missions.check_in(customer_id=person, actor=actor).pk

    assert len(set(together(tap, THREADS))) == 1
    with tenancy.scope(actor.merchant_id):
        assert (CheckIn.objects.count(), points.balance(person)) == (1, 1_010)


def test_the_halves_of_a_task_see_each_other(world):
    actor, person = world
    with tenancy.scope(actor.merchant_id):
        missions.save_task(
            deed="friend", title="x", target=THREADS, period="once", given=[Reward("points", 5)], actor=actor
        )

    def bring(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            missions.happened(deed="friend", customer_id=person, key=str(number), actor=actor)

    together(bring, THREADS)
    with tenancy.scope(actor.merchant_id):
        assert (DeedDone.objects.count(), points.balance(person)) == (THREADS, 1_005)


# -- caps --------------------------------------------------------------------------------------------------------


def test_caps_hold_beside_each_other(world):
    actor, _ = world
    with tenancy.scope(actor.merchant_id):
        points.rule(points=10, person_day_cap=35, day_cap=75)
        people = [make_customer().pk for _ in range(4)]

    def earn(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            return services.earn(kind="review", customer_id=people[number % 4], key=str(number), actor=actor)

    assert sum(together(earn, 32)) == 75
    with tenancy.scope(actor.merchant_id):
        assert all(points.balance(person) <= 35 for person in people)
    sound(actor)


# -- the exchange shop -------------------------------------------------------------------------------------------


def test_the_race_exists_count_then_take(world):
    actor, person = world
    with tenancy.scope(actor.merchant_id):
        offer = points.offer(points=10, stock=1)

    def naive(_number, barrier):
        with tenancy.scope(actor.merchant_id):
            left = Pool.objects.get(pk=offer.pool_id).available
        connection.close()
        barrier.wait()
        if left:
            with tenancy.scope(actor.merchant_id):
                services.spend(order_id=_number, customer_id=person, points=10, actor=actor)

    together(naive, THREADS)
    with tenancy.scope(actor.merchant_id):
        assert points.balance(person) == 1_000 - 10 * THREADS  # one piece, sixteen payments


def test_the_last_pieces_go_to_as_many_people(world):
    actor, _ = world
    with tenancy.scope(actor.merchant_id):
        offer = points.offer(points=10, stock=3)
        people = [make_customer().pk for _ in range(THREADS)]
        for person in people:
            points.give(person, 10)

    def take(number, barrier):
        barrier.wait()
        try:
            with tenancy.scope(actor.merchant_id):
                services.exchange(offer_id=offer.pk, customer_id=people[number], key=str(number), actor=actor)
        except OfferSoldOut:
            return False
        return True

    assert sum(together(take, THREADS)) == 3
    with tenancy.scope(actor.merchant_id):
        assert Exchange.objects.count() == 3
        assert sorted(points.balance(person) for person in people) == [7] * 3 + [10] * (THREADS - 3)
    sound(actor)


def test_the_limit_of_a_person_holds(world):
    actor, person = world
    with tenancy.scope(actor.merchant_id):
        offer = points.offer(points=10, stock=100, person_limit=2)

    def take(number, barrier):
        barrier.wait()
        try:
            with tenancy.scope(actor.merchant_id):
                services.exchange(offer_id=offer.pk, customer_id=person, key=str(number), actor=actor)
        except OfferLimit:
            return False
        return True

    assert sum(together(take, THREADS)) == 2


# -- orders ------------------------------------------------------------------------------------------------------


def test_the_race_exists_points_refund_lost_under_concurrency(world):
    """What was taken is read, then written: all but one of the refunds are lost."""
    actor, person = world
    with tenancy.scope(actor.merchant_id):
        points.rule("purchase", points=1, per_amount=100)
        services.follow_order(order_id=1, customer_id=person, paid=160_000, refunded=0, actor=actor)

    def naive(_number, barrier):
        with tenancy.scope(actor.merchant_id):
            row = OrderPoints.objects.get()
        connection.close()
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            OrderPoints.objects.filter(pk=row.pk).update(taken=row.taken + 100)

    together(naive, THREADS)
    with tenancy.scope(actor.merchant_id):
        assert OrderPoints.objects.get().taken == 100


def handle(event_id: int, merchant_id: int, handler: str) -> bool:
    """What a worker does with an event: True when it had not been done before."""
    return events.handle(merchant_id=merchant_id, event_id=event_id, handler=f"reactions.points.{handler}")


def test_points_refund_lost_under_concurrency(world):
    """mall #299: sixteen pieces of one order are refunded at once, one by one, and each refund is followed as soon as
    it is there, while others still come. Only all of them together are sixteen pieces' worth of money and points: one
    that were lost would leave the buyer a hundred points more, as the last piece shows, which comes alone."""
    actor, _ = world
    with tenancy.scope(actor.merchant_id):
        points.rule("purchase", points=1, per_amount=100)
        order = shop.paid((shop.stocked(THREADS + 1, price=10_000), THREADS + 1))
        person = order.customer_id
        assert handle(Event.objects.get(name="orders.paid").pk, actor.merchant_id, "give_points")
        assert points.balance(person) == 1_700

    def refund(number):
        with tenancy.scope(actor.merchant_id):
            back = [orders.Back(0, 1)]
            given = orders.refund(order_id=order.pk, back=back, reason="x", key=f"piece-{number}", actor=actor)
            event = Event.objects.filter(name="orders.refunded").latest("pk")  # ours: the order is still locked
        assert handle(event.pk, actor.merchant_id, "take_points")
        return event.pk, given

    def at_once(number, barrier):
        barrier.wait()
        return refund(number)

    def taken():
        with tenancy.scope(actor.merchant_id):
            row = queries.of_order(order.pk)
            assert row.shortfall == 0
            return orders_of.sums(order.pk).refunded, row.taken, points.balance(person)

    done = together(at_once, THREADS)
    assert len({event for event, _ in done}) == THREADS
    assert [given for _, given in done] == [10_000] * THREADS
    assert taken() == (160_000, 1_600, 100)
    refund(THREADS)
    assert taken() == (170_000, 1_700, 0)
    sound(actor)


def test_used_points_that_come_back_at_once_all_come_back(world):
    actor, person = world
    with tenancy.scope(actor.merchant_id):
        services.spend(order_id=1, customer_id=person, points=1_000, actor=actor)

    def back(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            services.give_back(order_id=1, points=50, key=str(number), actor=actor)

    together(back, 20)
    with tenancy.scope(actor.merchant_id):
        assert points.balance(person) == 1_000
    sound(actor)


def test_one_balance_is_spent_once(world):
    actor, person = world

    def spend(number, barrier):
        barrier.wait()
        try:
            with tenancy.scope(actor.merchant_id):
                services.spend(order_id=number, customer_id=person, points=300, actor=actor)
        except NotEnoughPoints:
            return False
        return True

    assert sum(together(spend, THREADS)) == 3
    with tenancy.scope(actor.merchant_id):
        assert points.balance(person) == 100
    sound(actor)


def test_an_order_paid_twice_at_once_gives_once(world):
    actor, person = world
    with tenancy.scope(actor.merchant_id):
        points.rule("purchase", points=1, per_amount=100)

    def pay(_number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            services.follow_order(order_id=1, customer_id=person, paid=10_000, refunded=0, actor=actor)

    together(pay, THREADS)
    with tenancy.scope(actor.merchant_id):
        assert (OrderPoints.objects.count(), points.balance(person)) == (1, 1_100)
