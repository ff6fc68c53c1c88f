"""Strength equals a naive evaluation of the formula in docs/algorithms/strength.md, and behaves as it says."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.customers import make_customer
from tests.factories.orders import line, record
from yutang.areas.customers.models import Identity
from yutang.areas.orders import person as bought_by
from yutang.areas.orders import rules
from yutang.areas.orders.rules import Deed, Line
from yutang.core import access

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
PRODUCTS = ["tea", "cake", ""]
LINES = st.lists(
    st.builds(
        Line,
        order_id=st.integers(1, 3), kind=st.sampled_from(["goods", "goods", "freight", "refund"]),
        is_reversal=st.just(False), product=st.sampled_from(PRODUCTS), title=st.just("T"),
        amount=st.integers(0, 5000), at=st.integers(0, 700).map(lambda days: NOW - timedelta(days=days)),
    ),
    max_size=12,
)  # fmt: skip
DEEDS = st.lists(
    st.builds(
        Deed, kind=st.sampled_from([*rules.EVENTS, "payment", "own_kind"]), product=st.sampled_from(PRODUCTS),
        at=st.integers(-3, 700).map(lambda days: NOW - timedelta(days=days)),
    ),
    max_size=8,
)  # fmt: skip


def signed(lines):
    """As they are stored: refunds are negative."""
    return [
        Line(r.order_id, r.kind, r.is_reversal, r.product, r.title, -r.amount if r.kind == "refund" else r.amount, r.at)
        for r in lines
    ]


def halved(at):
    return 0.5 ** (max((NOW - at).days, 0) / 90)


def naive(lines, deeds):
    """The text of docs/algorithms/strength.md, word by word."""
    brand, products = 0.0, {}
    for order in {row.order_id for row in lines}:
        rows = [row for row in lines if row.order_id == order]
        goods = {}
        for row in rows:
            if row.kind == "goods":
                goods.setdefault(row.product, []).append(row)
        worth = sum(sum(r.amount for r in of) for of in goods.values())
        sold = worth + sum(r.amount for r in rows if r.kind == "freight")
        if worth <= 0 or sold <= 0:
            continue
        refunds = [row for row in rows if row.kind == "refund"]
        kept = min(max((sold + sum(r.amount for r in refunds)) / sold, 0), 1)
        brand += 10 * kept * halved(max(r.at for of in goods.values() for r in of))
        priced = {product for product, of in goods.items() if product and sum(r.amount for r in of) > 0}
        shared = sum(r.amount for r in refunds if r.product not in priced)
        for product in priced:
            amount = sum(r.amount for r in goods[product])
            own = sum(r.amount for r in refunds if r.product == product)
            left = min(max(1 + own / amount + shared / worth, 0), 1)
            products[product] = products.get(product, 0) + 10 * left * halved(max(r.at for r in goods[product]))
    for deed in deeds:
        weight = rules.EVENTS.get(deed.kind, 0) * halved(deed.at)
        brand += weight
        if deed.product and weight:
            products[deed.product] = products.get(deed.product, 0) + weight
    return brand, products


@given(lines=LINES, deeds=DEEDS)
def test_it_equals_a_naive_evaluation(lines, deeds):
    lines = signed(lines)
    brand, products = rules.strengths(lines, deeds, now=NOW)
    expected, each = naive(lines, deeds)
    assert brand.points == pytest.approx(expected)
    assert brand.score == pytest.approx(100 * (1 - math.exp(-max(expected, 0) / 20)))
    assert {one.product: pytest.approx(one.points) for one in products if one.points > 1e-9} == {
        k: v for k, v in each.items() if v > 1e-9
    }
    for one in [brand, *products]:
        assert 0 <= one.score <= 100
        assert math.fsum(row.points for row in one.counted) == pytest.approx(one.points)
        assert all(row.points == row.weight * row.kept * 2 ** (-row.age / 90) for row in one.counted)


def purchase(days=0, amount=1000, order=1, product="tea", kind="goods"):
    return Line(order, kind, False, product, "Tea", amount, NOW - timedelta(days=days))


def score(*lines, deeds=()):
    return rules.strengths(lines, deeds, now=NOW)[0].score


def test_it_halves_in_ninety_days_and_a_refund_takes_away():
    assert rules.strengths([purchase(90)], [], now=NOW)[0].points == 5
    assert score(purchase(), purchase(amount=-1000, kind="refund")) == 0
    assert score(purchase(), purchase(amount=-500, kind="refund")) == pytest.approx(100 * (1 - math.exp(-5 / 20)))
    assert score() == 0
    assert score(deeds=[Deed("unfollow", "", NOW)]) == 0


def test_a_refund_of_the_whole_order_is_shared_by_its_goods():
    lines = [purchase(), purchase(product="cake"), purchase(amount=-1000, product="", kind="refund")]
    _, products = rules.strengths(lines, [], now=NOW)
    assert {one.product: one.points for one in products} == {"tea": 5, "cake": 5}


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_score_grows_with_the_points_and_stays_below_a_hundred(one, other):
    low, high = sorted((one, other))
    assert 0 <= rules.score(low) <= rules.score(high) <= 100


def test_of_a_person_with_corrections_from_the_stores_one_sees(merchant, actor, django_assert_num_queries):
    person = make_customer()
    identity = Identity.objects.get(customer=person)
    with time_machine.travel(NOW, tick=False):
        tea = {"paid_at": NOW - timedelta(days=90), "identity": identity, "product_code": "P-1", "title": "Tea"}
        record(line("A", **tea), line("A", **{**tea, "line_key": "2", "product_code": "P-2", "title": "Cake"}))
        record(line("A", **{**tea, "amount": 2000}))  # a correction: the line of before is taken back
        with django_assert_num_queries(1):
            found = bought_by.Bought(person.pk, actor=actor).strengths([Deed("view", "P-2", NOW)])
    assert [(one.title, one.points) for one in found.products] == [("Cake", 6.0), ("Tea", 5.0)]
    assert found.brand.points == 6.0
    elsewhere = access.Actor("user", 1, "x", merchant.pk, {"orders.view": frozenset({10**9})})
    assert bought_by.Bought(person.pk, actor=elsewhere).strengths([]).brand.counted == []


def test_what_lies_before_two_years_counts_no_more(merchant, actor):
    person = make_customer()
    identity = Identity.objects.get(customer=person)
    with time_machine.travel(NOW, tick=False):
        old = NOW - timedelta(days=rules.WINDOW + 1)
        record(line("A", ordered_at=old, paid_at=old, identity=identity))
        bought = bought_by.Bought(person.pk, actor=actor)
        assert bought.strengths([]).brand.counted == []
        assert [one.title for one in bought.favourites()] == ["Cake"]  # of all times
