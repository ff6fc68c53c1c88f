"""What people of a rule are like: groups of every attribute equal a count by hand."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.areas.segments import world
from tests.factories.merchants import make_merchant
from yutang.areas.segments import profiles, queries
from yutang.areas.segments.registry import REGISTRY, Kind
from yutang.areas.tags.models import Tag, TagGroup
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
            assert list(profile.totals) == totals
            if not profile.is_list:
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


def test_tags_count_whoever_has_them_and_are_shown_by_group(monkeypatch):
    monkeypatch.setattr(profiles, "MOST", 2)
    pool = world.build(25, size=80, lines=20)
    with tenancy.scope(pool.merchant.pk):
        actor = access.system(pool.merchant.pk)
        other = TagGroup.objects.create(merchant=pool.merchant, name="H", created_by="x")
        Tag.objects.filter(pk__in=pool.tags[:2]).update(group=other)
        asked = {"actor": actor, "currency": "CNY", "keys": ["tags.ids"]}
        [profile] = profiles.of([{"all": []}], **asked)
        [narrowed] = profiles.of([{"all": []}], **asked, family="H")
    held = Counter(tag for person in pool.people.values() for tag in person["tags.ids"])
    ranked = sorted(held.values(), reverse=True)
    rest = set(held) - {group.condition["value"][0] for group in profile.groups[:2]}
    others = sum(bool(rest & set(person["tags.ids"])) for person in pool.people.values())
    nobody = sum(not person["tags.ids"] for person in pool.people.values())
    assert [group.counts[0] for group in profile.groups] == [*ranked[:2], others, nobody]
    assert (profile.families, profile.is_list, profile.totals) == (("G", "H"), True, (len(pool.people),))
    assert {g.condition["value"][0]: g.counts[0] for g in narrowed.groups} == {t: held[t] for t in pool.tags[:2]}


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
