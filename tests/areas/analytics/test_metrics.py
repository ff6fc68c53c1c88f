"""Figures of shops small enough to work out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from yutang.areas.analytics import queries, registry
from yutang.areas.analytics.errors import BadDate, BadPeriod, UnknownMetric, UnknownStep
from yutang.areas.customers import services as customers
from yutang.core import access, tenancy
from yutang.core.errors import NotAllowed

JANUARY = queries.Period(date(2026, 1, 1), date(2026, 1, 31))


def values(shop, **asked):
    asked.setdefault("actor", shop.actor)
    with tenancy.scope(shop.merchant.pk):
        return {key: found.value for key, found in queries.metrics(**asked).items()}


def test_an_empty_pool_has_zeros_and_nothing_to_divide(shop):
    shop.to_lake()
    found = values(shop)
    zeros = {key for key, value in found.items() if value == 0}
    assert zeros == {
        "customers.total", "customers.new", "customers.buyers", "customers.first_purchase", "customers.repeat",
        "sales.net", "orders.count",
    }  # fmt: skip
    assert {value for key, value in found.items() if key not in zeros} == {None}
    with tenancy.scope(shop.merchant.pk):
        board = queries.board(period=JANUARY, actor=shop.actor)
        assert board.is_empty
        assert queries.drill("sales.net", actor=shop.actor).rows == ()
        assert queries.charts(period=queries.Period(None, date(2026, 1, 31)), actor=shop.actor).trend == ()


def test_before_the_first_pass_of_the_writer_it_is_the_same(shop):
    assert values(shop)["customers.total"] == 0


def test_a_small_shop(shop):
    shop.sell("anna", 1000, "2026-01-01 23:59:59")
    shop.sell("anna", 2000, "2026-01-02 00:00:00")
    shop.sell("anna", 3500, "2026-01-12 12:00")
    shop.sell("bo", 1500, "2026-01-05 08:00", refund=300, refund_at="2026-01-20 10:00")
    shop.sell("bo", 500, "2026-01-05 20:00")
    shop.sell("cai", 0, "2026-01-06 08:00")
    shop.sell("du", 700, "2026-02-02 08:00")
    shop.sell(None, 4000, "2026-01-07 08:00")
    shop.to_lake()
    assert values(shop, period=JANUARY) == {
        "customers.total": 3, "customers.new": 3, "customers.buyers": 2, "customers.first_purchase": 1,
        "customers.repeat": 1, "sales.net": 12200, "orders.count": 6, "orders.anonymous_share": 1 / 6,
        "sales.refund_rate": 300 / 12500, "repurchase.rate": 0.5, "repurchase.median_days": 5.5,
        "clv.lifetime_days": 5.5, "clv.frequency": 2.5, "clv.aov": 1700.0, "clv.historic": 4250.0,
        "pareto.top20_share": 6500 / 8200,
    }  # fmt: skip
    assert values(shop, at=date(2026, 1, 19))["sales.net"] == 12500
    february = values(shop, period=queries.Period(date(2026, 2, 1), date(2026, 2, 28)))
    assert (february["customers.new"], february["sales.net"], february["orders.count"]) == (1, 700, 1)
    assert (february["customers.total"], february["customers.first_purchase"]) == (4, 2)
    assert values(shop)["customers.total"] == 4


def test_days_are_the_merchants_own(shop):
    shop.sell("anna", 100, "2026-01-05 12:00+00:00")
    shop.sell("anna", 100, "2026-01-05 23:30+00:00")  # the 6th in Shanghai
    shop.to_lake()
    assert values(shop)["customers.repeat"] == 1
    assert values(shop, at=date(2026, 1, 5))["orders.count"] == 1
    assert values(shop, period=queries.Period(date(2026, 1, 6), date(2026, 1, 6)))["orders.count"] == 1


def test_a_merge_changes_figures_at_once_and_unmerging_brings_them_back(shop):
    shop.sell("anna", 100, "2026-01-05 12:00")
    shop.sell("anna-again", 300, "2026-01-09 12:00")
    shop.to_lake()
    before = values(shop)
    assert (before["customers.total"], before["customers.repeat"]) == (2, 0)
    with tenancy.scope(shop.merchant.pk):
        merged = customers.merge(
            survivor_id=shop.people["anna"][1], absorbed_id=shop.people["anna-again"][1], evidence=[], actor=shop.actor
        )
    after = values(shop)  # the writer has not run
    assert (after["customers.total"], after["customers.first_purchase"], after["customers.repeat"]) == (1, 0, 1)
    assert (after["repurchase.median_days"], after["sales.net"]) == (4.0, 400)
    with tenancy.scope(shop.merchant.pk):
        customers.unmerge(merge_id=merged.pk, actor=shop.actor)
    assert values(shop) == before


def test_a_corrected_order_counts_once(shop):
    number = shop.sell("anna", 100, "2026-01-05 12:00")
    shop.sell("anna", 250, "2026-01-05 12:00", order_no=number)
    shop.to_lake()
    found = values(shop)
    assert (found["orders.count"], found["sales.net"], found["clv.aov"]) == (1, 250, 250.0)


def test_a_purchase_given_back_stays_a_purchase(shop):
    shop.sell("anna", 100, "2026-01-05 12:00", refund=100)
    shop.to_lake()
    found = values(shop)
    assert (found["orders.count"], found["sales.net"], found["sales.refund_rate"]) == (1, 0, 1.0)
    assert found["pareto.top20_share"] is None


def test_stores_and_everything_below_them(shop):
    east = shop.store("east", kind="region")
    first, second = shop.store("first", east), shop.store("second", east)
    shop.sell("anna", 100, "2026-01-05 12:00", node=first)
    shop.sell("anna", 20, "2026-01-06 12:00", node=second)
    shop.sell("bo", 3, "2026-01-06 12:00")
    shop.to_lake()
    assert values(shop)["sales.net"] == 123
    found = values(shop, nodes=frozenset({east.pk}))
    assert (found["sales.net"], found["customers.repeat"], found["customers.total"]) == (120, 1, 1)
    found = values(shop, nodes=frozenset({first.pk}))
    assert (found["sales.net"], found["customers.repeat"]) == (100, 0)


def test_who_is_limited_to_a_store_sees_only_it(shop):
    first, second = shop.store("first"), shop.store("second")
    shop.sell("anna", 100, "2026-01-05 12:00", node=first)
    shop.sell("bo", 20, "2026-01-06 12:00", node=second)
    shop.to_lake()
    manager = access.Actor("user", 1, "Lin", shop.merchant.pk, {"home.view": frozenset({first.pk})})
    assert values(shop, actor=manager)["sales.net"] == 100
    assert values(shop, actor=manager, nodes=frozenset({shop.root.pk}))["sales.net"] == 100
    other = values(shop, actor=manager, nodes=frozenset({second.pk}))
    assert (other["sales.net"], other["customers.total"]) == (0, 0)
    with tenancy.scope(shop.merchant.pk):
        assert queries.drill("sales.net", actor=manager).total == 1
        assert queries.drill("customers.total", actor=manager).total == 1


def test_without_the_permission_nothing_is_told(shop):
    nobody = access.Actor("user", 1, "Lin", shop.merchant.pk, {})
    for ask in (
        lambda: queries.metrics(actor=nobody),
        lambda: queries.board(period=JANUARY, actor=nobody),
        lambda: queries.charts(period=JANUARY, actor=nobody),
        lambda: queries.cohorts(at=JANUARY.until, actor=nobody),
        lambda: queries.drill("sales.net", actor=nobody),
    ):
        with tenancy.scope(shop.merchant.pk), pytest.raises(NotAllowed):
            ask()


@pytest.mark.parametrize("key", list(registry.METRICS))
def test_rows_behind_every_figure_add_up(shop, key):
    shop.sell("anna", 1000, "2026-01-01 10:00")
    shop.sell("anna", 2000, "2026-01-03 10:00", refund=500)
    shop.sell("bo", 700, "2026-01-05 10:00")
    shop.sell(None, 40, "2026-01-07 10:00")
    shop.to_lake()
    with tenancy.scope(shop.merchant.pk):
        value = queries.metrics(actor=shop.actor)[key].value
        page = queries.drill(key, actor=shop.actor)
    assert page.total == len(page.rows)
    assert [set(row) for row in page.rows] == [{"sort", "id", *(c.name for c in page.columns)}] * page.total
    if registry.get(key).unit == registry.Unit.COUNT:
        assert page.total == value
    if key == "sales.net":
        assert sum(row["amount"] for row in page.rows) == value
    if key == "sales.refund_rate":
        assert sum(-row["amount"] for row in page.rows) / 3740 == value


def test_pages_of_rows_walk_forth_and_back(shop):
    for place in range(7):
        shop.sell(f"person-{place}", 100 * (place // 2), "2026-01-05 12:00")
    shop.to_lake()
    seen, after = [], None
    with tenancy.scope(shop.merchant.pk):
        while True:
            page = queries.drill("customers.total", after=after, size=3, actor=shop.actor)
            assert page.total == 7
            seen.append([row["id"] for row in page.rows])
            if page.after is None:
                break
            after = page.after
        assert [len(rows) for rows in seen] == [3, 3, 1]
        assert sorted((i for rows in seen for i in rows), reverse=True) == [i for rows in seen for i in rows]
        back = queries.drill("customers.total", before=page.before, size=3, actor=shop.actor)
        assert [row["id"] for row in back.rows] == seen[1]
        assert queries.drill("customers.total", before=back.before, size=3, actor=shop.actor).before is None


def test_what_cannot_be_asked_is_refused(shop):
    with tenancy.scope(shop.merchant.pk):
        with pytest.raises(UnknownMetric) as unknown:
            queries.drill("nothing", actor=shop.actor)
        assert unknown.value.code == "analytics.unknown_metric"
        with pytest.raises(UnknownStep):
            queries.cohorts(by="hour", at=date(2026, 1, 1), actor=shop.actor)
    with pytest.raises(BadPeriod):
        queries.Period(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(BadDate) as bad:
        queries.day_from("2026-13-01", "at")
    assert bad.value.field == "at"
    for text in ("0001-01-01", "9999-12-31"):
        with pytest.raises(BadDate):
            queries.day_from(text, "until")


def test_short_periods_are_drawn_in_the_fortnight_around_them(shop):
    shop.sell("anna", 100, "2026-01-05 12:00")
    shop.to_lake()
    with tenancy.scope(shop.merchant.pk):
        trend = queries.charts(period=queries.Period(date(2026, 1, 6), date(2026, 1, 6)), actor=shop.actor).trend
    assert (len(trend), trend[-1].start, trend[-2].first) == (14, date(2026, 1, 6), 1)
