"""Every rule's people equal those a naive evaluator finds."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import sqlglot
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.areas.segments import rule_maker, world
from yutang.areas.segments import coded, compiler, evaluator, parser, queries, ranges
from yutang.areas.segments.registry import REGISTRY
from yutang.core import access, tenancy
from yutang.lake.index import parts, reading

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match"),  # a merchant's first snapshot replaces nothing
]
# 00:30 on 10 March in Shanghai, still the 9th in UTC: windows go by the merchant's day.
NOW = datetime(2026, 3, 9, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(("seed", "examples", "ladder"), [(1, 250, 0), (2, 150, 2)])
def test_count_and_members_equal_the_naive_evaluation(seed, examples, ladder):
    pool = world.build(seed, ladder=ladder)
    actor = access.system(pool.merchant.pk)

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True)
    @given(rule=rule_maker.rules)
    def check(rule):
        rule = rule_maker.placed(rule, pool)
        expected = world.evaluate(rule, pool)
        assert queries.member_ids(rule, actor=actor, limit=1000) == expected
        assert queries.count(rule, actor=actor).people == len(expected)

    with time_machine.travel(NOW, tick=False), tenancy.scope(pool.merchant.pk):
        check()


@pytest.mark.parametrize(("combinations", "ladder"), [(40, 1), (1, 3)])
def test_many_ranges_and_parts_equal_the_naive_evaluation(monkeypatch, combinations, ladder):
    """The same where people come in ranges of 16, and facts in parts of about 40 that cover little time each; and where
    values are put into classes, or there are too many combinations even of these."""
    monkeypatch.setattr(parts, "FULL", 40)
    monkeypatch.setattr(ranges, "RANGE", 16)
    monkeypatch.setattr(evaluator, "AT_ONCE", 8)
    monkeypatch.setattr(coded, "COMBINATIONS", combinations)
    pool = world.build(4, ladder=ladder)
    actor = access.system(pool.merchant.pk)
    snapshot = reading.snapshot(pool.merchant.pk)
    assert len(snapshot.facts["orders.line"].parts) > 5
    assert any(part.moved for part in snapshot.facts["orders.line"].parts)

    @settings(max_examples=120, deadline=None, database=None, derandomize=True)
    @given(rule=rule_maker.rules)
    def check(rule):
        rule = rule_maker.placed(rule, pool)
        expected = world.evaluate(rule, pool)
        assert queries.member_ids(rule, actor=actor, limit=1000) == expected
        lake = queries.InLake(
            compiler.people(parser.parse(rule, REGISTRY), registry=REGISTRY, today=queries.today(actor))
        )
        assert lake.ids().tolist() == expected
        assert lake.count() == len(expected)

    with time_machine.travel(NOW, tick=False), tenancy.scope(pool.merchant.pk):
        check()


def test_scope_and_references():
    pool = world.build(3, size=40, lines=150)
    from yutang.areas.segments import services

    actor = access.system(pool.merchant.pk)
    with time_machine.travel(NOW, tick=False), tenancy.scope(pool.merchant.pk):
        store = pool.nodes[1]
        limited = access.Actor(
            kind="user", id=1, name="m", merchant_id=pool.merchant.pk, grants={"segments.view": frozenset({store})}
        )
        at_home = {pk for pk, person in pool.people.items() if person["customers.home_node_id"] == store}
        assert set(queries.member_ids({"all": []}, actor=limited)) == at_home
        assert queries.count({"all": []}, actor=limited).people == len(at_home)

        base = {"did": "orders.line", "within": "200d"}
        bought = services.create(name="买过", rule=base, actor=actor)
        rule = {"all": [{"segment": bought.pk}, {"not": {"attr": "customers.city", "op": "contains", "value": "杭州"}}]}
        expanded = {"all": [base, rule["all"][1]]}
        assert queries.member_ids(rule, actor=actor) == world.evaluate(expanded, pool)
        assert set(queries.bitmap(rule, actor=limited)) == set(world.evaluate(expanded, pool)) & at_home


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(rule=rule_maker.rules, day=st.dates())
def test_every_rule_can_be_said_to_spark(rule, day):
    rule = rule_maker.placed(rule, SimpleNamespace(tags=[7, 8, 9], codes=[5]))
    query = compiler.count(compiler.people(parser.parse(rule, REGISTRY), registry=REGISTRY, today=day))
    spark = query.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(spark, dialect="spark")
