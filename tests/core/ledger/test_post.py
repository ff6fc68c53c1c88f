from __future__ import annotations

import pytest

from tests.core.ledger.kinds import DAY, NOON, customer, earn, pay_in, pay_out, spend
from yutang.core import access
from yutang.core.ledger import queries, services
from yutang.core.ledger.errors import IdempotencyConflict, Insufficient, Unbalanced, UnknownAccount
from yutang.core.ledger.kinds import register_kind
from yutang.core.ledger.lines import MERCHANT, Draft, Line
from yutang.core.ledger.models import Account, Entry, Lot, Posting

ANN = customer(1)
BOB = customer(2)


def points(holder) -> int:
    return queries.balance(kind="test.points", unit="points", holder=holder)


def wallet(holder, unit="CNY") -> int:
    return queries.balance(kind="test.wallet", unit=unit, holder=holder)


def left(holder) -> list[int]:
    return list(
        queries.lots(kind="test.points", unit="points", holder=holder).values_list("remaining", flat=True)
    )  # fmt: skip


def test_an_entry_books_both_sides_and_says_who_why_and_from_what(actor, django_assert_num_queries):
    entry = services.post(
        key="order:5", kind="wallet.pay_in", lines=pay_in(ANN, 500), source=("order", 5), reason="Recharge",
        at=NOON, detail={"plan": 3}, actor=actor,
    )  # fmt: skip
    stored = Entry.objects.get()
    assert (stored.pk, stored.kind, stored.actor_name, stored.source_type, stored.source_id) == (
        entry.pk, "wallet.pay_in", "test", "order", 5,
    )  # fmt: skip
    assert (stored.reason, stored.at, stored.detail, stored.merchant_id) == (
        "Recharge", NOON, {"plan": 3}, actor.merchant_id,
    )  # fmt: skip
    assert list(Posting.objects.order_by("id").values_list("account__kind", "amount", "balance_after")) == [
        ("test.wallet", 500, 500),
        ("test.bank", -500, -500),
    ]
    assert wallet(ANN) == 500
    assert queries.audit_balances(merchant_id=actor.merchant_id) == []


def test_statements_are_few_and_their_number_does_not_grow(actor, django_assert_num_queries):
    services.post(key="warm", kind="k", lines=[*earn(ANN, 5), *pay_in(ANN, 5)], actor=actor)
    services.post(key="warm2", kind="k", lines=spend(ANN, 1), actor=actor)
    with django_assert_num_queries(3):  # lock, key, write
        services.post(key="a", kind="k", lines=pay_in(ANN, 5), actor=actor)
    with django_assert_num_queries(3):  # lock, key and lots, write
        services.post(key="b", kind="k", lines=spend(ANN, 1), actor=actor)
    with django_assert_num_queries(3):  # lock, key and lots, what was posted under it
        services.post(key="b", kind="k", lines=spend(ANN, 1), actor=actor)
    with django_assert_num_queries(5):  # lock, key, savepoint, write, release
        services.post_many(drafts=[Draft(f"m{n}", "k", tuple(pay_in(ANN, 1))) for n in range(100)], actor=actor)
    with django_assert_num_queries(5):  # the first line of a new account: lock, make, lock, key, write
        services.post(key="c", kind="k", lines=pay_in(BOB, 5), actor=actor)


def test_the_same_key_again_returns_the_earlier_entry_and_books_nothing(actor):
    first = services.post(key="a", kind="k", lines=pay_in(ANN, 5), actor=actor)
    again = services.post(key="a", kind="k", lines=pay_in(ANN, 5), reason="another word", actor=actor)
    assert again == first
    assert wallet(ANN) == 5
    assert Posting.objects.count() == 2


def test_a_repeated_spend_succeeds_although_the_balance_is_gone(actor):
    services.post(key="a", kind="k", lines=earn(ANN, 5), actor=actor)
    first = services.post(key="b", kind="k", lines=spend(ANN, 5), actor=actor)
    assert services.post(key="b", kind="k", lines=spend(ANN, 5), actor=actor) == first


