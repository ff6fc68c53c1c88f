"""A balance that many spend at once, a code shown at two tills, a gift card that many type in."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories import shop, wallet
from tests.factories.merchants import make_merchant
from yutang.areas.payments.models import Tender
from yutang.areas.wallet import queries, services
from yutang.areas.wallet.errors import BalanceTooLow, CardInvalid, CodeInvalid, FiguresChanged, NothingToRefund
from yutang.areas.wallet.models import Terms
from yutang.core import tenancy
from yutang.core.errors import DomainError
from yutang.core.ledger import queries as ledger

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 100


@pytest.fixture
def world():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        buyer = shop.buyer()
    return merchant, buyer


def table(sql: str, *args: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
        return cursor.fetchone()[0] if cursor.description else 0


def test_balance_as_one_read_modify_write_column_loses_updates():
    """The race, as CRMEB has it: who reads a balance, then writes what is left, sells more than was paid in."""
    table("CREATE TABLE unguarded AS SELECT 10 AS balance, 0 AS sold")
    try:

        def spend(_number: int, barrier) -> None:
            seen = table("SELECT balance FROM unguarded")
            connection.close()
            barrier.wait()
            if seen >= 1:
                table("UPDATE unguarded SET balance = %s, sold = sold + 1", seen - 1)

        together(spend, threads=THREADS)
        assert table("SELECT sold FROM unguarded") == THREADS  # of ten that were there
        assert table("SELECT balance FROM unguarded") == 9  # 99 payments are lost
    finally:
        table("DROP TABLE unguarded")


@pytest.mark.parametrize("spending", ["principal", "gift", "proportion"])
def test_a_hundred_threads_spend_one_balance(world, spending):
    """Sixty payments of a hundred are covered, by principal and gift together; each is paid whole or not at all."""
    merchant, buyer = world
    with tenancy.scope(merchant.pk):
        Terms.objects.create(merchant=merchant, spending=spending)
        wallet.with_balance(50_000, 10_000)
        sku = shop.stocked(THREADS, price=1_000)
        orders = [shop.place((sku, 1), identity=buyer) for _ in range(THREADS)]

    def spend(number: int, barrier) -> str:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            try:
                return wallet.spend(orders[number]).state
            except BalanceTooLow:
                return "refused"

    assert Counter(together(spend, threads=THREADS)) == {"paid": 60, "refused": 40}
    with tenancy.scope(merchant.pk):
        assert wallet.balance() == (0, 0)
        assert wallet.books() == {"gift_given": -10_000, "gift_used": 10_000, "held": -50_000, "served": 50_000}
        assert Tender.objects.filter(provider="wallet", state="paid").count() == 60
        assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_the_same_order_from_many_threads_is_paid_once(world):
    merchant, _ = world
    with tenancy.scope(merchant.pk):
        wallet.with_balance(100_000, 0)
        order = shop.place((shop.stocked(1, price=30_000), 1))

    def spend(_number: int, barrier) -> str:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            try:
                return wallet.spend(order).state
            except DomainError as error:
                return error.code

    assert Counter(together(spend, threads=20)) == {"paid": 1, "payments.already_paid": 19}
    with tenancy.scope(merchant.pk):
        assert wallet.balance() == (70_000, 0)


def test_one_code_at_many_tills_is_used_once(world):
    merchant, buyer = world
    with tenancy.scope(merchant.pk):
        shown = services.codes.make(identity=buyer, actor=shop.actor()).code

    def use(_number: int, barrier) -> bool:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            try:
                services.codes.use(code=shown, actor=shop.actor())
            except CodeInvalid:
                return False
        return True

    assert sum(together(use, threads=20)) == 1


def test_a_gift_card_from_many_threads_is_redeemed_once(world):
    merchant, _ = world
    with tenancy.scope(merchant.pk):
        _, codes = wallet.batch(1)
        people = [shop.buyer(f"+86138001381{n:02d}") for n in range(20)]

    def redeem(number: int, barrier) -> bool:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            try:
                person = people[number].customer_id
                services.cards.redeem(code=codes[0], customer_id=person, actor=shop.actor())
            except CardInvalid:
                return False
        return True

    assert sum(together(redeem, threads=20)) == 1
    with tenancy.scope(merchant.pk):
        assert wallet.books() == {"held": -10_000, "principal": 10_000}


def test_a_refund_of_principal_beside_payments_is_what_was_confirmed(world):
    """Either the payment was first and the confirmation is stale, or the refund was and the payment is not covered."""
    merchant, buyer = world
    with tenancy.scope(merchant.pk):
        recharge = wallet.with_balance(50_000, 10_000)
        confirmed = queries.trial(recharge)
        order = shop.place((shop.stocked(1, price=20_000), 1), identity=buyer)

    def act(number: int, barrier) -> str:
        barrier.wait()
        with tenancy.scope(merchant.pk):
            try:
                if number % 2:
                    wallet.spend(order)
                    return "paid"
                services.refunding.refund(
                    recharge_id=recharge.pk, key=f"{number}", confirmed=confirmed, actor=shop.actor()
                )  # fmt: skip
            except (BalanceTooLow, FiguresChanged, NothingToRefund):
                return "refused"
            except DomainError as error:
                return error.code
            return "refunded"

    found = Counter(together(act, threads=10))
    assert found["paid"] + found["refunded"] == 1
    with tenancy.scope(merchant.pk):
        left = {"held": -50_000, "principal": 30_000, "served": 20_000, "gift": 10_000, "gift_given": -10_000}
        assert wallet.books() == (left if found["paid"] else {})
        assert ledger.audit_balances(merchant_id=merchant.pk) == []
