"""Every rule's count over the demo pool equals a naive evaluation of PostgreSQL's rows, for rules over every attribute
and fact of the registry; and what a history says is what its bitmaps hold."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.areas.analytics.brand import load
from tests.areas.segments import naive, rule_maker, world, world_traits
from tests.factories.coupons import give as give_coupon
from tests.factories.coupons import make_template
from tests.factories.membership import actor as system
from tests.factories.membership import earn, make_level, make_plan
from tests.factories.merchants import make_merchant
from yutang.areas.coupons.models import Use
from yutang.areas.customers.models import Customer
from yutang.areas.grades import services as grades
from yutang.areas.interactions import partitions
from yutang.areas.interactions.models import Interaction
from yutang.areas.membership.services import carding
from yutang.areas.merchants import queries as merchants
from yutang.areas.segments import bitmaps, queries, services
from yutang.areas.segments.models import SegmentSnapshot
from yutang.areas.segments.registry import REGISTRY, Attribute, Kind
from yutang.core import access, tenancy
from yutang.lake import writer
from yutang.simulators.brand import make_brand

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match"),
]
LADDER = {"measure": "net", "window_days": 365, "middle_from": 30_000, "big_from": 100_000}  # the demo's own


@pytest.fixture
def pool(time_machine):
    truth = make_brand(scale=0.005)
    time_machine.move_to(f"{truth.as_of} 20:00:00+08:00", tick=False)
    merchant = make_merchant()
    load(merchant, truth)
    with tenancy.scope(merchant.pk):
        chance = random.Random(1)
        people = list(Customer.objects.filter(merged_into__isnull=True).values_list("pk", flat=True))
        world_traits.tag(chance, merchant, people)
        world_traits.arrive(chance, merchant, merchants.root_node().pk, people)
        world_traits.live(chance, merchant, {pk: pk for pk in people}, truth.as_of)
        _visit(chance, merchant, people, truth.as_of)
        _join(people)
        _give_coupons(chance, merchant, people, truth.as_of)
        writer.mark_people_changed(merchant.pk)
    writer.run()
    with tenancy.scope(merchant.pk):
        grades.refresh()
        grades.set_ladder(**LADDER, actor=access.system(merchant.pk))
        found = naive.read(merchant, truth.as_of)
        world_today, world.TODAY = world.TODAY, truth.as_of
        yield found
        world.TODAY = world_today


def _join(people: list[int]) -> None:
    """Levels, growth, and cards for some."""
    make_level(0), make_level(50), make_level(90)
    plan = make_plan()
    for number, pk in enumerate(people[:100]):
        earn(pk, number + 1)
    for pk in people[:20:2]:
        carding.grant(plan_id=plan.pk, customer_id=pk, days=30, key=str(pk), reason="x", actor=system())


def _give_coupons(chance: random.Random, merchant, people: list[int], today: date) -> None:
    """Issued in several ways, used for orders, some of them given back."""
    templates = [make_template(), make_template()]
    noon = datetime(today.year, today.month, today.day, 4, tzinfo=UTC)
    uses = []
    for number, pk in enumerate(chance.sample(people, min(len(people), 40))):
        coupon = give_coupon(chance.choice(templates), pk)
        if chance.random() < 0.5:
            continue
        common = {
            "merchant": merchant, "coupon": coupon, "template_id": coupon.template_id, "order_id": number // 2,
            "customer_id": pk, "home_customer_id": pk,
        }  # fmt: skip
        uses.append(Use(amount=500 + number, at=noon - timedelta(days=number), **common))
        if chance.random() < 0.4:
            uses.append(Use(amount=-500 - number, is_reversal=True, at=noon, **common))
    Use.objects.bulk_create(uses)


def _visit(chance: random.Random, merchant, people: list[int], today: date) -> None:
    """What people did on the web, some before anybody knew them."""
    days = [today - timedelta(days=back) for back in range(5)]
    partitions.ensure(set(days))
    known = chance.sample(people, len(people) // 2)
    rows = []
    for number in range(300):
        day, pk = chance.choice(days), chance.choice(known)
        visitor = 10**9 + pk if chance.random() < 0.5 else None
        at = datetime(day.year, day.month, day.day, chance.randrange(12), tzinfo=UTC)
        rows.append(
            Interaction(
                id=10**10 + number, merchant=merchant, occurred_on=day, key=str(number), occurred_at=at, received_at=at,
                kind=chance.choice(["view", "search", "share"]), visitor_id=visitor,
                home_customer_id=None if visitor else pk, channel=chance.choice(["", "web"]),
                page=chance.choice(["", "/cake", "/bread"]), source=chance.choice(["", "wechat"]),
                item=chance.choice(["", "P1", "P2"]), properties={},
            )
        )  # fmt: skip
    Interaction.objects.bulk_create(rows)


def test_every_rule_equals_the_naive_evaluation(pool):
    assert set(next(iter(pool.people.values()))) == set(REGISTRY.attributes)
    assert set(pool.facts) == set(REGISTRY.facts)
    actor = access.system(pool.merchant.pk)
    of_people = [condition(a, [p[key] for p in pool.people.values()]) for key, a in REGISTRY.attributes.items()]
    behaviours = [did(fact, pool.facts[key]) for key, fact in REGISTRY.facts.items()]
    for leaf in (*of_people, *behaviours):
        _check(leaf, pool, actor, examples=4)  # each of them by itself
    _check(rule_maker.nested(st.one_of(*of_people, *behaviours * 3)), pool, actor, examples=120)


def _check(rules, pool, actor, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, database=None, derandomize=True)
    @given(rule=rules)
    def check(rule):
        expected = world.evaluate(rule, pool)
        assert queries.people(rule, actor=actor).ids().tolist() == expected
        assert queries.count(rule, actor=actor).people == len(expected)

    check()


def condition(attribute: Attribute, known: list):
    """Conditions with values that occur, and some beside them."""
    key = attribute.key
    values = st.sampled_from(_values(attribute, known))
    if attribute.kind is Kind.CHOICES:
        return rule_maker.listed(key, values)
    if attribute.kind is Kind.TEXT:
        return rule_maker.text(key, values)
    if attribute.kind is Kind.CHOICE:
        return rule_maker.choice(key, values)
    if attribute.kind is Kind.BOOL:
        return rule_maker.condition(key, {"=": values, "!=": values, **rule_maker.EMPTY})
    if attribute.kind is Kind.DATE:
        return rule_maker.day(key, values)
    return rule_maker.number(key, values)


def _values(attribute: Attribute, known: list) -> list:
    flat = {one for value in known for one in (value if isinstance(value, tuple) else (value,))} - {None, ""}
    if not flat:
        return {Kind.DATE: ["2026-01-01"], Kind.BOOL: [True], Kind.TEXT: ["x"]}.get(attribute.kind) or _offered(
            attribute
        )
    some = sorted(flat)[:: max(1, len(flat) // 12)]
    return [value.isoformat() if isinstance(value, date) else value for value in some]


def _offered(attribute: Attribute) -> list:
    return [choice.value for choice in attribute.choices()] if attribute.choices else [1]


def did(fact, rows: list):
    columns = [condition(column, [getattr(row, column.key) for row in rows]) for column in fact.columns]
    optional = {
        "where": rule_maker.nested(st.one_of(*columns)),
        "count": rule_maker.comparison(st.integers(0, 6)),
        "within": st.integers(1, 700).map(lambda days: f"{days}d"),
    }
    if fact.distinct:
        optional["count_of"] = st.sampled_from([unit.key for unit in fact.distinct])
    if fact.sums:
        optional["sum"] = st.builds(
            lambda column, rest: {"column": column, **rest},
            st.sampled_from(fact.sums), rule_maker.comparison(st.integers(0, 40_000)),
        )  # fmt: skip
    return st.fixed_dictionaries({"did": st.just(fact.key)}, optional=optional)


def test_sizes_of_the_history_equal_the_bitmaps(pool):
    actor = access.system(pool.merchant.pk)
    rule = {"attr": "orders.purchases", "op": ">=", "value": 2}
    segment = services.create(name="twice", rule=rule, actor=actor)
    before = set(world.evaluate(rule, pool))
    gone = sorted(before)[:3]
    services.update(
        segment_id=segment.pk, name="twice", actor=actor,
        rule={"all": [rule, {"attr": "grades.customer_id", "op": "not in", "value": gone}]},
    )  # fmt: skip
    first, second = SegmentSnapshot.objects.filter(segment=segment).order_by("id")
    assert set(bitmaps.unpack(first.members)) == before
    assert set(bitmaps.unpack(second.members)) == before - set(gone)
    assert [(s.size, s.entered, s.left) for s in queries.history(segment)] == [
        (len(before), len(before), 0), (len(before) - 3, 0, 3),
    ]  # fmt: skip
