"""Net sales, as every report reads them from the lake, count what was bought and nothing of what was paid in."""

from __future__ import annotations

import pytest

from tests.factories import shop, wallet
from tests.factories.merchants import make_merchant
from yutang.areas.analytics import queries as analytics
from yutang.areas.orders import services as orders
from yutang.areas.wallet import queries, services
from yutang.core import tenancy
from yutang.lake import engine, writer
from yutang.lake.tables import PERSON

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]


def test_sales_and_segments_see_one_revenue_and_one_balance():
    merchant = make_merchant()

    def sales() -> int:
        writer.run()
        with tenancy.scope(merchant.pk):
            return analytics.metrics(actor=shop.actor())["sales.net"].value

    with tenancy.scope(merchant.pk):
        recharge = wallet.with_balance(100_000, 20_000)
    assert sales() == 0
    with tenancy.scope(merchant.pk):
        order = shop.place((shop.stocked(2, price=30_000), 2))
        wallet.spend(order)
    assert sales() == 60_000
    with tenancy.scope(merchant.pk):
        orders.refund(order_id=order.pk, back=[orders.Back(0, 1)], reason="", key="one", actor=shop.actor())
        services.refunding.refund(
            recharge_id=recharge.pk, key="k", confirmed=queries.trial(recharge), actor=shop.actor()
        )  # fmt: skip
    assert sales() == 30_000
    with tenancy.scope(merchant.pk):
        person = engine.query(f"SELECT wallet_principal, wallet_gift FROM {PERSON}").to_pylist()
        assert person == [{"wallet_principal": 0, "wallet_gift": 6_000}]
        assert wallet.balance() == (0, 6_000)
