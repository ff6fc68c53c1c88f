from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.factories import shop, wallet
from tests.factories.merchants import make_store
from tests.factories.till import basket, cashier
from yutang.areas.orders.models import Order
from yutang.areas.orders.services import selling
from yutang.areas.payments.models import CashMove, Tender
from yutang.areas.wallet import services
from yutang.areas.wallet.errors import BalanceTooLow, CodeInvalid, TooManyTries, WrongPerson
from yutang.areas.wallet.models import PayCode
from yutang.core import clock


def code(identity=None) -> str:
    return services.codes.make(identity=identity or shop.buyer(), actor=shop.actor()).code


@pytest.fixture
def till(merchant):
    store = make_store("WS")
    staff = cashier(merchant, store)
    held = basket(staff, store, (shop.stocked(5, price=30_000, node_id=store.pk), 1))
    return store, staff, held


def test_a_code_pays_at_the_till_and_says_who_buys(merchant, till):
    store, staff, held = till
    wallet.with_balance(100_000, 0)
    order = selling.sell(key=held.key, expected=30_000, pay_code=code(), actor=staff)
    assert (order.status, order.customer_id, wallet.balance()) == ("completed", shop.buyer().customer_id, (70_000, 0))
    assert wallet.of_store("wallet.served", store.pk) == 30_000
    assert not CashMove.objects.exists()


def test_what_the_balance_does_not_reach_is_paid_in_cash(merchant, till):
    _, staff, held = till
    wallet.with_balance(10_000, 0)
    order = selling.sell(key=held.key, expected=30_000, pay_code=code(), actor=staff)
    assert order.status == "unpaid"
    order = selling.pay_cash(order_id=order.pk, actor=staff)
    assert (order.status, CashMove.objects.get().amount) == ("completed", 20_000)


def test_the_rest_of_a_sale_from_the_balance(merchant, till):
    _, staff, held = till
    wallet.with_balance(100_000, 0)
    held.identity = shop.buyer()
    held.save()
    order = selling.sell(key=held.key, expected=30_000, cash=10_000, actor=staff)
    shown = code()
    order = selling.pay_balance(order_id=order.pk, code=shown, actor=staff)
    assert (order.status, wallet.balance()) == ("completed", (80_000, 0))
    assert selling.pay_balance(order_id=order.pk, code=shown, actor=staff).status == "completed"
    assert wallet.balance() == (80_000, 0)


def test_a_code_is_used_once(merchant):
    shown = code()
    assert services.codes.use(code=shown, actor=shop.actor()).pk == shop.buyer().pk
    with pytest.raises(CodeInvalid):
        services.codes.use(code=shown, actor=shop.actor())


def test_a_code_is_good_for_a_minute(merchant):
    with time_machine.travel(clock.now() - timedelta(seconds=61)):
        shown = code()
    with pytest.raises(CodeInvalid):
        services.codes.use(code=shown, actor=shop.actor())


def test_a_new_code_ends_the_one_before(merchant):
    old = code()
    new = code()
    with pytest.raises(CodeInvalid):
        services.codes.use(code=old, actor=shop.actor())
    assert services.codes.use(code=f" {new[:9]} {new[9:]}", actor=shop.actor())


def test_the_code_itself_is_kept_nowhere(merchant):
    shown = code()
    assert shown.encode() not in bytes(PayCode.objects.get().code)
    assert services.codes.forget_old(now=clock.now() + timedelta(hours=2)) == 1


def test_somebody_elses_purchase_is_not_paid(merchant, till):
    _, staff, held = till
    friend = shop.buyer("+8613900139000")
    wallet.with_balance(100_000, 0, identity=friend)
    held.identity = shop.buyer()
    held.save()
    with pytest.raises(WrongPerson):
        selling.sell(key=held.key, expected=30_000, pay_code=code(friend), actor=staff)
    assert (wallet.balance(friend), Order.objects.count(), Tender.objects.filter(provider="wallet").count()) == (
        (100_000, 0), 0, 0,
    )  # fmt: skip


def test_a_code_without_a_balance_sells_nothing(merchant, till):
    _, staff, held = till
    shown = code()
    with pytest.raises(BalanceTooLow):
        selling.sell(key=held.key, expected=30_000, pay_code=shown, actor=staff)
    assert Order.objects.count() == 0


def test_codes_are_not_made_without_end(merchant):
    for _ in range(10):
        code()
    with pytest.raises(TooManyTries):
        code()
