from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.factories import shop, wallet
from tests.factories.till import cashier
from yutang.areas.merchants import queries as merchants
from yutang.areas.wallet import services
from yutang.areas.wallet.errors import (
    AlreadyExported,
    BalanceTooHigh,
    CardInvalid,
    OutOfBounds,
    TooManyTries,
    WrongBatchState,
)
from yutang.areas.wallet.models import CardBatch, GiftCard
from yutang.core import clock
from yutang.core.errors import Invalid, NotAllowed
from yutang.core.ledger import queries as ledger
from yutang.core.ledger import services as books
from yutang.core.models import AuditEntry


def redeem(code: str, identity=None) -> GiftCard:
    person = (identity or shop.buyer()).customer_id
    return services.cards.redeem(code=code, customer_id=person, actor=shop.actor())


def test_cards_are_worth_nothing_until_they_are_activated(merchant):
    batch, codes = wallet.batch(2, 10_000, is_active=False)
    with pytest.raises(CardInvalid):
        redeem(codes[0])
    assert wallet.books() == {}
    services.cards.activate(batch_id=batch.pk, actor=shop.actor())
    services.cards.activate(batch_id=batch.pk, actor=shop.actor())
    assert wallet.books() == {"gift_card": 20_000, "held": -20_000}


@pytest.mark.parametrize(
    ("gives", "is_sold", "left"),
    [("principal", True, (10_000, 0)), ("gift", True, (0, 10_000)), ("gift", False, (0, 10_000))],
)
def test_a_card_becomes_balance(merchant, gives, is_sold, left):
    batch, codes = wallet.batch(2, 10_000, gives=gives, is_sold=is_sold)
    card = redeem(codes[1].lower())
    assert (card.state, card.serial, wallet.balance()) == ("redeemed", f"{batch.pk:06d}-00002", left)
    assert wallet.books()["gift_card"] == 10_000
    assert wallet.books()["held" if is_sold else "gift_given"] == -20_000
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_a_card_is_redeemed_once(merchant):
    _, codes = wallet.batch()
    assert redeem(codes[0]).pk == redeem(codes[0]).pk
    assert wallet.balance() == (10_000, 0)
    with pytest.raises(CardInvalid):
        redeem(codes[0], shop.buyer("+8613900139000"))


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "0" * 16, "x" * 5_000])
def test_a_guess_is_told_nothing(merchant, code):
    wallet.batch()
    with pytest.raises(CardInvalid):
        redeem(code)


def test_an_expired_card_is_worth_nothing_and_is_booked_out(merchant):
    with time_machine.travel(clock.now() - timedelta(days=1_099)):
        _, codes = wallet.batch(1)
    with pytest.raises(CardInvalid):
        redeem(codes[0])
    books.expire_due(now=clock.now(), actor=shop.actor())
    assert wallet.books() == {"expired": 10_000, "held": -10_000}


def test_codes_are_handed_out_once_and_kept_nowhere(merchant):
    batch, codes = wallet.batch(3)
    with pytest.raises(AlreadyExported):
        services.cards.hand_out(batch_id=batch.pk, actor=shop.actor())
    assert len(set(codes)) == 3
    assert list(GiftCard.objects.values_list("sealed", flat=True)) == [None] * 3
    assert AuditEntry.objects.filter(action="wallet.export_cards").count() == 1


def test_guessing_is_slow(merchant):
    for _ in range(10):
        services.cards.refuse_eager(who=["a"])
    with pytest.raises(TooManyTries):
        services.cards.refuse_eager(who=["b", "a"])


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"face": 100_001}, OutOfBounds),
        ({"days": 365}, OutOfBounds),
        ({"count": 10_001}, OutOfBounds),
        ({"is_sold": False, "gives": "principal"}, Invalid),
        ({"name": " "}, Invalid),
    ],
)
def test_what_the_law_does_not_allow(merchant, values, error):
    with pytest.raises(error):
        wallet.batch(**values)
    assert not CardBatch.objects.exists()


def test_a_card_cannot_lift_a_balance_above_the_law(merchant):
    _, codes = wallet.batch()
    wallet.recharged(amount=499_000)
    with pytest.raises(BalanceTooHigh):
        redeem(codes[0])
    assert GiftCard.objects.filter(state="active").count() == 2


def test_a_lost_card_is_voided(merchant):
    _, codes = wallet.batch()
    card = GiftCard.objects.order_by("pk")[0]
    for _ in range(2):
        services.cards.void(card_id=card.pk, actor=shop.actor())
    with pytest.raises(CardInvalid):
        redeem(codes[0])
    redeem(codes[1])
    with pytest.raises(WrongBatchState):
        services.cards.void(card_id=GiftCard.objects.get(state="redeemed").pk, actor=shop.actor())
    assert wallet.books() == {"held": -10_000, "principal": 10_000}


def test_only_who_may_for_the_whole_company(merchant):
    with pytest.raises(NotAllowed):
        services.cards.make_batch(
            name="x", count=1, face=1, is_sold=True, gives="gift", node_id=merchants.root_node().pk, days=1_098,
            actor=cashier(merchant, merchants.root_node(), role="guide", opening=None),
        )  # fmt: skip
