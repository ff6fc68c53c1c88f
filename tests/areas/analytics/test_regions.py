"""What each province buys, against plain arithmetic."""

from __future__ import annotations

from datetime import date

import pytest

from tests.api.pool import make_order, make_person, make_store
from tests.factories.merchants import make_merchant
from yutang.areas.analytics import queries
from yutang.areas.analytics.queries import Period, RegionDemand
from yutang.core import access, tenancy
from yutang.lake import writer

pytestmark = pytest.mark.filterwarnings("ignore:Delete operation did not match any records")


@pytest.fixture
def shop(transactional_db):
    shop = make_merchant()
    ann = make_person(shop, province="上海市")
    ben = make_person(shop, province="上海")
    cem = make_person(shop, province="广西壮族自治区")
    dee = make_person(shop)  # from nowhere known
    shop.store = make_store(shop, "S1")
    for person, code, amounts, more in [
        (ann, "CAKE", (6000,), {}), (ben, "CAKE", (4000, -1000), {}), (ann, "TEA", (1000,), {}),
        (cem, "TEA", (5000,), {"node": shop.store}), (cem, "CAKE", (5000,), {"day": 40}), (dee, "CAKE", (9000,), {}),
    ]:  # fmt: skip
        make_order(shop, person, amounts=amounts, product_code=code, **more)
    writer.run()
    return shop


def demand(shop, nodes=None, period=None, **asked) -> list[RegionDemand]:
    with tenancy.scope(shop.pk):
        scope = queries.scope(period=period, nodes=nodes, actor=access.system(shop.pk))
        return queries.region_demand(scope, **asked)


def test_products_of_provinces(shop):
    rows = demand(shop)
    assert [(row.province, row.product_code, row.units, row.buyers, row.amount) for row in rows] == [
        ("上海", "CAKE", 2, 2, 9000), ("广西", "CAKE", 1, 1, 5000), ("广西", "TEA", 1, 1, 5000),
        ("上海", "TEA", 1, 1, 1000),
    ]  # fmt: skip
    # Shanghai spends 9 of 10 on cake, everybody 14 of 20.
    assert (rows[0].share, rows[0].share_of_all, round(rows[0].preference, 4)) == (0.9, 0.7, 1.2857)


def test_narrowed_by_province_product_days_and_stores(shop):
    assert [(row.product_code, row.amount) for row in demand(shop, province="广西壮族自治区")] == [
        ("CAKE", 5000), ("TEA", 5000),
    ]  # fmt: skip
    assert [(row.province, row.amount) for row in demand(shop, product_code="TEA")] == [("广西", 5000), ("上海", 1000)]
    march = Period(date(2026, 3, 1), date(2026, 3, 31))
    assert [row.amount for row in demand(shop, period=march, province="广西")] == [5000]
    assert [row.amount for row in demand(shop, nodes=frozenset({shop.store.pk}))] == [5000]
    assert len(demand(shop, most=1)) == 1


def test_provinces(shop):
    with tenancy.scope(shop.pk):
        found = queries.province_demand(queries.scope(actor=access.system(shop.pk)))
    assert [(row.province, row.units, row.amount) for row in found] == [("上海", 3, 10000), ("广西", 2, 10000)]


def test_another_merchant_sees_none_of_it(shop):
    assert demand(make_merchant()) == []
