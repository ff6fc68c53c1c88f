"""Every figure of the demo brand equals a computation in plain Python over the generator's truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.areas.analytics.brand import load
from tests.factories.merchants import make_merchant
from yutang.areas.analytics import queries
from yutang.core import access, tenancy
from yutang.lake import writer
from yutang.simulators.brand import figures, make_brand
from yutang.simulators.brand.truth import SHANGHAI

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = [date(2024, 1, 31), date(2024, 12, 31), date(2025, 9, 6), date(2026, 6, 18), date(2026, 10, 31)]


@pytest.fixture(scope="module")
def truth():
    return make_brand(scale=0.05)


@pytest.fixture
def merchant_id(truth):
    merchant = make_merchant()
    load(merchant, truth)
    writer.run()
    return merchant.pk


def test_figures_equal_the_truth(truth, merchant_id):
    actor = access.system(merchant_id)
    with tenancy.scope(merchant_id):
        for day in DAYS:
            found = queries.metrics(at=day, actor=actor)
            for key, expected in figures(truth, day).by_metric().items():
                value = found[key].value
                if isinstance(expected, int):
                    assert (type(value), value) == (int, expected), (key, day)
                else:
                    assert value == pytest.approx(expected, abs=1e-9, rel=1e-12), (key, day)
        everything = queries.metrics(actor=actor)
        assert {key: value.value for key, value in everything.items()} == pytest.approx(
            {key: value.value for key, value in found.items()}, nan_ok=False
        )
        _board_agrees(actor)
        _stores_sum_up(truth, actor)


def _board_agrees(actor):
    """One question for everything gives what separate questions give, the period before included."""
    period = queries.Period(date(2026, 9, 1), date(2026, 10, 15))
    board = queries.board(period=period, actor=actor)
    assert board.now == queries.metrics(period=period, actor=actor)
    assert board.before == queries.metrics(period=period.before(), actor=actor)
    assert board.charts == queries.charts(period=period, actor=actor)
    assert board.charts.cohorts == queries.cohorts(at=period.until, actor=actor)
    assert sum(point.net for point in board.charts.trend) == board.now["sales.net"].value
    assert sum(point.purchases for point in board.charts.trend) == board.now["orders.count"].value
    assert sum(channel.net for channel in board.charts.channels) == board.now["sales.net"].value
    assert sum(channel.purchases for channel in board.charts.channels) == board.now["orders.count"].value
    for key, spark in board.charts.sparks.items():
        if board.metric(key).over == "history":
            assert spark[-1] == pytest.approx(board.now[key].value, abs=1e-9), key
    assert sum(board.charts.sparks["customers.new"]) == board.now["customers.new"].value
    at_twenty = min(board.charts.pareto, key=lambda point: abs(point.people - 0.2))
    assert at_twenty.net == pytest.approx(board.now["pareto.top20_share"].value, abs=0.01)
    bought = board.charts.conversion[0]
    assert bought.customers == board.now["customers.first_purchase"].value + board.now["customers.repeat"].value


def _stores_sum_up(truth, actor):
    """A store's figures are those of a brand that had only its orders."""
    code = next(order.store_code for order in truth.orders if order.store_code)
    from yutang.areas.merchants import queries as merchants

    nodes = frozenset({merchants.nodes_by_code()[code]})
    own = replace(truth, orders=tuple(order for order in truth.orders if order.store_code == code))
    expected = figures(own, DAYS[-1])
    found = queries.metrics(at=DAYS[-1], nodes=nodes, actor=actor)
    assert found["sales.net"].value == expected.sales_net
    assert found["orders.count"].value == expected.orders_count


def test_cohorts_equal_the_truth(truth, merchant_id):
    from yutang.simulators.brand import expected_people

    cluster_of = expected_people(truth).cluster_of
    days = {}
    for order in truth.orders:
        if order.is_sale and order.total > 0 and order.order_no in cluster_of:
            days.setdefault(cluster_of[order.order_no], set()).add(order.sold_at.astimezone(SHANGHAI).date())
    with tenancy.scope(merchant_id):
        found = queries.cohorts(at=DAYS[-1], actor=access.system(merchant_id))
    assert len(found) == 13
    for cohort in found:
        members = [own for own in days.values() if min(own).replace(day=1) == cohort.start]
        assert cohort.size == len(members)
        for later, bought in enumerate(cohort.bought):
            months = {(cohort.start.year * 12 + cohort.start.month - 1 + later)}
            expected = sum(1 for own in members if months & {day.year * 12 + day.month - 1 for day in own})
            assert bought == (expected if max(months) <= 2026 * 12 + 9 else None)
