"""Recharges follow people through merges; copies and erasures know them."""

from __future__ import annotations

from tests.factories import shop, wallet
from yutang.areas.customers import erasing
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer
from yutang.areas.wallet import privacy, queries, services
from yutang.areas.wallet.models import PayCode, RealName, Recharge
from yutang.core.ledger import queries as ledger


def test_a_recharge_is_refunded_after_its_lots_have_moved(merchant):
    """tracardi #892, #784 (a merge dropped what was known of the absorbed one): recharges and their lots go along."""
    first, second = shop.buyer(), shop.buyer("+8613900139000")
    recharge = wallet.with_balance(100_000, 20_000, identity=first)
    wallet.bought(30_000, identity=first)
    customers.merge(survivor_id=second.customer_id, absorbed_id=first.customer_id, evidence=[], actor=shop.actor())
    assert [row.pk for row in queries.recharges_of(second.customer_id)] == [recharge.pk]
    assert wallet.balance(first) == (0, 0)
    wallet.bought(20_000, identity=second)
    recharge.refresh_from_db()
    trial = queries.trial(recharge)
    assert (trial.principal_used, trial.principal_left, trial.gift_left, trial.refund, trial.withdrawn) == (
        50_000, 50_000, 20_000, 50_000, 10_000,
    )  # fmt: skip
    services.refunding.refund(recharge_id=recharge.pk, key="k", confirmed=trial, actor=shop.actor())
    assert wallet.balance(second) == (0, 10_000)
    assert wallet.books() == {"gift": 10_000, "gift_given": -10_000, "held": -50_000, "served": 50_000}
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_a_copy_says_everything_and_an_erasure_keeps_the_amounts(merchant):
    identity = shop.buyer()
    wallet.with_balance(10_000, 1_000)
    services.naming.record(
        customer_id=identity.customer_id, name="王小明", id_no="11010519491231002X", actor=shop.actor()
    )  # fmt: skip
    services.codes.make(identity=identity, actor=shop.actor())
    person = erasing.person(Customer.objects.get(pk=identity.customer_id))
    copied = privacy.copy(person)
    assert [row["amount"] for row in copied["Recharges"]] == ["100.00"]
    assert [row["amount"] for row in copied["Balance"]] == ["100.00", "10.00"]
    assert copied["Real name"][0]["name"] == "王小明"
    assert privacy.open_balance(person) == ["A balance of ¥100.00 is still owed."]
    privacy.erase(person, shop.actor())
    assert (RealName.objects.count(), PayCode.objects.count(), Recharge.objects.get().amount) == (0, 0, 10_000)
