from __future__ import annotations

import pytest

from tests.core.ledger.kinds import DAY, NOON, customer, earn, pay_in, pay_out, spend
from yutang.core.ledger import queries, services
from yutang.core.ledger.errors import AlreadyReversed, IdempotencyConflict, Insufficient, UnknownEntry
from yutang.core.ledger.lines import MERCHANT
from yutang.core.ledger.models import Entry

ANN = customer(1)


@pytest.fixture(autouse=True)
def _adds_up(actor):
    yield
    assert queries.audit_balances(merchant_id=actor.merchant_id) == []


def lots(holder=ANN) -> list[tuple[int, object, str]]:
    found = queries.lots(kind="test.points", unit="points", holder=holder)
    return list(found.values_list("remaining", "expires_at", "origin"))


def balance(kind: str, unit: str = "points", holder=MERCHANT) -> int:
    return queries.balance(kind=kind, unit=unit, holder=holder)


def two_lots(actor) -> None:
    services.post(key="gift", kind="k", lines=earn(ANN, 10, NOON + 5 * DAY, "gift"), at=NOON, actor=actor)
    services.post(key="buy", kind="k", lines=earn(ANN, 20, NOON + 9 * DAY, "buy"), at=NOON, actor=actor)


BOTH = [(10, NOON + 5 * DAY, "gift"), (20, NOON + 9 * DAY, "buy")]


def test_a_refund_returns_to_the_lots_it_was_taken_from(actor):
    two_lots(actor)
    spent = services.post(key="s", kind="points.spend", lines=spend(ANN, 15), source=("order", 5), at=NOON, actor=actor)
    assert lots() == [(15, NOON + 9 * DAY, "buy")]
    refund = services.reverse(entry_id=spent.pk, key="r", at=NOON + DAY, actor=actor)
    assert lots() == BOTH
    stored = Entry.objects.get(pk=refund.pk)
    assert (stored.reverses_id, stored.kind, stored.source_id) == (spent.pk, "points.spend.reverse", 5)
    assert services.reverse(entry_id=spent.pk, key="r", actor=actor) == refund
    assert balance("test.points", holder=ANN) == 30


def test_nothing_is_reversed_twice(actor):
    two_lots(actor)
    spent = services.post(key="s", kind="k", lines=spend(ANN, 15), at=NOON, actor=actor)
    services.reverse(entry_id=spent.pk, key="r", actor=actor)
    with pytest.raises(AlreadyReversed) as refused:
        services.reverse(entry_id=spent.pk, key="r2", actor=actor)
    assert refused.value.params == {"available": 0}
    with pytest.raises(IdempotencyConflict):
        services.reverse(entry_id=spent.pk, key="r", amount=3, actor=actor)
    with pytest.raises(UnknownEntry):
        services.reverse(entry_id=10**9, key="r3", actor=actor)
    assert lots() == BOTH


def test_partial_refunds_fill_the_last_taken_lot_first_and_end_at_the_whole(actor):
    two_lots(actor)
    spent = services.post(key="s", kind="k", lines=spend(ANN, 15), at=NOON, actor=actor)
    services.reverse(entry_id=spent.pk, key="r1", amount=7, actor=actor)
    assert lots() == [(2, NOON + 5 * DAY, "gift"), (20, NOON + 9 * DAY, "buy")]
    with pytest.raises(AlreadyReversed) as refused:
        services.reverse(entry_id=spent.pk, key="r2", amount=9, actor=actor)
    assert refused.value.params == {"available": 8}
    services.reverse(entry_id=spent.pk, key="r3", actor=actor)
    assert lots() == BOTH


def test_an_entry_over_more_accounts_is_reversed_whole_only(actor):
    entry = services.post(key="a", kind="k", lines=[*earn(ANN, 5), *pay_in(ANN, 3)], at=NOON, actor=actor)
    with pytest.raises(ValueError, match="two accounts"):
        services.reverse(entry_id=entry.pk, key="r", amount=2, actor=actor)
    services.reverse(entry_id=entry.pk, key="r", actor=actor)
    assert (balance("test.points", holder=ANN), balance("test.wallet", "CNY", ANN)) == (0, 0)


