from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from tests.concurrency.threads import THREADS, together
from tests.core.ledger.kinds import NOON, customer, earn, pay_in, pay_out, spend
from tests.factories.merchants import make_merchant
from yutang.core import access, tenancy
from yutang.core.ledger import queries, services
from yutang.core.ledger.errors import AlreadyReversed, Insufficient
from yutang.core.ledger.lines import MERCHANT, Line
from yutang.core.ledger.models import Account, Entry, Lot, Posting

pytestmark = pytest.mark.django_db(transaction=True)

ANN, BOB, CEM = customer(1), customer(2), customer(3)
FEW = [ANN, BOB, CEM]
OPERATIONS = 200  # by each of 50 threads: 10 000 in all


@pytest.fixture
def actor():
    """Of a merchant that other connections see, with money and points on three accounts."""
    actor = access.system(make_merchant().pk)
    with tenancy.scope(actor.merchant_id):
        for holder in FEW:
            lines = [*pay_in(holder, 100), *earn(holder, 100)]
            services.post(key=f"start:{holder.id}", kind="k", at=NOON, lines=lines, actor=actor)
    return actor


def balance(kind, unit, holder) -> int:
    return queries.balance(kind=kind, unit=unit, holder=holder)


def goods(worth: int) -> list[Line]:
    """They leave the shelf."""
    return [Line("test.cost", MERCHANT, worth), Line("test.bank", MERCHANT, -worth, "CNY")]


def handed_out() -> int:
    return balance("test.cost", "CNY", MERCHANT)


def test_the_race_exists_read_then_write_loses_updates(actor):
    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            seen = balance("test.wallet", "CNY", ANN)
        connection.close()
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            Account.objects.filter(kind="test.wallet", holder_id=ANN.id).update(balance=seen + 1)

    together(naive)
    with tenancy.scope(actor.merchant_id):
        assert balance("test.wallet", "CNY", ANN) == 101  # not 150: 49 payments are lost


