"""Check-in once a day, streaks in the merchant's days, tasks once in their period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import points, shop
from tests.factories.catalog import make_sku
from tests.factories.customers import make_customer
from yutang.areas.catalog import services as catalog
from yutang.areas.customers import services as customers
from yutang.areas.missions import queries, services
from yutang.areas.missions.errors import BadNumber, NoCheckIn, NotComplete, NothingGiven
from yutang.areas.missions.models import CheckIn, Completion
from yutang.areas.orders import services as orders
from yutang.areas.relations import services as relations
from yutang.core import clock, events
from yutang.core.models import Event
from yutang.core.rewards import Reward

LATE = datetime(2026, 3, 10, 15, 59, tzinfo=UTC)  # a minute before midnight in Shanghai
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def person(merchant):
    return make_customer().pk


def plan(actor, cycle=3, **steps):
    given = {int(day.removeprefix("day")): [Reward("points", number)] for day, number in steps.items()}
    return services.save_plan(is_active=True, cycle=cycle, steps=given, actor=actor)


def task(actor, deed="share", target=1, period="once", number=50, **values):
    return services.save_task(
        deed=deed, title="Task", target=target, period=period, given=[Reward("points", number)], actor=actor, **values
    )


def handle_all(merchant) -> None:
    for event in Event.objects.order_by("id"):
        for handler in events.HANDLERS.get(event.name, {}):
            if handler.startswith("reactions.missions."):
                events.handle(merchant_id=merchant.pk, event_id=event.pk, handler=handler)


def test_there_is_none_until_the_merchant_wants_it(person, actor):
    with pytest.raises(NoCheckIn):
        services.check_in(customer_id=person, actor=actor)
    assert queries.standing(person, actor.merchant_id) is None


def test_a_streak_gives_what_stands_for_its_days(person, actor):
    points.rule("check_in", points=1)
    plan(actor, day1=10, day3=30)
    with time_machine.travel(LATE, tick=False) as at:
        balances = []
        for _ in range(5):
            services.check_in(customer_id=person, actor=actor)
            balances.append(points.balance(person))
            at.shift(DAY)
        assert balances == [11, 12, 43, 54, 55]
        at.shift(DAY)  # a day without
        assert services.check_in(customer_id=person, actor=actor).streak == 1


def test_midnight_is_the_merchants(person, actor):
    plan(actor)
    with time_machine.travel(LATE, tick=False) as at:
        assert services.check_in(customer_id=person, actor=actor).streak == 1
        at.shift(MINUTE)
        assert queries.standing(person, actor.merchant_id).is_done_today is False
        assert services.check_in(customer_id=person, actor=actor).streak == 2


def test_a_second_tap_changes_nothing(person, actor):
    plan(actor, day1=10)
    first = services.check_in(customer_id=person, actor=actor)
    assert services.check_in(customer_id=person, actor=actor) == first
    assert points.balance(person) == 10
    standing = queries.standing(person, actor.merchant_id)
    assert (standing.is_done_today, standing.streak) == (True, 1)
    assert [(spot.is_done, spot.is_today) for spot in standing.spots] == [(True, True), (False, False), (False, False)]


def test_two_homes_of_one_person_check_in_once(person, actor):
    plan(actor, day1=10)
    other = make_customer().pk
    services.check_in(customer_id=person, actor=actor)
    customers.merge(survivor_id=other, absorbed_id=person, evidence=[], actor=actor)
    services.check_in(customer_id=other, actor=actor)
    assert CheckIn.objects.count() == 1
    assert points.balance(other) == 10


def test_a_task_is_done_once_in_its_period(person, actor):
    task(actor, period="day")
    with time_machine.travel(LATE, tick=False) as at:
        services.share(customer_id=person, actor=actor)
        services.share(customer_id=person, actor=actor)
        assert points.balance(person) == 50
        at.shift(MINUTE)
        assert queries.progress(person, actor.merchant_id)[0].is_done is False
        services.share(customer_id=person, actor=actor)
        assert points.balance(person) == 100
    assert Completion.objects.count() == 2


def test_a_task_may_take_several_deeds(person, actor):
    task(actor, "friend", target=2)
    for key, expected in (("1", 0), ("1", 0), ("2", 50), ("3", 50)):
        services.happened(deed="friend", customer_id=person, key=key, actor=actor)
        assert points.balance(person) == expected
    row = queries.progress(person, actor.merchant_id)[0]
    assert (row.count, row.shown, row.is_done, row.rewards) == (3, 2, True, ["50 points"])


def test_a_profile_is_complete_with_a_phone_and_an_address(merchant, actor):
    task(actor, "profile")
    buyer = shop.buyer()
    with pytest.raises(NotComplete):
        services.complete_profile(customer_id=buyer.customer_id, actor=actor)
    customers.save_address(identity=buyer, recipient=shop.HOME, actor=actor)
    for _ in range(2):
        services.complete_profile(customer_id=buyer.customer_id, actor=actor)
    assert points.balance(buyer.customer_id) == 50


def test_what_happens_elsewhere_counts(merchant, actor):
    for deed in ("purchase", "review", "friend"):
        task(actor, deed)
    buyer = shop.buyer()
    shop.paid((shop.stocked(), 1), identity=buyer)
    handle_all(merchant)
    assert points.balance(buyer.customer_id) == 50
    catalog.write_review(order_item_id=1, sku=make_sku(100), customer=buyer.customer, rating=5, actor=actor)
    handle_all(merchant)
    assert points.balance(buyer.customer_id) == 100
    with clock.ago(DAY):
        since = clock.now()
    relations.bring_by_code(
        customer=shop.buyer("+8613900139000").customer, bringer=buyer.customer, code="c", since=since, actor=actor
    )
    handle_all(merchant)
    handle_all(merchant)
    assert points.balance(buyer.customer_id) == 150


def test_settings_are_checked(merchant, actor):
    with pytest.raises(BadNumber):
        plan(actor, cycle=32)
    with pytest.raises(BadNumber):
        plan(actor, cycle=2, day3=5)
    with pytest.raises(BadNumber):
        task(actor, target=0)
    with pytest.raises(NothingGiven):
        services.save_task(deed="share", title="x", target=1, period="once", given=[], actor=actor)


def test_an_order_that_is_refunded_whole_does_not_count(merchant, actor):
    points.rule("review", 1)
    services.save_task(
        deed="purchase", title="Two orders", target=2, period="month", given=[Reward("points", 500)], actor=actor
    )
    buyer, sku = shop.buyer(), shop.stocked(9, price=100)
    for number in range(3):
        order = shop.paid((sku, 1), identity=buyer)
        if number != 2:
            back = [orders.Back(0, 1)]
            orders.refund(
                order_id=order.pk, back=back, freight=orders.freight_left(order), reason="x", key="1", actor=actor
            )
        for event in Event.objects.filter(name__in=("orders.paid", "orders.refunded")).order_by("id"):
            for handler in ("reactions.missions.count_order", "reactions.missions.uncount_order"):
                if handler in events.HANDLERS[event.name]:
                    events.handle(merchant_id=merchant.pk, event_id=event.pk, handler=handler)
    assert points.balance(buyer.customer_id) == 0


def test_what_counts_once_counts_once_for_people_who_became_one(merchant, actor, monkeypatch):
    points.rule("profile", 100)
    points.rule("share", 5)
    monkeypatch.setattr(queries, "profile_parts", lambda _: (True, True))
    one, two = shop.buyer(), shop.buyer("+8613900139000")
    services.complete_profile(customer_id=one.customer_id, actor=actor)
    services.share(customer_id=one.customer_id, actor=actor)
    customers.merge(survivor_id=two.customer_id, absorbed_id=one.customer_id, evidence=[], actor=actor)
    services.complete_profile(customer_id=two.customer_id, actor=actor)
    services.share(customer_id=two.customer_id, actor=actor)
    assert points.balance(two.customer_id) == 105
