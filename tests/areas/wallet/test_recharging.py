from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import shop, wallet
from tests.factories.merchants import make_merchant, make_store
from tests.factories.till import cashier
from yutang.areas.customers import queries as customers
from yutang.areas.payments import services as payments
from yutang.areas.payments.errors import NoLongerPayable, NoShift
from yutang.areas.payments.models import CashMove, Tender
from yutang.areas.wallet import queries, services
from yutang.areas.wallet.errors import (
    AmountNotOffered,
    BalanceTooHigh,
    NotAnIdNumber,
    NotFromBalance,
    NotOffered,
    RealNameNeeded,
    UnknownPlan,
)
from yutang.areas.wallet.models import RealName, Recharge
from yutang.core import clock
from yutang.core.ledger import queries as ledger
from yutang.core.rewards import Reward
from yutang.core.tenancy import scope


def save_terms(**overrides):
    known = queries.terms()
    values = {name: getattr(known, name) for name in services.setting.TermsValues.__dataclass_fields__}
    return services.setting.save_terms(
        values=services.setting.TermsValues(**{**values, **overrides}), actor=shop.actor()
    )


def test_principal_and_gift_are_booked_apart(merchant):
    wallet.with_balance(100_000, 20_000)
    assert wallet.balance() == (100_000, 20_000)
    assert wallet.books() == {"gift": 20_000, "gift_given": -20_000, "held": -100_000, "principal": 100_000}
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_lots_carry_the_store_and_the_expiry_of_the_gift(merchant):
    store = make_store("WS")
    recharge = wallet.with_balance(100_000, 20_000, gift_days=30)
    other = wallet.recharged(amount=5_000, node_id=store.pk)
    holder = services.spending.accounts.customer(recharge.customer_id)
    principal = ledger.lots(kind="wallet.principal", unit="CNY", holder=holder)
    assert [lot.origin for lot in principal] == [f"node:{recharge.node_id}", f"node:{other.node_id}"]
    gift = ledger.lots(kind="wallet.gift", unit="CNY", holder=holder).get()
    assert gift.expires_at == recharge.paid_at + timedelta(days=30)


def test_a_recharge_is_balance_once_however_often_it_is_told(merchant):
    recharge = wallet.begin(amount=10_000)
    tender = payments.open_tender(payable=("recharge", recharge.pk), provider="sandbox", actor=shop.actor())
    assert [shop.notify(tender) for _ in range(3)] == ["applied", "repeated", "repeated"]
    assert wallet.balance() == (10_000, 0)


def test_the_same_key_is_the_same_recharge(merchant):
    assert wallet.begin(amount=10_000, key="tap").pk == wallet.begin(amount=10_000, key="tap").pk


def test_what_a_plan_promised_holds_when_the_plan_changes(merchant):
    plan = wallet.make_plan(10_000, 1_000)
    recharge = wallet.begin(plan=plan)
    services.setting.save_plan(
        plan_id=plan.pk, name="Other", amount=10_000, gift=1, gift_days=None, given=[], is_active=False,
        actor=shop.actor(),
    )  # fmt: skip
    wallet.pay(recharge)
    assert wallet.balance() == (10_000, 1_000)
    with pytest.raises(UnknownPlan):
        wallet.begin(plan=plan)


def test_rewards_of_a_plan_are_given_with_it(merchant):
    wallet.recharged(plan=wallet.make_plan(10_000, 0, given=[Reward("gift_balance", 500)]))
    assert wallet.balance() == (10_000, 500)


def test_a_recharge_nobody_paid_closes_and_late_money_goes_back(merchant):
    recharge = wallet.begin(amount=10_000)
    tender = payments.open_tender(payable=("recharge", recharge.pk), provider="sandbox", actor=shop.actor())
    assert services.recharging.close_expired(now=clock.now() + timedelta(hours=1), actor=shop.actor()) == 1
    with pytest.raises(NoLongerPayable):
        payments.open_tender(payable=("recharge", recharge.pk), provider="sandbox", actor=shop.actor())
    shop.notify(tender)
    tender.refresh_from_db()
    assert (tender.refunded_amount, wallet.books()) == (10_000, {})


def test_a_second_recharge_closes_the_first(merchant):
    first, second = wallet.begin(amount=10_000), wallet.begin(amount=20_000)
    first.refresh_from_db()
    assert (first.state, second.state) == ("closed", "unpaid")


