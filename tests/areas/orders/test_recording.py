"""Order lines become facts once; corrections are new facts; nothing else changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.customers import make_customer
from tests.factories.orders import line, make_channel, record
from tests.factories.shop import paid, place, stocked
from yutang.areas.customers.models import Identity
from yutang.areas.orders import queries
from yutang.areas.orders.models import CustomerStatistic, Order, SaleLine
from yutang.core import clock

pytestmark = pytest.mark.usefixtures("merchant")
LATER = datetime(2026, 3, 5, tzinfo=UTC)


def facts() -> list[tuple[str, int, bool, int]]:
    rows = SaleLine.objects.order_by("order_id", "line_key", "version", "is_reversal")
    return [(row.line_key, row.version, row.is_reversal, row.amount) for row in rows]


def test_a_new_order():
    done = record(line("A"), line("A", line_key="2", amount=500), line("B", kind="freight", amount=800))
    assert (done.orders_new, done.orders_updated, done.lines_written, done.lines_known) == (2, 0, 3, 0)
    order = Order.objects.get(order_no="A")
    assert (order.sold_amount, order.refunded_amount, order.line_count) == (1500, 0, 2)


def test_the_same_again_changes_nothing():
    rows = [line("A"), line("A", line_key="r", kind="refund", amount=-300, quantity=0)]
    record(*rows)
    before = list(SaleLine.objects.values()), list(Order.objects.values())
    done = record(*rows)
    assert (done.orders_new, done.orders_updated, done.lines_written, done.lines_known) == (0, 0, 0, 2)
    assert (list(SaleLine.objects.values()), list(Order.objects.values())) == before


def test_a_correction_is_two_new_facts():
    record(line("A"))
    record(line("A", amount=700, updated_at=LATER))
    assert facts() == [("1", 1, False, 1000), ("1", 1, True, -1000), ("1", 2, False, 700)]
    order = Order.objects.get()
    assert (order.sold_amount, order.line_count) == (700, 1)
    assert [each.amount for each in queries.lines_of([order.pk])[order.pk]] == [700]


def test_an_older_file_changes_nothing():
    record(line("A", updated_at=LATER))
    done = record(line("A", amount=1, updated_at=LATER - timedelta(days=1)))
    assert (done.lines_written, done.lines_known) == (0, 1)
    assert facts() == [("1", 1, False, 1000)]


@pytest.mark.parametrize("make", [place, paid])
def test_no_file_says_what_became_of_an_order_that_was_made_here(make):
    """Whoever may import orders, and knows a number, has not paid."""
    order = Order.objects.select_related("channel").get(pk=make((stocked(), 1)).pk)
    before = list(Order.objects.values()), facts()
    for status in ("completed", "closed"):
        told = line(order.order_no, status=status, amount=1, updated_at=clock.now() + timedelta(days=1))
        done = record(told, channel=order.channel)
        assert (done.orders_new, done.orders_updated, done.lines_written) == (0, 0, 0)
    assert (list(Order.objects.values()), facts()) == before


@pytest.mark.parametrize("row", [{"status": "unpaid"}, {"status": "closed", "paid_at": None}])
def test_an_order_without_money_is_no_sale(row):
    record(line("A", **row))
    assert facts() == []
    assert Order.objects.get().sold_amount == 0


def test_an_order_closed_without_payment_takes_its_facts_back_and_may_return():
    record(line("A"))
    record(line("A", status="closed", paid_at=None, updated_at=LATER))
    record(line("A", updated_at=LATER + timedelta(days=1)))
    assert facts() == [("1", 1, False, 1000), ("1", 1, True, -1000), ("1", 2, False, 1000)]
    assert Order.objects.get().sold_amount == 1000


def test_refunds_are_negative_and_statistics_follow():
    person = make_customer()
    identity = Identity.objects.get()
    record(line("A", identity=identity), line("A", line_key="r", kind="refund", amount=-400, identity=identity))
    record(line("B", identity=identity, amount=0))
    statistic = CustomerStatistic.objects.get(customer=person)
    assert (statistic.purchases, statistic.purchase_days, statistic.net_amount) == (1, 1, 600)


def test_a_buyer_who_becomes_known_later_gets_the_sale():
    record(line("A"))
    person = make_customer()
    record(line("A", identity=Identity.objects.get(), updated_at=LATER))
    assert facts() == [("1", 1, False, 1000), ("1", 1, True, -1000), ("1", 2, False, 1000)]
    assert [row.customer_id for row in SaleLine.objects.order_by("id")] == [None, None, person.pk]
    assert Order.objects.get().customer_id == person.pk
    record(line("A", updated_at=LATER + timedelta(days=1)))
    assert Order.objects.get().customer_id == person.pk
    assert SaleLine.objects.count() == 3


def test_the_same_number_at_two_shops_is_two_orders():
    for shop in ("one", "two"):
        record(line("A"), channel=make_channel(shop=shop))
    assert Order.objects.count() == 2


def test_a_line_printed_twice_counts_once():
    done = record(line("A"), line("A", amount=900))
    assert done.lines_written == 1
    assert facts() == [("1", 1, False, 900)]