@pytest.mark.parametrize(
    "other",
    [
        {"lines": pay_in(ANN, 6)},
        {"lines": pay_in(BOB, 5)},
        {"kind": "other"},
        {"source": ("order", 1)},
    ],
)
def test_the_same_key_with_other_content_is_refused(actor, other):
    services.post(key="a", kind="k", lines=pay_in(ANN, 5), actor=actor)
    with pytest.raises(IdempotencyConflict) as refused:
        services.post(**{"key": "a", "kind": "k", "lines": pay_in(ANN, 5), "actor": actor, **other})
    assert refused.value.code == "ledger.idempotency_conflict"
    assert Entry.objects.count() == 1


def test_a_key_twice_in_one_batch_books_once_or_is_refused(actor):
    draft = Draft("a", "k", tuple(pay_in(ANN, 5)))
    first, second = services.post_many(drafts=[draft, draft], actor=actor)
    assert first == second
    assert wallet(ANN) == 5
    with pytest.raises(IdempotencyConflict):
        services.post_many(
            drafts=[Draft("b", "k", tuple(pay_in(ANN, 5))), Draft("b", "k", tuple(pay_in(ANN, 6)))], actor=actor
        )
    assert wallet(ANN) == 5


def test_spending_more_than_there_is_is_refused_with_what_there_is_and_the_scope_stays_usable(actor):
    services.post(key="a", kind="k", lines=pay_in(ANN, 5), actor=actor)
    with pytest.raises(Insufficient) as refused:
        services.post(key="b", kind="k", lines=pay_out(ANN, 6), actor=actor)
    assert (refused.value.code, refused.value.params["available"], refused.value.params["wanted"]) == (
        "ledger.insufficient", 5, 6,
    )  # fmt: skip
    assert Entry.objects.count() == 1
    services.post(key="b", kind="k", lines=pay_out(ANN, 5), actor=actor)
    assert wallet(ANN) == 0


def test_a_batch_with_one_refused_entry_books_nothing(actor):
    with pytest.raises(Insufficient):
        services.post_many(
            drafts=[Draft("a", "k", tuple(pay_in(ANN, 5))), Draft("b", "k", tuple(pay_out(ANN, 6)))], actor=actor
        )
    assert Entry.objects.count() == 0
    assert wallet(ANN) == 0


def test_every_unit_balances_on_its_own(actor):
    with pytest.raises(Unbalanced) as refused:
        services.post(key="a", kind="k", lines=[pay_in(ANN, 5)[0], pay_in(ANN, 5, "USD")[1]], actor=actor)
    assert refused.value.code == "ledger.unbalanced"
    services.post(key="a", kind="k", lines=[*pay_in(ANN, 5), *pay_in(ANN, 7, "USD")], actor=actor)
    assert (wallet(ANN), wallet(ANN, "USD")) == (5, 7)


@pytest.mark.parametrize(
    "line",
    [
        Line("test.nobody", ANN, 5, "CNY"),
        Line("test.wallet", ANN, 5),  # no unit
        Line("test.points", ANN, 5, "CNY"),  # another unit
        Line("test.wallet", MERCHANT, 5, "CNY"),  # another holder
    ],
)
def test_an_unknown_account_is_refused(actor, line):
    with pytest.raises(UnknownAccount) as refused:
        services.post(key="a", kind="k", lines=[line, Line("test.bank", MERCHANT, -5, "CNY")], actor=actor)
    assert refused.value.code == "ledger.unknown_account"
    assert Account.objects.count() == 0


def test_spending_takes_what_expires_first_then_the_oldest(actor):
    for number, (amount, days) in enumerate([(10, None), (20, 30), (30, 10), (40, 30), (50, None)]):
        services.post(
            key=f"earn{number}", kind="k", at=NOON + number * DAY / 10,
            lines=earn(ANN, amount, NOON + days * DAY if days else None), actor=actor,
        )  # fmt: skip
    assert left(ANN) == [30, 20, 40, 10, 50]
    services.post(key="a", kind="k", lines=spend(ANN, 35), at=NOON + DAY, actor=actor)
    assert left(ANN) == [15, 40, 10, 50]
    services.post(key="b", kind="k", lines=spend(ANN, 60), at=NOON + DAY, actor=actor)
    assert left(ANN) == [5, 50]
    assert queries.audit_balances(merchant_id=actor.merchant_id) == []


