"""Bad rules are refused with their place; good ones become values."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.areas.segments import rule_maker
from yutang.areas.segments import parser, rules
from yutang.areas.segments.errors import RuleInvalid
from yutang.areas.segments.registry import REGISTRY

CITY = {"attr": "customers.city", "op": "=", "value": "杭州"}


def deep(levels: int):
    return CITY if levels == 0 else {"all": [deep(levels - 1)]}


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ([], "rule"),
        ({}, "rule"),
        ({"all": [], "any": []}, "rule"),
        ({"all": {}}, "all"),
        ({"all": [], "x": 1}, "x"),
        ({"all": [CITY, {"attr": "customers.city", "op": "=", "value": 5}]}, "all[1].value"),
        ({"not": {"any": [{"attr": "customers.town", "op": "="}]}}, "not.any[0].attr"),
        ({"attr": "customers.city", "op": ">", "value": "x"}, "op"),
        ({"attr": ["customers.city"], "op": "=", "value": "x"}, "attr"),
        ({"attr": "customers.city", "op": "="}, "value"),
        ({"attr": "customers.city", "op": "is empty", "value": "x"}, "value"),
        ({"attr": "customers.city", "op": "=", "value": "a\0b"}, "value"),
        ({"attr": "customers.city", "op": "=", "value": "\ud800"}, "value"),
        ({"attr": "customers.city", "op": "in", "value": ["x", ""]}, "value[1]"),
        ({"attr": "customers.city", "op": "in", "value": ["x"] * 10_001}, "value"),
        ({"attr": "orders.purchases", "op": "=", "value": True}, "value"),
        ({"attr": "orders.purchases", "op": "=", "value": 2**63}, "value"),
        ({"attr": "orders.net_amount", "op": "between", "value": [2, 1]}, "value"),
        ({"attr": "customers.birthday", "op": "=", "value": "20260301"}, "value"),
        ({"attr": "customers.birthday", "op": "month is", "value": 13}, "value"),
        ({"attr": "customers.birthday", "op": "within last", "value": 0}, "value"),
        ({"attr": "customers.accepts_marketing", "op": "=", "value": 1}, "value"),
        ({"did": "orders.order"}, "did"),
        ({"did": "orders.line", "where": {"attr": "customers.city", "op": "is empty"}}, "where.attr"),
        ({"did": "orders.line", "where": {"did": "orders.line"}}, "where.did"),
        ({"did": "orders.line", "count": {"op": ">=", "value": "2"}}, "count.value"),
        ({"did": "orders.line", "count_of": "title"}, "count_of"),
        ({"did": "orders.line", "sum": {"column": "title", "op": ">", "value": 1}}, "sum.column"),
        ({"did": "orders.line", "within": "90"}, "within"),
        ({"did": "orders.line", "within": "²d"}, "within"),
        ({"did": "orders.line", "within": {"from": "2026-03-02", "to": "2026-03-01"}}, "within"),
        ({"segment": 7}, "segment"),
        ({"segment": True}, "segment"),
        (deep(10), "all[0]" + ".all[0]" * 9),
        ({"all": [CITY] * 101}, "all[100]"),
    ],
)
def test_a_bad_rule_names_its_place(rule, path):
    with pytest.raises(RuleInvalid) as caught:
        parser.parse(rule, REGISTRY)
    assert (caught.value.field, caught.value.code) == (path, "segments.rule_invalid")
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, b"\xff\xfe\x00", '{"attr": }'])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(RuleInvalid):
        parser.load(text)


def test_limits_are_reached_but_not_crossed():
    assert parser.parse(deep(9), REGISTRY)
    assert parser.parse({"all": [CITY] * 100}, REGISTRY)


def test_empty_all_is_everybody_and_a_bare_did_is_once():
    assert parser.parse({"all": []}, REGISTRY) == rules.All()
    once = rules.Did("orders.line", count=rules.Comparison(rules.Op.GE, 1))
    assert parser.parse({"did": "orders.line"}, REGISTRY) == once


def test_a_segment_cannot_contain_itself():
    rows = {1: {"segment": 2}, 2: {"not": {"segment": 1}}}
    lookup = lambda pk: parser.Referenced(f"S{pk}", rows[pk], None)  # noqa: E731
    with pytest.raises(RuleInvalid) as caught:
        parser.parse({"segment": 1}, REGISTRY, lookup)
    assert caught.value.field == "segment"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("customers.city"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["all", "any", "not", "attr", "op", "value", "did", "where", "count", "sum", "within", "segment"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, database=None)
@given(raw=junk)
def test_junk_never_breaks_the_parser(raw):
    with contextlib.suppress(RuleInvalid):
        parser.parse(raw, REGISTRY)


@settings(max_examples=50, deadline=None, database=None)
@given(raw=rule_maker.rules)
def test_good_rules_are_hashable_values(raw):
    raw = rule_maker.placed(raw, SimpleNamespace(tags=[7, 8, 9], codes=[5]))
    assert hash(parser.parse(raw, REGISTRY)) == hash(parser.parse(raw, REGISTRY))
