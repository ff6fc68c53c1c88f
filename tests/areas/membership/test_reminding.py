"""What members are told: a level reached, a level that will fall, a card that ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import membership as factory
from tests.factories.customers import make_customer
from tests.factories.messaging import reminded
from yutang.areas.customers import services as customers
from yutang.areas.membership.models import Card
from yutang.areas.messaging.models import Notice

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)


@pytest.fixture
def clock(merchant):
    with time_machine.travel(NOON, tick=False) as traveller:
        yield lambda **by: traveller.shift(timedelta(**by))


def test_who_rises_is_told_at_once(clock, actor):
    factory.make_level(0, key="base")
    factory.make_level(100, key="gold")
    me = make_customer().pk
    factory.earn(me, 50)
    assert list(Notice.objects.all()) == []  # the lowest level everybody has
    factory.earn(me, 60)
    said = [(me, "You are Gold now. See what it gives you.")]
    assert reminded(actor, "level-up") == said
    factory.earn(me, 10)
    factory.night()
    assert reminded(actor, "level-up") == said


def test_who_is_united_with_somebody_has_reached_nothing(clock, actor):
    factory.make_level(100, key="gold")
    one, two = make_customer().pk, make_customer().pk
    factory.earn(one, 60)
    factory.earn(two, 60)
    customers.merge(survivor_id=one, absorbed_id=two, evidence=[], actor=actor)
    assert reminded(actor, "level-up") == []


def test_a_level_that_will_fall(clock, actor):
    factory.make_level(0, key="base")
    factory.make_level(100, keep=100, key="gold")
    factory.set_scheme(keep_months=1, grace_days=30)
    one, two = make_customer().pk, make_customer().pk
    for person in (one, two):
        factory.earn(person, 100)
    clock(days=20)
    factory.earn(two, 100)
    assert reminded(actor, "level-falling") == []
    clock(days=20)
    factory.night()
    said = reminded(actor, "level-falling")
    assert said == [(one, "Your level Gold falls on 2026-05-14 unless enough growth comes until then.")]
    clock(days=1)
    factory.night()
    assert reminded(actor, "level-falling") == said


def test_a_card_that_ends_within_a_week_and_has_none_behind_it(clock, actor):
    plan = factory.make_plan(months=1, name="Silver")
    one, two = make_customer().pk, make_customer().pk
    factory.bought_card(plan, one)
    factory.bought_card(plan, two)
    factory.bought_card(plan, two)
    ends = Card.objects.filter(customer_id=one).get().ends_at
    assert reminded(actor, "card-ending") == []
    clock(seconds=(ends - NOON - timedelta(days=6)).total_seconds())
    said = reminded(actor, "card-ending")
    assert [person for person, _ in said] == [one]
    assert said[0][1].startswith("Your card “Silver” ends on 2026-04-0")
    clock(days=1)
    assert reminded(actor, "card-ending") == said
