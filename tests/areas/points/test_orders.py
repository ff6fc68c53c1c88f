"""Orders give points, refunds take them; points pay a part of the goods and come back with them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import points, shop
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import PriceChanged
from yutang.areas.orders.models import Order
from yutang.areas.orders.perks import Returned
from yutang.areas.orders.perks.points import back
from yutang.areas.orders.pricing import Reason
from yutang.areas.orders.services import Back
from yutang.areas.points import multipliers, queries, services
from yutang.core import events
from yutang.core.ledger import queries as ledger
from yutang.core.models import Event


@pytest.fixture
def buyer(merchant):
    return shop.buyer()


def handle_all(merchant) -> None:
    """What the worker would do with the events so far."""
    for event in Event.objects.filter(name__in=("orders.paid", "orders.refunded")).order_by("id"):
        for handler in ("reactions.points.give_points", "reactions.points.take_points"):
            if handler in events.HANDLERS[event.name]:
                events.handle(merchant_id=merchant.pk, event_id=event.pk, handler=handler)


def test_a_paid_order_gives_and_its_refund_takes(merchant, buyer, actor):
    points.rule("purchase", points=1, per_amount=100)
    order = shop.paid((shop.stocked(price=10_050), 3), identity=buyer)
    assert points.balance(buyer.customer_id) == 0
    handle_all(merchant)
    handle_all(merchant)
    assert points.balance(buyer.customer_id) == 301
    orders.refund(order_id=order.pk, back=[Back(0, 1)], reason="x", key="1", actor=actor)
    handle_all(merchant)
    assert points.balance(buyer.customer_id) == 201
    orders.refund(order_id=order.pk, back=[Back(0, 2)], reason="x", key="2", actor=actor)
    handle_all(merchant)
    assert points.balance(buyer.customer_id) == 0
    row = queries.of_order(order.pk)
    assert (row.earned, row.taken, row.shortfall) == (301, 301, 0)
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_a_refund_that_is_handled_first_takes_all_the_same(merchant, buyer, actor):
    points.rule("purchase", points=1, per_amount=100)
    services.follow_order(order_id=1, customer_id=buyer.customer_id, paid=10_000, refunded=4_000, actor=actor)
    assert points.balance(buyer.customer_id) == 60
    services.follow_order(order_id=1, customer_id=buyer.customer_id, paid=10_000, refunded=0, actor=actor)
    assert points.balance(buyer.customer_id) == 60


def test_an_order_of_before_the_rule_gives_nothing_when_it_is_refunded(merchant, buyer, actor):
    order = shop.paid((shop.stocked(price=10_050), 3), identity=buyer)
    handle_all(merchant)
    points.rule("purchase", points=1, per_amount=100)
    orders.refund(order_id=order.pk, back=[Back(0, 1)], reason="x", key="1", actor=actor)
    handle_all(merchant)
    assert points.balance(buyer.customer_id) == 0
    assert queries.of_order(order.pk) is None


def test_what_was_spent_already_is_recorded_as_missing(merchant, buyer, actor):
    points.rule("purchase", points=1, per_amount=100)
    services.follow_order(order_id=1, customer_id=buyer.customer_id, paid=10_000, refunded=0, actor=actor)
    services.spend(order_id=2, customer_id=buyer.customer_id, points=70, actor=actor)
    row = services.follow_order(order_id=1, customer_id=buyer.customer_id, paid=10_000, refunded=5_000, actor=actor)
    assert (row.taken, row.shortfall) == (30, 20)
    row = services.follow_order(order_id=1, customer_id=buyer.customer_id, paid=10_000, refunded=10_000, actor=actor)
    assert (row.taken, row.shortfall) == (30, 70)
    assert points.balance(buyer.customer_id) == 0
    assert queries.short(buyer.customer_id) == queries.figures().shortfall == 70


def test_a_level_makes_purchases_worth_more(merchant, buyer, actor, monkeypatch):
    monkeypatch.setattr(multipliers, "_multipliers", [lambda _: 150, lambda _: 120])
    points.rule("purchase", points=1, per_amount=100)
    services.follow_order(order_id=1, customer_id=buyer.customer_id, paid=10_000, refunded=0, actor=actor)
    assert points.balance(buyer.customer_id) == 150


# -- as a perk ---------------------------------------------------------------------------------------------------


def test_points_pay_a_part_and_come_back_with_the_goods(merchant, buyer, actor):
    points.tender(rate=2, ceiling_percent=50)
    points.give(buyer.customer_id, 10_000)
    a, b = shop.stocked(price=1_000), shop.stocked(price=333)
    order = shop.place((a, 1), (b, 3), identity=buyer, choices={"points": "1400"})
    assert Order.objects.get(pk=order.pk).shop.total == 1_999 - 700
    assert points.balance(buyer.customer_id) == 8_600
    shop.pay(order)
    effects = orders.effects(order_id=order.pk, back=[Back(1, 1)])
    assert [one.text for one in effects.perks] == ["233 points come back."]
    orders.refund(order_id=order.pk, back=[Back(1, 1)], reason="x", key="1", actor=actor)
    assert points.balance(buyer.customer_id) == 8_833
    orders.refund(order_id=order.pk, back=[Back(1, 2), Back(0, 1)], reason="x", key="2", actor=actor)
    assert points.balance(buyer.customer_id) == 10_000
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_a_closed_order_gives_all_back_once(merchant, buyer, actor):
    points.tender()
    points.give(buyer.customer_id, 500)
    order = shop.place((shop.stocked(), 1), identity=buyer, choices={"points": "400"})
    assert points.balance(buyer.customer_id) == 100
    for _ in range(2):
        orders.close(order_id=order.pk, because="changed", actor=actor)
    services.release(order_id=order.pk, actor=actor)
    assert points.balance(buyer.customer_id) == 500


def test_no_more_than_the_ceiling_the_balance_and_the_wish(merchant, buyer):
    cake = shop.stocked(price=1_000)

    def off(wanted: str) -> int:
        wish = shop.wish((cake, 1), choices={"points": wanted})
        return orders.quote(wish=wish, customer_id=buyer.customer_id, currency="CNY").discount

    assert off("100") == 0  # the checkout takes none
    points.tender(ceiling_percent=30, least_points=50)
    assert off("100") == 0  # there are none
    points.give(buyer.customer_id, 200)
    assert [off("100"), off("999999"), off("49"), off("x"), off("")] == [100, 200, 0, 0, 0]
    points.give(buyer.customer_id, 200)
    assert off("400") == 300


def test_points_that_are_gone_change_the_price(merchant, buyer, actor):
    points.tender()
    points.give(buyer.customer_id, 500)
    services.spend(order_id=0, customer_id=buyer.customer_id, points=400, actor=actor)
    with pytest.raises(PriceChanged):
        orders.place(
            wish=shop.wish((shop.stocked(price=1_000), 1), choices={"points": "500"}), identity=buyer, key="k",
            expected=500, actor=actor,
        )  # fmt: skip
    assert not Order.objects.exists()
    assert points.balance(buyer.customer_id) == 100


def test_an_order_that_points_pay_whole_is_paid(merchant, buyer):
    points.tender()
    points.give(buyer.customer_id, 1_000)
    order = shop.place((shop.stocked(price=1_000), 1), identity=buyer, choices={"points": "1000"})
    assert order.status == Order.Status.PAID
    assert points.balance(buyer.customer_id) == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 20)), min_size=1, max_size=5),
    st.integers(1, 50),
    st.data(),
)
def test_whatever_comes_back_in_whatever_steps_sums_to_what_was_used(lines, rate, data):
    reasons = [Reason(n, "points", "Points", -off, "points_rate", str(rate)) for n, (off, _) in enumerate(lines)]
    at = [0] * len(lines)
    sum_back = 0
    for _ in range(4):
        after = [data.draw(st.integers(now, quantity)) for now, (_, quantity) in zip(at, lines, strict=True)]
        sum_back += back(reasons, [Returned(n, at[n], after[n], lines[n][1]) for n in range(len(lines))])
        at = after
    sum_back += back(reasons, [Returned(n, at[n], lines[n][1], lines[n][1]) for n in range(len(lines))])
    assert sum_back == rate * sum(off for off, _ in lines)