def test_an_expired_lot_cannot_be_spent_even_before_it_is_booked_out(actor):
    services.post(key="a", kind="k", lines=earn(ANN, 10, NOON + DAY), at=NOON, actor=actor)
    services.post(key="b", kind="k", lines=earn(ANN, 5), at=NOON, actor=actor)
    with pytest.raises(Insufficient) as refused:
        services.post(key="c", kind="k", lines=spend(ANN, 6), at=NOON + DAY, actor=actor)
    assert refused.value.params["available"] == 5
    assert queries.spendable(kind="test.points", unit="points", holder=ANN, at=NOON + DAY) == 5
    services.post(key="c", kind="k", lines=spend(ANN, 5), at=NOON + DAY, actor=actor)
    assert left(ANN) == [10]


def test_spending_may_name_the_origin(actor):
    services.post(key="a", kind="k", lines=[*earn(ANN, 10, NOON, "gift"), *earn(ANN, 20, None, "bought")], actor=actor)
    with pytest.raises(Insufficient):
        services.post(key="b", kind="k", lines=spend(ANN, 21, "bought"), at=NOON - DAY, actor=actor)
    services.post(key="b", kind="k", lines=spend(ANN, 20, "bought"), at=NOON - DAY, actor=actor)
    assert left(ANN) == [10]


def test_lots_granted_in_a_batch_can_be_spent_in_it(actor):
    services.post_many(
        drafts=[Draft("a", "k", tuple(earn(ANN, 10))), Draft("b", "k", tuple(spend(ANN, 4)))], actor=actor
    )
    assert left(ANN) == [6]
    assert Lot.objects.get().granted == 10
    assert queries.audit_balances(merchant_id=actor.merchant_id) == []


def test_a_striped_account_is_the_sum_of_its_rows(actor):
    for number in range(40):
        services.post(key=f"a{number}", kind="k", lines=earn(ANN, 1), actor=actor)
    assert 1 < Account.objects.filter(kind="test.issued").count() <= 8
    assert queries.balance(kind="test.issued", unit="points", holder=MERCHANT) == -40


def test_the_trial_balance_sums_to_zero_at_every_moment(actor):
    services.post(key="a", kind="k", lines=earn(ANN, 10), at=NOON, actor=actor)
    services.post(key="b", kind="k", lines=[*spend(ANN, 4), *pay_in(ANN, 3)], at=NOON + DAY, actor=actor)

    def at(moment):
        return {
            (line.kind, line.unit): line.balance
            for line in queries.trial_balance(merchant_id=actor.merchant_id, at=moment)
        }

    assert at(NOON) == {("test.points", "points"): 10, ("test.issued", "points"): -10}
    assert at(NOON + DAY) == {
        ("test.points", "points"): 6, ("test.issued", "points"): -10, ("test.spent", "points"): 4,
        ("test.wallet", "CNY"): 3, ("test.bank", "CNY"): -3,
    }  # fmt: skip


def test_a_kind_cannot_be_registered_twice_differently():
    register_kind("test.wallet", holder="customer")
    with pytest.raises(ValueError, match="twice"):
        register_kind("test.wallet", holder="node")
    with pytest.raises(ValueError, match="cannot be negative"):
        register_kind("test.x", holder="customer", has_lots=True, may_be_negative=True, expires_to="test.expired")
    with pytest.raises(ValueError, match="striped"):
        register_kind("test.x", holder="customer", stripes=2)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_can_be_posted():
    with pytest.raises(RuntimeError, match="scope"):
        services.post(key="a", kind="k", lines=pay_in(ANN, 5), actor=access.system(1))
