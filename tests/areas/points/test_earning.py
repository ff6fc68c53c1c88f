"""Rules give points, once per deed and no more than their caps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from tests.factories import points
from tests.factories.customers import make_customer
from yutang.areas.customers import services as customers
from yutang.areas.points import accounts, queries, services
from yutang.areas.points.errors import BadTerms, NoPurchaseAmount
from yutang.areas.points.models import Rule, RuleDay
from yutang.core.errors import NotAllowed
from yutang.core.ledger import queries as ledger
from yutang.core.ledger import services as ledger_services

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)  # noon in Shanghai


@pytest.fixture
def person(merchant):
    return make_customer().pk


def earn(person, key, actor, at=NOON, kind="review"):
    return services.earn(kind=kind, customer_id=person, key=key, at=at, actor=actor)


def test_without_a_rule_nothing_is_given(person, actor):
    assert earn(person, "1", actor) == 0
    points.rule(is_active=False)
    assert earn(person, "1", actor) == 0
    assert points.balance(person) == 0


def test_a_deed_gives_once(person, actor):
    points.rule(points=10)
    assert [earn(person, "1", actor), earn(person, "1", actor), earn(person, "2", actor)] == [10, 10, 10]
    assert points.balance(person) == 20
    assert [queries.label(row.entry) for row in queries.statement(person)] == ["Earned", "Earned"]
    assert ledger.audit_balances(merchant_id=actor.merchant_id) == []


def test_a_persons_day_has_a_cap_and_midnight_is_the_merchants(person, actor):
    points.rule(points=10, person_day_cap=25)
    late = datetime(2026, 3, 10, 15, 59, tzinfo=UTC)
    assert [earn(person, str(n), actor, late) for n in range(4)] == [10, 10, 5, 0]
    assert earn(person, "next day", actor, late + timedelta(minutes=1)) == 10


def test_the_cap_over_all_rules(person, actor):
    points.rule(points=10)
    points.rule("share", points=10)
    points.terms(person_day_cap=15)
    assert [earn(person, "1", actor), earn(person, "2", actor, kind="share")] == [10, 5]


def test_the_cap_of_everybody(person, actor):
    points.rule(points=10, day_cap=15)
    other = make_customer().pk
    assert [earn(person, "1", actor), earn(other, "2", actor)] == [10, 5]
    assert RuleDay.objects.get().points == 15
    assert earn(other, "3", actor, NOON + timedelta(days=1)) == 10


def test_two_homes_of_one_person_share_a_cap(person, actor):
    points.rule(points=10, person_day_cap=15)
    other = make_customer().pk
    earn(person, "1", actor)
    customers.merge(survivor_id=other, absorbed_id=person, evidence=[], actor=actor)
    assert earn(other, "2", actor) == 5
    assert earn(person, "3", actor) == 0
    assert points.balance(other) == 15


@pytest.mark.parametrize(
    ("terms", "last"),
    [
        ({"expiry": "days", "expiry_days": 30}, datetime(2026, 4, 9, 16, tzinfo=UTC)),
        ({"expiry": "year", "expiry_years": 0}, datetime(2026, 12, 31, 16, tzinfo=UTC)),
        ({"expiry": "year", "expiry_years": 1}, datetime(2027, 12, 31, 16, tzinfo=UTC)),
        ({"expiry": "never"}, None),
    ],
)
def test_expiry(person, actor, terms, last):
    points.rule(points=10)
    points.terms(**terms)
    earn(person, "1", actor)
    lot = ledger.lots(kind=accounts.POINTS, unit=accounts.UNIT, holder=accounts.of(person)).get()
    assert lot.expires_at == last


def test_what_expires_when_and_what_is_left(person, actor):
    points.rule(points=10)
    points.terms(expiry="days", expiry_days=30)
    with time_machine.travel(NOON, tick=False):
        earn(person, "1", actor, NOON)
        earn(person, "2", actor, NOON + timedelta(days=30))
        months = queries.forecast(actor.merchant_id)
        assert months == [queries.Month(date(2026, 4, 1), 10, 1), queries.Month(date(2026, 5, 1), 10, 1)]
        first = months[0].first
        assert [lot.remaining for lot in queries.expiring_in(first, actor.merchant_id)] == [10]
        assert [number for _, number in queries.expiring(person)] == [10, 10]
    with time_machine.travel(NOON + timedelta(days=31), tick=False):
        assert points.balance(person) == 10
        ledger_services.expire_due(now=NOON + timedelta(days=31), actor=actor)
    figures = queries.figures()
    assert (figures.issued, figures.expired, figures.outstanding, figures.liability) == (20, 10, 10, 10)
    assert figures.breakage == 0.5


def test_birthdays_give_once_a_year(merchant, actor):
    points.rule("birthday", points=88)
    born = make_customer(birthday=date(1990, 3, 10)).pk
    make_customer(birthday=date(1990, 3, 11))
    leap = make_customer(birthday=date(1992, 2, 29)).pk

    def run() -> None:
        after = 0
        while after is not None:
            after = services.give_birthdays(after=after, limit=1, actor=actor)

    with time_machine.travel(NOON, tick=False):
        run()
        run()
        assert [points.balance(born), points.balance(leap)] == [88, 0]
    with time_machine.travel(datetime(2027, 2, 28, 4, tzinfo=UTC), tick=False):
        run()
        assert points.balance(leap) == 88


def test_settings_are_checked(merchant, actor):
    with pytest.raises(NoPurchaseAmount):
        services.save_rule(kind="purchase", is_active=True, points=1, actor=actor)
    with pytest.raises(BadTerms) as error:
        points.terms(ceiling_percent=101)
    assert error.value.field == "ceiling_percent"
    with pytest.raises(BadTerms):
        points.rule(points=-1)
    assert not Rule.objects.exists()


def test_a_store_sets_nothing_for_the_merchant(merchant, actor):
    store = replace(actor, kind="user", id=1, grants={"points.edit": frozenset({1})})
    with pytest.raises(NotAllowed):
        services.save_rule(kind="review", is_active=True, points=1, actor=store)
