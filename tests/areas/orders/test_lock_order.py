"""Whatever changes an order locks coupons, then points and balances, then stock: two of them wait, and never for each
other."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.coupons import with_coupon
from tests.factories.merchants import make_merchant, make_store
from tests.factories.points import give, tender
from tests.factories.shop import actor as system
from tests.factories.shop import buyer as make_buyer
from tests.factories.shop import place, stocked
from tests.factories.till import basket, cashier
from tests.factories.wallet import spend, with_balance
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import OrderItem
from yutang.areas.orders.services import Back, placing, selling
from yutang.areas.wallet import services as wallet
from yutang.core import tenancy
from yutang.core.ledger.models import Account

RANK = {"coupons_coupon": 0, "ledger_account": 1, "reservations_pool": 2}


@pytest.fixture
def buyer(merchant):
    found = make_buyer()
    tender()
    give(found.customer_id, 1_000)
    with_balance(identity=found)
    with_coupon(found.customer_id, value=500)
    return found


def locked(captured: CaptureQueriesContext) -> list[int]:
    """The ranks of what was locked, in the order of the statements."""
    found = []
    for query in captured:
        sql = query["sql"]
        if "reservations_reserve(" in sql:  # locks the pools of what is bought
            found.append(RANK["reservations_pool"])
        for table, rank in RANK.items():
            plain = sql.replace('"', "")
            if f"UPDATE {table}" in plain or (
                f"FROM {table}" in plain and ("KEY UPDATE" in sql or "FOR UPDATE" in sql)
            ):
                found.append(rank)
    return found


def in_order(captured: CaptureQueriesContext) -> None:
    found = locked(captured)
    assert set(found) == set(RANK.values())
    # The stock is never given up for another lock; what was locked once stays so.
    assert found[found.index(2) :] == [2] * len(found[found.index(2) :])
    assert found.index(0) < found.index(1)


def bought(buyer, **overrides):
    return place(
        (stocked(20, price=10_000), 1), identity=buyer, choices={"coupon": "auto", "points": "500"}, **overrides
    )


def test_placing(buyer):
    sku = stocked(20, price=10_000)
    with CaptureQueriesContext(connection) as captured:
        place((sku, 1), identity=buyer, choices={"coupon": "auto", "points": "500"})
    in_order(captured)


def test_closing(buyer):
    order = bought(buyer)
    with CaptureQueriesContext(connection) as captured:
        orders.close(order_id=order.pk, because="by_buyer", actor=system())
    in_order(captured)


def test_refunding_what_a_balance_paid(buyer):
    order = bought(buyer)
    spend(order)
    with CaptureQueriesContext(connection) as captured:
        orders.refund(order_id=order.pk, back=[Back(0, 1)], reason="x", key="x", is_restocked=True, actor=system())
    in_order(captured)
    assert OrderItem.objects.get(order=order).returned == 1


@pytest.mark.django_db(transaction=True)
def test_a_sale_from_a_balance_has_the_stores_account_before_the_stock(monkeypatch):
    """A phone that pays from a balance at the same store holds that account when it comes to the stock."""
    merchant = make_merchant()
    free: list[int] = []
    with tenancy.scope(merchant.pk):
        store, person = make_store("WS"), make_buyer()
        staff = cashier(merchant, store)
        sku = stocked(20, price=1_000, node_id=store.pk)
        with_balance(identity=person)
    usual = placing.stock.hold

    def not_locked() -> None:
        with tenancy.scope(merchant.pk), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM ledger_account WHERE kind = 'wallet.served' FOR UPDATE SKIP LOCKED")
            free.append(len(cursor.fetchall()))
        connection.close()

    def hold(**values):
        asking = threading.Thread(target=not_locked)
        asking.start()
        asking.join()
        return usual(**values)

    monkeypatch.setattr(placing.stock, "hold", hold)
    for _ in range(2):  # the first makes the account
        with tenancy.scope(merchant.pk):
            held = basket(staff, store, (sku, 1))
            code = wallet.codes.make(identity=person, actor=system()).code
            sold = selling.sell(key=held.key, expected=1_000, pay_code=code, actor=staff)
            assert sold.paid_at is not None
            assert Account.objects.filter(kind="wallet.served").count() == 1
    assert free == [0, 0]
