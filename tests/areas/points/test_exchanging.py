"""The exchange shop: what is offered, for how many points, to whom."""

from __future__ import annotations

import pytest

from tests.factories import points
from tests.factories.customers import make_customer
from yutang.areas.points import queries, services
from yutang.areas.points.errors import BadTerms, NotEnoughPoints, NothingGiven, OfferGone, OfferLimit, OfferSoldOut
from yutang.areas.points.models import Exchange
from yutang.core.rewards import ImpossibleReward, Reward


@pytest.fixture
def person(merchant):
    found = make_customer().pk
    points.give(found, 1_000)
    return found


def exchange(offer, person, actor, key="k", **values):
    return services.exchange(offer_id=offer.pk, customer_id=person, key=key, actor=actor, **values)


def test_points_go_and_the_reward_comes_once(person, actor):
    offer = points.offer(points=100, stock=2)
    for _ in range(2):
        exchange(offer, person, actor)
    assert points.balance(person) == 1_000 - 100 + 7
    assert [shown.left for shown in queries.offers(person)] == [1]
    assert Exchange.objects.get().points == 100


def test_sold_out(person, actor):
    offer = points.offer(stock=0)
    with pytest.raises(OfferSoldOut):
        exchange(offer, person, actor)
    assert points.balance(person) == 1_000


def test_no_more_than_the_limit_of_a_person(person, actor):
    offer = points.offer(stock=5, person_limit=2)
    exchange(offer, person, actor, "1")
    exchange(offer, person, actor, "2")
    with pytest.raises(OfferLimit):
        exchange(offer, person, actor, "3")
    other = make_customer().pk
    points.give(other, 100)
    exchange(offer, other, actor, "4")
    assert queries.offer(offer.pk, person).is_over_limit


def test_too_few_points_take_no_piece(person, actor):
    offer = points.offer(points=1_001)
    with pytest.raises(NotEnoughPoints):
        exchange(offer, person, actor)
    assert queries.offers(person)[0].left == 1


def test_what_is_not_offered_any_more_or_costs_something_else(person, actor):
    offer = points.offer()
    with pytest.raises(OfferGone):
        exchange(offer, person, actor, points=99)
    points.offer(offer_id=offer.pk, stock=5, is_active=False)
    with pytest.raises(OfferGone):
        exchange(offer, person, actor)


def test_stock_is_not_set_below_what_is_gone(person, actor):
    offer = points.offer(stock=2)
    exchange(offer, person, actor)
    with pytest.raises(BadTerms) as error:
        points.offer(offer_id=offer.pk, stock=0)
    assert error.value.params["least"] == 1


def test_an_offer_gives_something_that_can_be_given(merchant, actor):
    with pytest.raises(NothingGiven):
        points.offer(given=[])
    with pytest.raises(ImpossibleReward):
        points.offer(given=[Reward("points", 0)])
