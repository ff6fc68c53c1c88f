from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.factories import shop, wallet
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order
from yutang.areas.payments import providers
from yutang.areas.payments import services as payments
from yutang.areas.payments.errors import AlreadyPaid
from yutang.areas.payments.models import Refund, Tender
from yutang.areas.wallet.errors import BalanceTooLow, NobodysBalance
from yutang.areas.wallet.models import Spend, Terms
from yutang.core import clock
from yutang.core.ledger import queries as ledger
from yutang.core.ledger import services as books
from yutang.core.ledger.models import Lot


def spending(merchant, order: str, **overrides) -> None:
    Terms.objects.create(merchant=merchant, spending=order, **overrides)


def order_of(amount: int, identity=None) -> Order:
    return shop.place((shop.stocked(1, price=amount), 1), identity=identity)


def remaining() -> list[tuple[str, int]]:
    return [(lot.account.kind.partition(".")[2], lot.remaining)
            for lot in Lot.objects.select_related("account").order_by("id")]  # fmt: skip


@pytest.mark.parametrize(
    ("order", "left"), [("principal", (0, 10_000)), ("gift", (10_000, 0)), ("proportion", (8_333, 1_667))]
)
def test_the_stated_order_decides_what_is_spent(merchant, order, left):
    spending(merchant, order)
    wallet.with_balance(100_000, 20_000)
    paid = wallet.bought(110_000)
    assert (paid.status, wallet.balance()) == ("paid", left)
    assert wallet.of_store("wallet.served", paid.node_id) == 100_000 - left[0]
    assert wallet.of_store("wallet.gift_used", paid.node_id) == 20_000 - left[1]
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_a_part_from_the_balance_and_the_rest_otherwise(merchant):
    wallet.with_balance(10_000, 0)
    order = order_of(30_000)
    wallet.spend(order, 10_000)
    order.refresh_from_db()
    assert order.status == "unpaid"
    shop.pay(order)
    order.refresh_from_db()
    assert (order.status, wallet.balance()) == ("paid", (0, 0))
    assert list(Tender.objects.filter(payable_type="order").values_list("provider", "amount").order_by("id")) == [
        ("wallet", 10_000), ("sandbox", 20_000),
    ]  # fmt: skip


def test_more_than_there_is_is_refused_and_nothing_written(merchant):
    wallet.with_balance(10_000, 0)
    order = order_of(10_001)
    with pytest.raises(BalanceTooLow):
        wallet.spend(order)
    assert (wallet.balance(), Spend.objects.count()) == ((10_000, 0), 0)


def test_nobody_pays_from_somebody_elses_balance(merchant):
    wallet.with_balance(10_000, 0, identity=shop.buyer("+8613900139000"))
    order = order_of(5_000)
    with pytest.raises(BalanceTooLow):
        wallet.spend(order)
    assert wallet.balance(shop.buyer("+8613900139000")) == (10_000, 0)


def test_what_nobody_known_owes_no_balance_pays(merchant):
    order = order_of(5_000)
    Order.objects.filter(pk=order.pk).update(customer=None)
    with pytest.raises(NobodysBalance):
        wallet.spend(order)


def test_a_second_tap_takes_nothing(merchant):
    wallet.with_balance(20_000, 0)
    order = wallet.bought(10_000)
    with pytest.raises(AlreadyPaid):
        wallet.spend(order)
    assert wallet.balance() == (10_000, 0)


def test_a_refund_goes_back_to_the_same_lots(merchant):
    wallet.with_balance(30_000, 5_000)
    wallet.with_balance(30_000, 5_000)
    order = order_of(33_000)
    spending(merchant, "gift")
    wallet.spend(order)
    before = remaining()
    assert before == [("principal", 7_000), ("gift", 0), ("principal", 30_000), ("gift", 0)]
    orders.refund(order_id=order.pk, back=[orders.Back(0, 1)], reason="", key="all", actor=shop.actor())
    assert remaining() == [("principal", 30_000), ("gift", 5_000), ("principal", 30_000), ("gift", 5_000)]
    assert wallet.books() == {"gift": 10_000, "gift_given": -10_000, "held": -60_000, "principal": 60_000}


def test_partial_refunds_bring_back_what_was_taken_last(merchant):
    wallet.with_balance(10_000, 5_000)
    order = shop.place((shop.stocked(3, price=4_000), 3))
    wallet.spend(order)
    assert wallet.balance() == (0, 3_000)
    for number, left in enumerate([(2_000, 5_000), (6_000, 5_000), (10_000, 5_000)]):
        orders.refund(order_id=order.pk, back=[orders.Back(0, 1)], reason="", key=f"{number}", actor=shop.actor())
        assert wallet.balance() == left
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_the_same_refund_again_gives_nothing(merchant):
    wallet.with_balance(10_000, 0)
    wallet.bought(10_000)
    tender = Tender.objects.get(provider="wallet")
    for _ in range(2):
        payments.refund(tender_id=tender.pk, amount=4_000, key="once", reason="", actor=shop.actor())
    assert wallet.balance() == (4_000, 0)
    providers.get("wallet").refund(Refund.objects.get())
    assert wallet.balance() == (4_000, 0)


@pytest.mark.parametrize(("grace", "left"), [(7, (10_000, 5_000)), (0, (10_000, 0))])
def test_gift_that_expired_meanwhile_comes_back_for_the_days_of_grace(merchant, grace, left):
    spending(merchant, "gift", grace_days=grace)
    with time_machine.travel(clock.now() - timedelta(days=31)):
        wallet.with_balance(10_000, 5_000, gift_days=30)
        order = wallet.bought(15_000)
    books.expire_due(now=clock.now(), actor=shop.actor())
    orders.refund(order_id=order.pk, back=[orders.Back(0, 1)], reason="", key="late", actor=shop.actor())
    assert wallet.balance() == left
    books.expire_due(now=clock.now(), actor=shop.actor())
    assert wallet.books().get("expired", 0) == 5_000 - left[1]
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_an_order_that_closes_gives_the_balance_back(merchant):
    wallet.with_balance(10_000, 2_000)
    order = order_of(30_000)
    wallet.spend(order, 11_000)
    orders.close(order_id=order.pk, because="by_buyer", actor=shop.actor())
    assert wallet.balance() == (10_000, 2_000)
