"""What people of a rule are like: groups of every attribute equal a count by hand."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.areas.segments import world
from tests.factories.merchants import make_merchant
from yutang.areas.segments import profiles, queries
from yutang.areas.segments.registry import REGISTRY, Kind
from yutang.core import access, tenancy
from yutang.core.access import Actor

pytestmark = pytest.mark.django_db(transaction=True)
RULE = {"attr": "customers.city", "op": "in", "value": ["上海", "杭州"]}


def test_groups_count_everybody_once_and_their_conditions_mean_them():
    pool = world.build(21, size=80, lines=300)
    with tenancy.scope(pool.merchant.pk):
        actor = access.system(pool.merchant.pk)
        found = profiles.of([RULE, {"all": []}], actor=actor, currency="CNY")
        assert found is not None
        assert {p.key for p in found} == {
            k for k, a in REGISTRY.attributes.items() if a.is_charted and a.kind is not Kind.DATE
        }
        totals = [queries.count(raw, actor=actor).people for raw in (RULE, {"all": []})]
        for profile in found:
            assert [sum(group.counts[side] for group in profile.groups) for side in (0, 1)] == totals
            for group in profile.groups:
                if group.condition is not None:
                    narrowed = [queries.count({"all": [raw, group.condition]}, actor=actor).people
                                for raw in (RULE, {"all": []})]  # fmt: skip
                    assert narrowed == list(group.counts), (profile.key, group)


def test_texts_are_the_most_frequent_ones_by_hand():
    pool = world.build(22, size=80, lines=50)
    with tenancy.scope(pool.merchant.pk):
        actor = access.system(pool.merchant.pk)
        [profile] = profiles.of([{"all": []}], actor=actor, currency="CNY", keys=["customers.city"])
    counted = Counter(person["customers.city"] or None for person in pool.people.values())
    shown = {group.condition["value"]: group.counts[0] for group in profile.groups if group.condition["op"] == "="}
    unknown = [group.counts[0] for group in profile.groups if group.condition["op"] == "is empty"]
    assert shown == {city: number for city, number in counted.items() if city}
    assert unknown == [counted[None]]
    assert list(shown.values()) == sorted(shown.values(), reverse=True)


def test_what_tells_two_rules_apart_comes_first():
    pool = world.build(23, size=80, lines=50)
    with tenancy.scope(pool.merchant.pk):
        actor = access.system(pool.merchant.pk)
        found = profiles.of(
            [RULE, {"not": RULE}], actor=actor, currency="CNY", keys=None,
        )  # fmt: skip
    assert found[0].key == "customers.city"
    assert found[0].difference == pytest.approx(1.0)
    assert [p.difference for p in found] == sorted((p.difference for p in found), reverse=True)


def test_who_sees_one_store_is_told_of_its_people_only():
    pool = world.build(24, size=60, lines=50)
    store = pool.nodes[1]
    limited = Actor(
        kind="user", id=1, name="x", merchant_id=pool.merchant.pk, grants={"segments.view": frozenset({store})}
    )
    with tenancy.scope(pool.merchant.pk):
        [profile] = profiles.of([{"all": []}], actor=limited, currency="CNY", keys=["customers.home_node_id"])
    assert [group.condition["value"] for group in profile.groups] == [store]


def test_without_an_index_there_are_no_profiles():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        assert profiles.of([{"all": []}], actor=access.system(merchant.pk), currency="CNY") is None
