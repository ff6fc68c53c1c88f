"""Balances follow people: together when they become one, home again when they part, whatever the account."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.ledger import kinds
from tests.factories import points
from tests.factories.customers import make_customer
from yutang.areas.customers import balances, services
from yutang.areas.customers.models import Merge
from yutang.areas.points import services as point_services
from yutang.core import tenancy
from yutang.core.ledger import queries as ledger
from yutang.core.ledger import services as ledger_services
from yutang.core.ledger.models import Entry


def merge(one, other, actor):
    return services.merge(survivor_id=one, absorbed_id=other, evidence=[], actor=actor)


@pytest.fixture
def people(merchant):
    return [make_customer().pk for _ in range(4)]


def test_points_follow_a_merge_and_come_home(people, actor):
    """tracardi #892, #784 (a merge dropped what was known of people): points stay."""
    a, b = people[:2]
    points.give(a, 10)
    points.give(b, 5)
    made = merge(a, b, actor)
    assert [points.balance(a), points.balance(b)] == [15, 0]
    services.unmerge(merge_id=made.pk, actor=actor)
    assert [points.balance(a), points.balance(b)] == [10, 5]
    made = merge(b, a, actor)
    assert [points.balance(a), points.balance(b)] == [0, 15]
    services.unmerge(merge_id=made.pk, actor=actor)
    assert [points.balance(a), points.balance(b)] == [10, 5]


def test_what_was_spent_meanwhile_is_missing(people, actor):
    a, b = people[:2]
    points.give(b, 5)
    made = merge(a, b, actor)
    point_services.spend(order_id=1, customer_id=b, points=4, actor=actor)
    services.unmerge(merge_id=made.pk, actor=actor)
    assert [points.balance(a), points.balance(b)] == [0, 1]
    moved = Entry.objects.get(kind="ledger.move_back")
    assert moved.detail["shortfall"] == [{"kind": "points", "unit": "point", "amount": 4}]


def test_every_account_of_a_customer_follows(people, actor):
    """Whatever areas keep: here an account with lots and one without."""
    a, b = people[:2]
    holder = kinds.customer(b)
    ledger_services.post(key="1", kind="t", lines=kinds.earn(holder, 7), actor=actor)
    ledger_services.post(key="2", kind="t", lines=kinds.pay_in(holder, 9), actor=actor)
    kinds_of = [(line.kind, line.account_unit) for line in (kinds.earn(holder, 7)[0], kinds.pay_in(holder, 9)[0])]

    def all_of(person):
        return [ledger.balance(kind=kind, unit=unit, holder=kinds.customer(person)) for kind, unit in kinds_of]

    before = all_of(b)
    made = merge(a, b, actor)
    assert [all_of(a), all_of(b)] == [before, [0, 0]]
    services.unmerge(merge_id=made.pk, actor=actor)
    assert [all_of(a), all_of(b)] == [[0, 0], before]


def test_undoing_the_older_of_two_merges(people, actor):
    a, b, c, _ = people
    for number, person in enumerate((a, b, c), 1):
        points.give(person, 10**number)
    first = merge(a, b, actor)
    second = merge(c, a, actor)
    assert points.balance(c) == 1110
    services.unmerge(merge_id=first.pk, actor=actor)
    assert [points.balance(p) for p in (a, b, c)] == [0, 100, 1010]
    services.unmerge(merge_id=second.pk, actor=actor)
    assert [points.balance(p) for p in (a, b, c)] == [10, 100, 1000]


def test_people_without_balances_cost_no_entry(people, actor):
    made = merge(people[0], people[1], actor)
    services.unmerge(merge_id=made.pk, actor=actor)
    assert not Entry.objects.exists()


def test_a_merge_asks_once_whether_anybody_holds_anything(people, actor, django_assert_num_queries):
    merges = [Merge(pk=1, survivor_id=people[0], absorbed_id=people[1]), Merge(pk=2, survivor_id=1, absorbed_id=2)]
    with django_assert_num_queries(1):
        balances.follow(merges, actor)


def test_somebody_who_was_merged_earns_for_who_they_are_now(people, actor):
    a, b = people[:2]
    points.rule(points=10)
    merge(a, b, actor)
    point_services.earn(kind="review", customer_id=b, key="1", actor=actor)
    assert points.balance(a) == 10


STEPS = st.lists(st.tuples(st.sampled_from(["merge", "undo"]), st.integers(0, 3), st.integers(0, 3)), max_size=10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_in_whatever_order_everybody_gets_back_what_was_theirs(merchant, actor, steps):
    from django.db import transaction

    with transaction.atomic(), tenancy.scope(merchant.pk):
        people = [make_customer().pk for _ in range(4)]
        for number, person in enumerate(people):
            points.give(person, 10**number)
        standing: list[int] = []
        for what, one, other in steps:
            if what == "undo" and standing:
                services.unmerge(merge_id=standing.pop(one % len(standing)), actor=actor)
            elif what == "merge":
                roots = [balances.owner(people[n]) for n in (one, other)]
                if roots[0] != roots[1]:
                    standing.append(merge(*roots, actor).pk)
            sums: dict[int, int] = {}
            for number, person in enumerate(people):
                root = balances.owner(person)
                sums[root] = sums.get(root, 0) + 10**number
            assert {person: points.balance(person) for person in people} == {p: sums.get(p, 0) for p in people}
        while standing:
            services.unmerge(merge_id=standing.pop(0), actor=actor)
        assert [points.balance(person) for person in people] == [1, 10, 100, 1000]
        assert ledger.audit_balances(merchant_id=merchant.pk) == []
