"""How many statements an order costs from the checkout to its money: the rate of sale days."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import coupons, membership, points, shop, wallet
from yutang.areas.catalog.models import LevelPrice


@pytest.fixture
def cake(merchant):
    return shop.stocked(9, price=10_000)


def test_a_plain_order_that_a_provider_is_paid_for(cake):
    buyer = shop.buyer()
    shop.pay(shop.place((cake, 1), identity=buyer))  # the sales channel is there
    assert asked(lambda: shop.place((cake, 1), key="b", identity=buyer)) == 4
    order = shop.place((cake, 1), key="c", identity=buyer)
    tender = []
    assert asked(lambda: tender.append(shop.start(order))) == 8
    assert asked(lambda: shop.notify(tender[0])) == 23


def test_a_members_order_by_coupons_points_and_balance(cake):
    buyer = shop.buyer()
    membership.make_level(0, key="basic")
    membership.make_level(100, key="gold", level_price=True)
    membership.earn(buyer.customer_id, 150)
    LevelPrice.objects.create(merchant_id=cake.merchant_id, sku=cake, level="gold", price=9_000)
    points.tender()
    points.give(buyer.customer_id, 1_000)
    wallet.with_balance(identity=buyer)
    for value in (500, 300, 200, 100):
        coupons.with_coupon(buyer.customer_id, value=value)

    def bought(key: str):
        return shop.place((cake, 1), key=key, identity=buyer, choices={"coupon": "auto", "points": "300"})

    wallet.spend(bought("a"))  # the accounts of the store are there
    placed = []
    assert asked(lambda: placed.append(bought("b"))) == 12
    assert asked(lambda: wallet.spend(placed[0])) == 29


def asked(do) -> int:
    """Statements, without the two that a stripe of the merchant's accounts costs when it is used for the first time."""
    with CaptureQueriesContext(connection) as found:
        do()
    opened = sum("INSERT INTO ledger_account" in one["sql"] for one in found)
    assert opened <= 1
    return len(found) - 2 * opened
