"""Recharge, spend, refund: one revenue, one liability, and every report says what the ledger says."""

from __future__ import annotations

import random

import pytest
from django.db.models import Sum

from tests.factories import shop, wallet
from tests.factories.merchants import make_store
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import SaleLine
from yutang.areas.wallet import queries, queries_liability, services
from yutang.core import clock
from yutang.core.ledger import queries as ledger
from yutang.core.ledger.errors import Insufficient
from yutang.core.ledger.kinds import KINDS
from yutang.core.ledger.models import Posting
from yutang.core.models import AuditEntry


def revenue() -> int:
    return SaleLine.objects.aggregate(sum=Sum("amount"))["sum"] or 0


def liability(merchant):
    return queries_liability.liability(shop.actor(), merchant.currency, at=clock.now())


def booked(merchant) -> dict[str, int]:
    """The trial balance of all kinds of stored value, those included that nobody used; and of no other."""
    trial = {line.kind: line.balance for line in ledger.trial_balance(merchant_id=merchant.pk, at=clock.now())}
    kinds = {kind for kind in KINDS if kind.startswith("wallet.")}
    assert trial.keys() <= kinds
    assert sum(trial.values()) == 0
    return dict.fromkeys(kinds, 0) | trial


def test_revenue_never_counts_recharge(merchant):
    """Recharge + spend + refund of one customer give one revenue, one liability, and the reports agree with the ledger
    to the cent."""
    store = make_store("WS")
    recharge = wallet.with_balance(100_000, 20_000)
    assert (revenue(), liability(merchant).owed) == (0, 120_000)
    sku = shop.stocked(3, price=30_000)
    order = shop.place((sku, 3))
    wallet.spend(order)
    assert (revenue(), liability(merchant).owed) == (90_000, 30_000)
    orders.refund(order_id=order.pk, back=[orders.Back(0, 1)], reason="", key="one", actor=shop.actor())
    assert (revenue(), liability(merchant).owed) == (60_000, 60_000)
    services.refunding.refund(
        recharge_id=recharge.pk, key="k", confirmed=queries.trial(recharge), actor=shop.actor()
    )  # fmt: skip
    found = liability(merchant)
    assert (revenue(), found.owed) == (60_000, 12_000)
    assert (found.difference, found.sum, found.total.owed) == (0, 0, 12_000)
    assert found.balances["wallet.principal"] == 0
    assert (found.total.held, found.total.served) == (60_000, 60_000)
    assert booked(merchant) == found.balances
    assert {kind: amount for kind, amount in found.balances.items() if amount} == {
        "wallet.gift": 12_000, "wallet.gift_given": -12_000, "wallet.held": -60_000, "wallet.served": 60_000,
    }  # fmt: skip
    assert ledger.audit_balances(merchant_id=merchant.pk) == []
    assert store.pk not in {line.node_id for line in found.lines}


def test_the_books_of_many_stores_agree(merchant):
    rng = random.Random(7)
    stores = [make_store(code) for code in ("WA", "WB", "WC")]
    buyers = [shop.buyer(f"+861380013800{n}") for n in range(4)]
    for turn in range(40):
        buyer, store = rng.choice(buyers), rng.choice(stores)
        has = queries.balance(buyer.customer_id, "CNY").total
        if rng.random() < 0.4 and has < 300_000:
            wallet.recharged(buyer, plan=wallet.make_plan(rng.randrange(1, 50_000), rng.randrange(0, 10_000)),
                             node_id=store.pk)  # fmt: skip
        elif has > 2:
            order = shop.place((shop.stocked(2, price=has // 3 + 1, node_id=store.pk), 1), identity=buyer)
            wallet.spend(order)
            if rng.random() < 0.5:
                orders.refund(order_id=order.pk, back=[orders.Back(0, 1)], reason="", key=f"{turn}",
                              actor=shop.actor())  # fmt: skip
    found = liability(merchant)
    assert (found.difference, found.sum) == (0, 0)
    assert booked(merchant) == found.balances
    assert sum(found.total.ages) == found.total.owed == found.owed
    assert sum(sum(wallet.balance(buyer)) for buyer in buyers) == found.owed
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_recharge_and_later_spending_both_counted_as_revenue(merchant):
    """CRMEB and yudao did: a recharge is an order of theirs like any other, and so is what it pays for later."""
    wallet.with_balance(100_000, 20_000)
    wallet.bought(100_000)
    assert revenue() == 100_000  # not 200,000
    assert SaleLine.objects.count() == 1


def test_clamped_decreases_vanish(merchant):
    """CRMEB takes the smaller of the balance and what is owed, and the rest is in no book. Here it is refused."""
    wallet.with_balance(10_000, 0)
    person = shop.buyer().customer_id
    root = shop.merchants.root_node().pk
    before = Posting.objects.count()
    with pytest.raises(Insufficient):
        services.adjusting.adjust(
            customer_id=person, kind="wallet.principal", amount=-10_001, node_id=root, reason="too much", key="1",
            actor=shop.actor(),
        )  # fmt: skip
    assert (wallet.balance(), Posting.objects.count()) == ((10_000, 0), before)


def test_a_correction_is_an_entry_with_a_reason(merchant):
    wallet.with_balance(10_000, 0)
    given = {
        "customer_id": shop.buyer().customer_id, "kind": "wallet.gift", "node_id": shop.merchants.root_node().pk,
        "reason": "Late parcel", "key": "1", "actor": shop.actor(),
    }  # fmt: skip
    first = services.adjusting.adjust(amount=500, **given)
    assert services.adjusting.adjust(amount=500, **given).pk == first.pk
    assert (wallet.balance(), first.reason, first.kind) == ((10_000, 500), "Late parcel", "wallet.adjust")
    assert AuditEntry.objects.filter(action="wallet.adjust").count() == 1
    services.adjusting.adjust(amount=-200, **{**given, "key": "2"})
    assert wallet.balance() == (10_000, 300)
    assert wallet.books()["gift_given"] == -300
