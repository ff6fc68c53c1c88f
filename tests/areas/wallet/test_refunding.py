from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.factories import shop, wallet
from tests.factories.merchants import make_store
from tests.factories.till import cashier
from yutang.areas.orders import services as orders
from yutang.areas.payments.errors import DrawerTooEmpty
from yutang.areas.payments.models import CashMove, Refund, Tender
from yutang.areas.wallet import queries, services
from yutang.areas.wallet.errors import FiguresChanged, NothingToRefund
from yutang.areas.wallet.models import PrincipalRefund, Recharge, Terms
from yutang.core import clock
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.ledger import queries as ledger
from yutang.core.ledger import services as books
from yutang.core.models import AuditEntry


def refund(recharge: Recharge, key: str = "1", **overrides) -> PrincipalRefund:
    given = {"confirmed": queries.trial(recharge), "actor": shop.actor(), **overrides}
    made = services.refunding.refund(recharge_id=recharge.pk, key=key, **given)
    recharge.refresh_from_db()
    return made


def test_an_untouched_recharge_goes_back_whole(merchant):
    recharge = wallet.with_balance(100_000, 20_000)
    made = refund(recharge)
    assert (made.amount, made.withdrawn, wallet.balance(), wallet.books()) == (100_000, 20_000, (0, 0), {})
    assert Refund.objects.get().state == "succeeded"
    assert AuditEntry.objects.filter(action="wallet.refund").count() == 1


def test_principal_left_less_the_gift_that_belongs_to_it(merchant):
    recharge = wallet.with_balance(100_000, 20_000)
    wallet.bought(60_000)
    trial = queries.trial(recharge)
    assert (trial.principal_used, trial.principal_left, trial.gift_left) == (60_000, 40_000, 20_000)
    made = refund(recharge)
    assert (made.amount, made.withdrawn) == (40_000, 8_000)
    assert wallet.balance() == (0, 12_000)
    assert wallet.books() == {"gift": 12_000, "gift_given": -12_000, "held": -60_000, "served": 60_000}


def test_gift_used_first_is_paid_for_at_the_agreed_price(merchant):
    Terms.objects.create(merchant=merchant, spending="gift")
    recharge = wallet.with_balance(100_000, 20_000)
    wallet.bought(60_000)
    made = refund(recharge)
    assert (made.amount, made.deducted) == (50_000, 10_000)
    assert wallet.balance() == (0, 0)
    assert wallet.books() == {"gift_given": -20_000, "gift_used": 20_000, "held": -50_000, "served": 50_000}
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_only_this_recharge_is_refunded(merchant):
    first, second = wallet.with_balance(10_000, 1_000), wallet.with_balance(20_000, 2_000)
    wallet.bought(4_000)
    assert refund(second).amount == 20_000
    assert wallet.balance() == (6_000, 1_000)
    assert refund(first, key="2").amount == 6_000
    assert wallet.balance() == (0, 400)


def test_expired_gift_costs_nobody_anything(merchant):
    with time_machine.travel(clock.now() - timedelta(days=31)):
        recharge = wallet.with_balance(10_000, 5_000, gift_days=30)
    books.expire_due(now=clock.now(), actor=shop.actor())
    trial = queries.trial(recharge)
    assert (trial.gift_expired, trial.gift_used, trial.refund) == (5_000, 0, 10_000)
    assert refund(recharge).amount == 10_000


def test_gift_that_came_back_in_a_new_lot_is_not_used_gift(merchant):
    Terms.objects.create(merchant=merchant, spending="gift")
    with time_machine.travel(clock.now() - timedelta(days=31)):
        recharge = wallet.with_balance(10_000, 5_000, gift_days=30)
        order = wallet.bought(5_000)
    orders.refund(order_id=order.pk, back=[orders.Back(0, 1)], reason="", key="late", actor=shop.actor())
    trial = queries.trial(recharge)
    assert (trial.gift_used, trial.gift_left, trial.refund, trial.withdrawn) == (0, 5_000, 10_000, 5_000)
    refund(recharge)
    assert wallet.books() == {}


def test_what_was_confirmed_is_what_happens_or_nothing(merchant):
    recharge = wallet.with_balance(100_000, 20_000)
    confirmed = queries.trial(recharge)
    wallet.bought(60_000)
    with pytest.raises(FiguresChanged):
        refund(recharge, confirmed=confirmed)
    assert (wallet.balance(), Refund.objects.count()) == ((40_000, 20_000), 0)


def test_the_same_confirmation_twice_is_one_refund(merchant):
    recharge = wallet.with_balance(100_000, 0)
    confirmed = queries.trial(recharge)
    assert refund(recharge, confirmed=confirmed).pk == refund(recharge, confirmed=confirmed).pk
    assert Tender.objects.get().refunded_amount == 100_000


def test_nothing_is_left_to_refund(merchant):
    recharge = wallet.with_balance(10_000, 0)
    wallet.bought(10_000)
    with pytest.raises(NothingToRefund):
        refund(recharge)


def test_goods_that_come_back_after_a_refund_can_be_refunded_too(merchant):
    Terms.objects.create(merchant=merchant, spending="gift")
    recharge = wallet.with_balance(100_000, 20_000)
    order = wallet.bought(60_000)
    refund(recharge)
    orders.refund(order_id=order.pk, back=[orders.Back(0, 1)], reason="", key="back", actor=shop.actor())
    assert wallet.balance() == (40_000, 20_000)
    made = refund(recharge, key="2")
    assert (made.amount, made.deducted, made.withdrawn) == (40_000, 0, 18_000)
    assert recharge.refunded + recharge.deducted == 100_000
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_over_the_counter_out_of_the_drawer(merchant):
    store = make_store("WS")
    staff = cashier(merchant, store, opening=50_000)
    recharge = wallet.recharged(amount=30_000, node_id=store.pk)
    made = refund(recharge, is_cash=True, actor=staff)
    assert (made.is_cash, CashMove.objects.get().amount, Refund.objects.count()) == (True, -30_000, 0)


def test_a_drawer_without_the_money_refunds_nothing(merchant):
    store = make_store("WS")
    staff = cashier(merchant, store, opening=0)
    recharge = wallet.recharged(amount=30_000, node_id=store.pk)
    with pytest.raises(DrawerTooEmpty):
        refund(recharge, is_cash=True, actor=staff)
    assert wallet.balance() == (30_000, 0)


def test_only_who_may(merchant):
    store, other = make_store("WS"), make_store("WT")
    recharge = wallet.recharged(amount=30_000, node_id=store.pk)
    with pytest.raises(NotFound):
        refund(recharge, actor=cashier(merchant, other))
    guide = cashier(merchant, store, role="guide", opening=None)
    with pytest.raises(NotAllowed):
        refund(recharge, actor=guide)
    assert wallet.balance() == (30_000, 0)
