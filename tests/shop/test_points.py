"""Points on the phone: the statement, the exchange shop, check-in and tasks, points at the checkout."""

from __future__ import annotations

import pytest

from tests.factories import points
from tests.factories import shop as factory
from yutang.areas.customers import queries as people
from yutang.areas.customers import services as customers
from yutang.areas.missions import services as missions
from yutang.areas.missions.models import CheckIn
from yutang.areas.orders.models import Order
from yutang.areas.points.models import Exchange
from yutang.core.rewards import Reward


@pytest.fixture
def me(shopper):
    return shopper.identity.customer_id


def page(shopper, address, status=200):
    response = shopper.get(shopper.shop + address)
    assert response.status_code == status
    return response.content.decode()


def test_who_has_none_is_told_how_to_get_some(shopper):
    assert "No points yet" in page(shopper, "points")
    assert "Nothing to exchange yet" in page(shopper, "points/exchange")
    assert "Nothing to do yet" in page(shopper, "missions")
    assert "Nothing exchanged yet" in page(shopper, "points/exchanges")


def test_the_statement_is_paged_and_explains_itself(shopper, me, django_assert_max_num_queries):
    points.rule("purchase", points=1, per_amount=100)
    points.tender(ceiling_percent=30)
    for number in range(25):
        points.give(me, number + 1)
    page(shopper, "points")
    with django_assert_max_num_queries(16):
        shown = page(shopper, "points")
    assert "325" in shown
    assert "+25" in shown
    assert "+5<" not in shown
    assert "1 point for every" in shown
    assert "30% of the goods" in shown
    assert "cursor=" in shown
    assert "325" in page(shopper, "me")


def test_a_stranger_is_led_to_the_log_in(stranger, shop):
    for address in ("points", "points/exchange", "points/exchanges", "missions"):
        assert "/login" in stranger.get(shop + address)["Location"]


def test_exchanging(shopper, me):
    offer = points.offer(points=100, stock=1)
    points.give(me, 150)
    assert "Tea cup" in page(shopper, "points/exchange")
    for _ in range(2):  # a second tap
        answer = shopper.post(f"{shopper.shop}points/exchange/{offer.pk}", {"key": "abc", "points": "100"})
        assert answer.status_code == 303
    assert Exchange.objects.count() == 1
    assert "Tea cup" in page(shopper, "points/exchanges")
    assert "All gone" in page(shopper, "points/exchange")
    refused = shopper.post(f"{shopper.shop}points/exchange/{offer.pk}", {"key": "abd", "points": "100"})
    assert refused.status_code == 409
    assert points.balance(me) == 57


def test_check_in_and_tasks(shopper, me, actor, django_assert_max_num_queries):
    missions.save_plan(is_active=True, cycle=3, steps={1: [Reward("points", 5)]}, actor=actor)
    for deed in ("share", "profile", "review"):
        missions.save_task(
            deed=deed, title=f"Do {deed}", target=1, period="once", given=[Reward("points", 20)], actor=actor
        )
    page(shopper, "missions")
    with django_assert_max_num_queries(20):
        assert "Check in today" in page(shopper, "missions")
    for _ in range(2):
        assert shopper.post(shopper.shop + "missions/check-in").status_code == 303
    assert CheckIn.objects.count() == 1
    assert "Checked in today" in page(shopper, "missions")
    assert shopper.post(shopper.shop + "missions/share").status_code == 303
    assert shopper.post(shopper.shop + "missions/profile").status_code == 409
    customers.save_address(identity=shopper.identity, recipient=factory.HOME, actor=actor)
    assert shopper.post(shopper.shop + "missions/profile").status_code == 303
    assert points.balance(me) == 45


def test_there_is_no_check_in_without_a_plan(shopper):
    assert shopper.post(shopper.shop + "missions/check-in").status_code == 409


def test_points_at_the_checkout(shopper, me, actor):
    points.tender(ceiling_percent=50)
    points.give(me, 2_000)
    customers.save_address(identity=shopper.identity, recipient=factory.HOME, actor=actor)
    cake = factory.stocked(price=1_000)
    address = f"{shopper.shop}checkout?buy={cake.pk}:1"
    assert "500 points would pay" in shopper.get(address).content.decode()
    ticked = shopper.get(f"{address}&perk-points=1").content.decode()
    assert "500 of 2,000 points pay" in ticked
    form = {
        "buy": f"{cake.pk}:1", "key": "k1", "total": "500", "fulfilment": "delivery", "perk-points": "1",
        "address": str(people.addresses(me)[0].id),
    }  # fmt: skip
    answer = shopper.post(f"{shopper.shop}checkout/place", form)
    assert answer.status_code == 303, answer.content.decode()[:2000]
    assert Order.objects.select_related("shop").get().shop.total == 500
    assert points.balance(me) == 1_500