def test_a_recharge_is_never_paid_from_a_balance(merchant):
    wallet.with_balance(100_000, 0)
    recharge = wallet.begin(amount=10_000)
    with pytest.raises(NotFromBalance):
        payments.open_tender(payable=("recharge", recharge.pk), provider="wallet", actor=shop.actor())
    assert not Tender.objects.filter(provider="wallet").exists()


@pytest.mark.parametrize(
    ("terms", "amount", "error"),
    [
        ({"is_offered": False}, 10_000, NotOffered),
        ({"takes_free_amounts": False}, 10_000, AmountNotOffered),
        ({"least_amount": 5_000}, 4_999, AmountNotOffered),
        ({"most_amount": 20_000}, 20_001, AmountNotOffered),
        ({"person_ceiling": 9_999, "most_amount": 9_999, "least_amount": 1}, 9_999, None),
    ],
)
def test_what_is_not_offered(merchant, terms, amount, error):
    save_terms(**terms)
    if error is None:
        assert wallet.begin(amount=amount).amount == amount
        return
    with pytest.raises(error):
        wallet.begin(amount=amount)
    assert not Recharge.objects.exists()


def test_a_balance_stays_below_the_law(merchant):
    wallet.recharged(amount=499_999)
    with pytest.raises(BalanceTooHigh) as refused:
        wallet.begin(amount=1_000)
    assert refused.value.params["most"] == "¥5,000.00"


def test_money_that_would_exceed_the_law_meanwhile_goes_back_by_itself(merchant):
    recharge = wallet.begin(amount=400_000)
    services.adjusting.adjust(
        customer_id=recharge.customer_id, kind="wallet.gift", amount=200_000, node_id=recharge.node_id, reason="sorry",
        key="1", actor=shop.actor(),
    )  # fmt: skip
    wallet.pay(recharge)
    assert (recharge.state, wallet.balance()) == ("closed", (0, 200_000))
    assert Tender.objects.get(payable_type="recharge").refunded_amount == 400_000


def test_a_real_name_from_ten_thousand_in_all(merchant):
    buyer = shop.buyer()
    for _ in range(2):
        wallet.recharged(amount=499_000)
        wallet.bought(499_000)
    with pytest.raises(RealNameNeeded):
        wallet.begin(amount=2_000)
    with pytest.raises(NotAnIdNumber):
        services.naming.record(customer_id=buyer.customer_id, name="王小明", id_no="123", actor=shop.actor())
    services.naming.record(
        customer_id=buyer.customer_id, name="王小明", id_no="11010519491231002x", actor=shop.actor()
    )  # fmt: skip
    assert wallet.begin(amount=2_000).state == "unpaid"
    assert "王小明".encode() not in bytes(RealName.objects.get().sealed)


def test_staff_take_cash_into_their_drawer(merchant):
    store = make_store("WS")
    staff = cashier(merchant, store)
    person = customers.identity(shop.buyer().pk).customer
    for _ in range(2):  # a second tap
        recharge = services.recharging.take_cash(
            customer_id=person.pk, node_id=store.pk, key="k", amount=30_000, actor=staff
        )
    assert (recharge.state, wallet.balance()) == ("paid", (30_000, 0))
    assert CashMove.objects.get().amount == 30_000
    assert wallet.of_store("wallet.held", store.pk) == -30_000


def test_cash_needs_a_drawer(merchant):
    store = make_store("WS")
    staff = cashier(merchant, store, opening=None)
    with pytest.raises(NoShift):
        services.recharging.take_cash(
            customer_id=shop.buyer().customer_id, node_id=store.pk, key="k", amount=30_000, actor=staff
        )
    assert not Recharge.objects.exists()


def test_play_money_recharges_at_once(merchant):
    recharge = services.recharging.take_play_money(
        customer_id=shop.buyer().customer_id, node_id=make_store("WS").pk, key="k", amount=30_000, actor=shop.actor()
    )
    assert (recharge.state, wallet.balance()) == ("paid", (30_000, 0))


def test_another_merchant_sees_nothing(merchant):
    wallet.with_balance()
    with scope(make_merchant().pk):
        assert not Recharge.objects.exists()
        assert wallet.books() == {}