def test_what_was_refunded_into_an_expired_lot_expires_at_the_next_run(actor):
    two_lots(actor)
    spent = services.post(key="s", kind="k", lines=spend(ANN, 10), at=NOON, actor=actor)
    services.reverse(entry_id=spent.pk, key="r", at=NOON + 6 * DAY, actor=actor)
    assert lots() == BOTH
    assert queries.spendable(kind="test.points", unit="points", holder=ANN, at=NOON + 6 * DAY) == 20
    assert services.expire_due(now=NOON + 6 * DAY, actor=actor) == 1
    assert lots() == BOTH[1:]
    assert balance("test.expired") == 10


def test_or_it_gets_a_new_term_in_a_lot_of_the_same_origin(actor):
    two_lots(actor)
    spent = services.post(key="s", kind="k", lines=spend(ANN, 15), at=NOON, actor=actor)
    services.reverse(entry_id=spent.pk, key="r", at=NOON + 6 * DAY, expired_until=NOON + 20 * DAY, actor=actor)
    assert lots() == [(20, NOON + 9 * DAY, "buy"), (10, NOON + 20 * DAY, "gift")]


def test_taking_back_a_grant_takes_its_own_lot_first_and_then_the_others(actor):
    two_lots(actor)
    bought = Entry.objects.get(idempotency_key="buy")
    services.post(key="s", kind="k", lines=spend(ANN, 13), at=NOON, actor=actor)  # 10 gift, 3 buy
    services.post(key="more", kind="k", lines=earn(ANN, 5), at=NOON, actor=actor)
    services.reverse(entry_id=bought.pk, key="r", at=NOON, actor=actor)
    assert lots() == [(2, None, "")]


def test_taking_back_more_than_is_left_is_refused_with_what_is_left(actor):
    two_lots(actor)
    services.post(key="s", kind="k", lines=spend(ANN, 13), at=NOON, actor=actor)
    with pytest.raises(Insufficient) as refused:
        services.reverse(entry_id=Entry.objects.get(idempotency_key="buy").pk, key="r", at=NOON, actor=actor)
    assert (refused.value.params["available"], refused.value.params["wanted"]) == (17, 20)
    assert lots() == [(17, NOON + 9 * DAY, "buy")]


def test_a_balance_without_lots_is_taken_back_only_as_far_as_it_reaches(actor):
    entry = services.post(key="a", kind="k", lines=pay_in(ANN, 5), actor=actor)
    services.post(key="b", kind="k", lines=pay_out(ANN, 2), actor=actor)
    with pytest.raises(Insufficient) as refused:
        services.reverse(entry_id=entry.pk, key="r", actor=actor)
    assert refused.value.params["available"] == 3


def test_expiry_books_out_what_is_left_of_due_lots_once(actor):
    two_lots(actor)
    services.post(key="s", kind="k", lines=spend(ANN, 4), at=NOON, actor=actor)
    assert services.expire_due(now=NOON + 5 * DAY - DAY / 24, actor=actor) == 0
    assert services.expire_due(now=NOON + 5 * DAY, actor=actor) == 1
    assert services.expire_due(now=NOON + 5 * DAY, actor=actor) == 0
    assert lots() == BOTH[1:]
    assert (balance("test.expired"), balance("test.spent")) == (6, 4)
    assert Entry.objects.filter(kind="ledger.expire").count() == 1


def test_expiry_of_many_goes_in_slices(actor, django_assert_num_queries):
    for number in range(30):
        services.post(key=f"e{number}", kind="k", lines=earn(customer(number), 2, NOON), at=NOON - DAY, actor=actor)
    with django_assert_num_queries(9):  # due, accounts, lock, make, lock, lots, savepoint, write, release
        assert services.expire_due(now=NOON, limit=20, actor=actor) == 20
    assert services.expire_due(now=NOON, limit=20, actor=actor) == 10
    assert services.expire_due(now=NOON, limit=20, actor=actor) == 0
    assert balance("test.expired") == 60