def test_the_same_load_through_the_ledger_loses_nothing(actor):
    def pay(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            services.post(key=f"pay:{number}", kind="k", lines=pay_in(ANN, 1), actor=actor)

    together(pay)
    with tenancy.scope(actor.merchant_id):
        assert balance("test.wallet", "CNY", ANN) == 150
        assert queries.audit_balances(merchant_id=actor.merchant_id) == []


def test_the_race_exists_check_then_spend_spends_one_balance_many_times(actor):
    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            may = balance("test.wallet", "CNY", ANN) >= 60
        connection.close()
        barrier.wait()
        if may:
            with tenancy.scope(actor.merchant_id):
                services.post(key=f"goods:{number}", kind="k", lines=goods(60), actor=actor)

    together(naive)
    with tenancy.scope(actor.merchant_id):
        assert balance("test.wallet", "CNY", ANN) == 100
        assert handed_out() == 60 * THREADS  # 3,000 for a balance of 100


def test_one_balance_is_spent_once(actor):
    def buy(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            try:
                lines = [*pay_out(ANN, 60), *spend(ANN, 60), *goods(60)]
                services.post(key=f"buy:{number}", kind="k", lines=lines, at=NOON, actor=actor)
            except Insufficient as refused:
                return refused.params["available"]
            return "bought"

    assert Counter(together(buy)) == {"bought": 1, 40: THREADS - 1}
    with tenancy.scope(actor.merchant_id):
        assert (balance("test.wallet", "CNY", ANN), balance("test.points", "points", ANN)) == (40, 40)
        assert handed_out() == 60
        assert queries.audit_balances(merchant_id=actor.merchant_id) == []


def test_the_race_exists_look_for_the_key_then_book_books_once_each(actor):
    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            is_known = Entry.objects.filter(idempotency_key__startswith="same:").exists()
        connection.close()
        barrier.wait()
        if is_known:
            return
        with tenancy.scope(actor.merchant_id):  # "same:7": past the unique key behind the look
            services.post(key=f"same:{number}", kind="k", lines=pay_in(ANN, 1), actor=actor)

    together(naive)
    with tenancy.scope(actor.merchant_id):
        assert balance("test.wallet", "CNY", ANN) == 100 + THREADS  # one payment notice, paid in fifty times


def test_one_key_from_fifty_threads_books_once(actor):
    def pay(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            return services.post(key="same", kind="k", lines=pay_out(ANN, 100), actor=actor).pk

    assert len(set(together(pay))) == 1
    with tenancy.scope(actor.merchant_id):
        assert balance("test.wallet", "CNY", ANN) == 0


def test_the_race_exists_look_for_a_reversal_then_give_back_refunds_once_each(actor):
    with tenancy.scope(actor.merchant_id):
        entry = services.post(key="buy", kind="k", lines=pay_out(ANN, 60), actor=actor)

    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            is_refunded = Entry.objects.filter(source_type="refund", source_id=entry.pk).exists()
        connection.close()
        barrier.wait()
        if is_refunded:
            return
        with tenancy.scope(actor.merchant_id):
            services.post(
                key=f"refund:{number}", kind="k", lines=pay_in(ANN, 60), source=("refund", entry.pk), actor=actor
            )

    together(naive)
    with tenancy.scope(actor.merchant_id):
        assert balance("test.wallet", "CNY", ANN) == 40 + 60 * THREADS  # one purchase, refunded fifty times


def test_one_entry_is_reversed_once(actor):
    with tenancy.scope(actor.merchant_id):
        entry = services.post(key="buy", kind="k", lines=spend(ANN, 60), at=NOON, actor=actor)

    def refund(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            try:
                services.reverse(entry_id=entry.pk, key=f"refund:{number}", at=NOON, actor=actor)
            except AlreadyReversed:
                return 0
            return 1

    assert sum(together(refund)) == 1
    with tenancy.scope(actor.merchant_id):
        assert balance("test.points", "points", ANN) == 100


def test_ten_thousand_mixed_operations_on_few_accounts_end_at_exact_totals(actor):
    def work(number, barrier):
        """What this thread changed: (holder id, kind) → amount, and how many of its operations were done or refused;
        "short" are points granted for a while."""
        chance = random.Random(number)
        changes: Counter = Counter()
        spent = []
        barrier.wait()
        for step in range(OPERATIONS):
            key = f"{number}:{step}"
            connection.close()  # there are fewer than threads: everybody's turn comes soon
            holder, other = chance.sample(FEW, 2)
            amount = chance.randint(1, 20)
            what = chance.choice(["earn", "short", "spend", "in", "out", "give", "refund", "expire", "repeat"])
            try:
                with tenancy.scope(actor.merchant_id):
                    if what in ("earn", "short"):
                        end = None if what == "earn" else NOON + timedelta(minutes=number)
                        services.post(key=key, kind="k", lines=earn(holder, amount, end), at=NOON, actor=actor)
                        moved = [(holder.id, "points", amount)]
                        if end is not None:
                            moved.append((holder.id, "short", amount))
                    elif what == "spend":
                        entry = services.post(key=key, kind="k", lines=spend(holder, amount), at=NOON, actor=actor)
                        moved = [(holder.id, "points", -amount)]
                    elif what == "in":
                        services.post(key=key, kind="k", lines=pay_in(holder, amount), actor=actor)
                        moved = [(holder.id, "wallet", amount)]
                    elif what == "out":
                        services.post(key=key, kind="k", lines=pay_out(holder, amount), actor=actor)
                        moved = [(holder.id, "wallet", -amount)]
                    elif what == "give":
                        give = [Line("test.wallet", holder, -amount, "CNY"), Line("test.wallet", other, amount, "CNY")]
                        services.post(key=key, kind="k", lines=give, actor=actor)
                        moved = [(holder.id, "wallet", -amount), (other.id, "wallet", amount)]
                    elif what == "refund" and spent:
                        id_, whose, rest = spent.pop()
                        part = chance.randint(1, rest)
                        services.reverse(entry_id=id_, key=key, amount=part, at=NOON, actor=actor)
                        moved = [(whose, "points", part)]
                        if part < rest:
                            spent.append((id_, whose, rest - part))
                    elif what == "expire":
                        services.expire_due(now=NOON + timedelta(minutes=number), actor=actor)
                        moved = []
                    else:
                        lines = pay_in(ANN, 7)
                        services.post(key="once", kind="k", lines=lines, actor=actor)
                        moved = []
            except Insufficient:
                changes["refused"] += 1
                continue
            changes["done"] += 1
            if what == "spend":
                spent.append((entry.pk, holder.id, amount))
            for holder_id, kind, size in moved:
                changes[holder_id, kind] += size
        return changes

    total: Counter = Counter({(h.id, k): 100 for h in FEW for k in ("points", "wallet")})
    total[ANN.id, "wallet"] += 7
    for changes in together(work):
        total.update(changes)
    with tenancy.scope(actor.merchant_id):
        assert total["done"] + total["refused"] == THREADS * OPERATIONS
        assert total["done"] > THREADS * OPERATIONS / 2
        expired: Counter = Counter()
        for holder_id, amount in Posting.objects.filter(
            entry__kind=services.EXPIRE, account__kind="test.points"
        ).values_list("account__holder_id", "amount"):  # fmt: skip
            expired[holder_id] -= amount
        assert expired.total() == balance("test.expired", "points", MERCHANT) > 0
        for holder in FEW:
            assert balance("test.wallet", "CNY", holder) == total[holder.id, "wallet"]
            assert balance("test.points", "points", holder) == total[holder.id, "points"] - expired[holder.id]
            assert 0 <= expired[holder.id] <= total[holder.id, "short"]
        assert queries.audit_balances(merchant_id=actor.merchant_id) == []
        assert not Lot.objects.filter(remaining__lt=0).exists()
        trial = queries.trial_balance(merchant_id=actor.merchant_id, at=NOON + timedelta(days=9999))
        assert {unit: sum(x.balance for x in trial if x.unit == unit) for unit in ("CNY", "points")} == {
            "CNY": 0, "points": 0,
        }  # fmt: skip
