"""The brand is as told: the same every time, in the stated shape, adding up."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

from yutang.simulators.brand import Truth, expected_people, make_brand, pair_precision, snapshot
from yutang.simulators.brand.story import MID_AUTUMN, SHOPS
from yutang.simulators.brand.truth import BUYER_KINDS, SHANGHAI


def test_same_arguments_same_brand(truth: Truth) -> None:
    again = make_brand(scale=0.02)
    assert again == truth
    other = make_brand(scale=0.02, seed=7)
    assert other.people != truth.people
    assert other.stores == truth.stores


def test_shape(truth: Truth) -> None:
    assert len(truth.regions) == 3
    assert len(truth.stores) == 24
    assert Counter(store.is_direct for store in truth.stores) == {True: 13, False: 11}
    assert {store.region_code for store in truth.stores} == {region.code for region in truth.regions}
    assert (truth.starts_on, truth.as_of) == (date(2023, 11, 1), date(2026, 10, 31))
    assert len(truth.people) == 400
    assert 1300 < len(truth.orders) < 2000
    assert 1.8 < sum(len(order.lines) for order in truth.orders) / len(truth.orders) < 2.3
    assert {order.channel for order in truth.orders} == set(SHOPS) - {"tmall"}
    assert {order.layout for order in truth.orders} >= {"taobao_old", "taobao_new"}
    assert {order.shop for order in truth.orders} == set(SHOPS.values())
    assert 55 <= len(truth.products) <= 65
    assert {order.status for order in truth.orders} >= {"shipped", "completed", "closed"}
    assert truth.referrals
    assert any(person.is_staff for person in truth.people)
    assert any(person.lapsed_at for person in truth.people)


def test_orders_lie_within_the_history_and_open_stores(truth: Truth) -> None:
    for order in truth.orders:
        moments = [order.paid_at, order.shipped_at, order.completed_at, order.closed_at]
        known = [order.ordered_at, *[moment for moment in moments if moment]]
        assert known[0] == min(known)
        assert truth.starts_on <= known[0].date()
        assert max(known).date() <= truth.as_of
        assert all(moment.tzinfo is SHANGHAI for moment in known)
        if order.channel == "pos":
            assert truth.store_by_code[order.store_code or ""].opened_on <= order.ordered_at.date()


def test_sale_lines_add_up(truth: Truth) -> None:
    for order in truth.orders:
        kinds = Counter(line.kind for line in order.sale_lines)
        if order.status == "unpaid" or (order.status == "closed" and order.paid_at is None):
            assert order.sale_lines == ()
            assert order.refunds == ()
            continue
        assert kinds["goods"] == len(order.lines)
        assert kinds["freight"] == (order.freight > 0)
        assert sum(line.amount for line in order.sale_lines) == order.total - order.refunded
        assert 0 <= order.refunded <= order.goods_amount
        keys = [line.line_key for line in order.sale_lines]
        assert len(set(keys)) == len(keys)
        if order.status == "closed":
            assert order.refunded == order.total
        for refund in order.refunds:
            assert refund.at == (
                order.closed_at
                if order.channel == "shopify" and order.closed_at
                else order.completed_at or order.paid_at
            )


def test_some_of_everything(truth: Truth) -> None:
    refunded = [order for order in truth.orders if order.refunds]
    assert any(order.refunded < order.goods_amount for order in refunded)
    assert any(order.refunded == order.goods_amount for order in refunded)
    assert any(order.status == "closed" and order.paid_at is None for order in truth.orders)
    assert any(order.person_no is None for order in truth.orders)
    several = defaultdict(set)
    for order in truth.orders:
        several[order.buyer_no].add(order.channel)
    assert any(len(channels) >= 3 for channels in several.values())


def test_mooncakes_sell_before_mid_autumn_only(truth: Truth) -> None:
    mooncakes = {product.code for product in truth.products if product.category == "mooncake"}
    sold = [o.ordered_at.date() for o in truth.orders if any(line.product in mooncakes for line in o.lines)]
    assert sold
    assert all(any(timedelta(0) <= festival - day <= timedelta(28) for festival in MID_AUTUMN) for day in sold)


def test_identifiers_belong_to_the_buyer_and_are_never_masked(truth: Truth) -> None:
    for order in truth.orders:
        owned = set(truth.person_by_no[order.buyer_no].accounts)
        for identifier in order.identifiers:
            assert identifier in owned
            assert "*" not in identifier[1]
        assert order.person_no == (order.buyer_no if order.identifiers else None)


def test_phones_are_shared_inside_households_only(truth: Truth) -> None:
    owners = defaultdict(set)
    for person in truth.people:
        owners[person.phone].add(person.person_no)
    shared = {phone: people for phone, people in owners.items() if len(people) > 1}
    assert shared == {household.phone: set(household.members) for household in truth.households}
    for platform in BUYER_KINDS:
        ids = [value for person in truth.people for kind, value in person.accounts if kind == platform]
        assert len(set(ids)) == len(ids)


def test_strong_keys_are_precise_without_household_phones(truth: Truth) -> None:
    expected = expected_people(truth)
    assert expected.refused_phones == {household.phone for household in truth.households}
    assert expected.pair_precision() == 1.0
    assert all(len(cluster.people) == 1 for cluster in expected.clusters)
    with_identity = {order.order_no for order in truth.orders if order.identifiers}
    assert set(expected.cluster_of) == with_identity
    assert sum(len(cluster.orders) for cluster in expected.clusters) == len(with_identity)


def test_household_phones_would_unite_strangers(truth: Truth) -> None:
    naive = {order.order_no: hash(dict(order.identifiers).get("phone", order.order_no)) for order in truth.orders}
    assert pair_precision(naive, {order.order_no: order.buyer_no for order in truth.orders}) < 1


def test_snapshot_hides_what_came_later(truth: Truth) -> None:
    for order in truth.orders:
        end = max(
            filter(None, (order.ordered_at, order.paid_at, order.shipped_at, order.completed_at, order.closed_at))
        )
        assert snapshot(order, end + timedelta(days=20)) == order
        before = snapshot(order, order.ordered_at)
        assert (before.shipped_at, before.completed_at, before.closed_at, before.refunds) == (None, None, None, ())
        if order.paid_at and order.paid_at > order.ordered_at:
            assert before.status == "unpaid"
            assert before.sale_lines == ()
