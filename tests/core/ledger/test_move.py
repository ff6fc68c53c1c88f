from __future__ import annotations

import pytest

from tests.core.ledger.kinds import DAY, NOON, commission, customer, earn, pay_in, pay_out, spend
from yutang.core.ledger import queries, services
from yutang.core.ledger.errors import AlreadyMoved, IdempotencyConflict, UnknownEntry
from yutang.core.ledger.models import Account, Entry, Lot

ANN, BOB, CEM = customer(1), customer(2), customer(3)


@pytest.fixture(autouse=True)
def _adds_up(actor):
    yield
    assert queries.audit_balances(merchant_id=actor.merchant_id) == []


def state() -> dict[str, list[tuple]]:
    """Everything that counts, as values: balances and what is in the lots."""
    return {
        "balances": sorted(
            Account.objects.exclude(balance=0).values_list(
                "kind", "unit", "holder_type", "holder_id", "balance", "moved_to"
            )
        ),
        "lots": sorted(
            Lot.objects.filter(remaining__gt=0).values_list(
                "account__holder_id", "remaining", "granted_at", "origin", "expires_at"
            ),
            key=str,
        ),
    }  # fmt: skip


def lots(holder) -> list[tuple]:
    found = queries.lots(kind="test.points", unit="points", holder=holder)
    return list(found.values_list("remaining", "expires_at", "origin", "granted_at"))


def wallet(holder) -> int:
    return queries.balance(kind="test.wallet", unit="CNY", holder=holder)


def owed(holder) -> int:
    return queries.balance(kind="test.commission", unit="CNY", holder=holder)


@pytest.fixture
def three(actor) -> None:
    """Ann has two lots, 500 in the wallet and owes commission; Bob has a lot and 70; Cem has 9."""
    services.post(key="1", kind="k", lines=earn(ANN, 10, NOON + 5 * DAY, "gift"), at=NOON, actor=actor)
    services.post(key="2", kind="k", lines=earn(ANN, 20, None, "buy"), at=NOON + DAY, actor=actor)
    services.post(key="3", kind="k", lines=[*pay_in(ANN, 500), *pay_in(BOB, 70), *pay_in(CEM, 9)], actor=actor)
    services.post(key="4", kind="k", lines=earn(BOB, 7, NOON + 9 * DAY, "gift"), at=NOON, actor=actor)
    services.post(key="5", kind="k", lines=commission(ANN, -40), actor=actor)
    services.post(key="6", kind="k", lines=spend(ANN, 3), at=NOON, actor=actor)


def move(key, a, b, actor) -> Entry:
    return services.move_holder(from_holder=a, to_holder=b, key=key, actor=actor)


def test_a_move_takes_every_balance_lot_by_lot(actor, three):
    entry = move("m", ANN, BOB, actor)
    assert lots(ANN) == []
    assert lots(BOB) == [
        (7, NOON + 5 * DAY, "gift", NOON), (7, NOON + 9 * DAY, "gift", NOON), (20, None, "buy", NOON + DAY),
    ]  # fmt: skip
    assert (wallet(ANN), wallet(BOB), owed(ANN), owed(BOB)) == (0, 570, 0, -40)
    assert move("m", ANN, BOB, actor) == entry
    with pytest.raises(IdempotencyConflict):
        move("m", ANN, CEM, actor)


def test_taken_back_at_once_everything_is_as_before(actor, three):
    before = state()
    move("m", ANN, BOB, actor)
    back = services.move_back(key="m", actor=actor)
    assert state() == before
    assert Entry.objects.get(pk=back.pk).detail == {"shortfall": []}
    assert services.move_back(key="m", actor=actor) == back
    assert state() == before


@pytest.mark.parametrize("order", [["m1", "m2"], ["m2", "m1"]])
def test_chained_moves_are_taken_back_in_any_order(actor, three, order):
    before = state()
    move("m1", ANN, BOB, actor)
    move("m2", BOB, CEM, actor)
    assert (wallet(CEM), owed(CEM)) == (579, -40)
    services.move_back(key=order[0], actor=actor)
    if order[0] == "m1":
        assert (wallet(ANN), wallet(BOB), wallet(CEM), owed(ANN), owed(CEM)) == (500, 0, 79, -40, 0)
        assert [remaining for remaining, *_ in lots(ANN)] == [7, 20]
    services.move_back(key=order[1], actor=actor)
    assert state() == before


def test_what_was_spent_meanwhile_is_recorded_as_shortfall(actor, three):
    move("m", ANN, BOB, actor)
    services.post(key="s", kind="k", lines=spend(BOB, 9), at=NOON, actor=actor)  # 7 of Ann's gift, 2 of Bob's
    services.post(key="p", kind="k", lines=pay_out(BOB, 200), actor=actor)
    back = services.move_back(key="m", actor=actor)
    assert Entry.objects.get(pk=back.pk).detail == {
        "shortfall": [
            {"kind": "test.points", "unit": "points", "amount": 7},
            {"kind": "test.wallet", "unit": "CNY", "amount": 130},
        ]
    }
    assert [remaining for remaining, *_ in lots(ANN)] == [20]
    assert [remaining for remaining, *_ in lots(BOB)] == [5]
    assert (wallet(ANN), wallet(BOB), owed(ANN), owed(BOB)) == (370, 0, -40, 0)


def test_what_came_to_somebody_in_debt_goes_back_whole(actor):
    services.post(key="1", kind="k", lines=[*commission(ANN, 5), *commission(BOB, -9)], actor=actor)
    before = state()
    move("m", ANN, BOB, actor)
    assert owed(BOB) == -4
    services.move_back(key="m", actor=actor)
    assert state() == before


def test_lines_on_a_moved_account_go_where_it_moved(actor, three):
    move("m1", ANN, BOB, actor)
    move("m2", BOB, CEM, actor)
    services.post(key="s", kind="k", lines=[*pay_in(ANN, 1), *spend(ANN, 30)], at=NOON, actor=actor)
    assert (wallet(ANN), wallet(CEM)) == (0, 580)
    assert [remaining for remaining, *_ in lots(CEM)] == [4]


def test_a_refund_after_a_move_reaches_the_new_holder_and_goes_home_with_the_rest(actor, three):
    spent = Entry.objects.get(idempotency_key="6")
    move("m", ANN, BOB, actor)
    services.reverse(entry_id=spent.pk, key="r", at=NOON, actor=actor)
    assert lots(ANN) == []
    assert sum(remaining for remaining, expires, *_ in lots(BOB) if expires == NOON + 5 * DAY) == 10
    services.move_back(key="m", actor=actor)
    assert [remaining for remaining, *_ in lots(ANN)] == [10, 20]
    assert [remaining for remaining, *_ in lots(BOB)] == [7]


def test_a_grant_taken_back_after_moves_is_found_where_it_is(actor, three):
    move("m1", ANN, BOB, actor)
    move("m2", BOB, CEM, actor)
    services.reverse(entry_id=Entry.objects.get(idempotency_key="1").pk, key="r", at=NOON, actor=actor)
    # Three of the ten were spent: the rest of the debt comes from what expires next, Bob's gift.
    assert [(remaining, origin) for remaining, _, origin, _ in lots(CEM)] == [(4, "gift"), (20, "buy")]
    services.move_back(key="m1", actor=actor)
    services.move_back(key="m2", actor=actor)
    assert ([r for r, *_ in lots(ANN)], [r for r, *_ in lots(BOB)], lots(CEM)) == ([20], [4], [])


def test_a_holder_moves_once_and_never_in_a_circle(actor, three):
    move("m1", ANN, BOB, actor)
    with pytest.raises(AlreadyMoved) as refused:
        move("m2", ANN, CEM, actor)
    assert refused.value.code == "ledger.already_moved"
    with pytest.raises(AlreadyMoved):
        move("m3", BOB, ANN, actor)
    assert (wallet(BOB), Entry.objects.filter(kind="ledger.move").count()) == (570, 1)
    with pytest.raises(UnknownEntry):
        services.move_back(key="m2", actor=actor)


def test_after_the_way_back_the_same_two_can_be_moved_again(actor, three):
    before = state()
    for number in range(3):
        move(f"m{number}", ANN, BOB, actor)
        services.move_back(key=f"m{number}", actor=actor)
    assert state() == before


def test_a_holder_without_accounts_can_be_moved(actor):
    move("m", ANN, BOB, actor)
    assert Entry.objects.get(pk=services.move_back(key="m", actor=actor).pk).detail == {"shortfall": []}


@pytest.mark.parametrize("order", [["m1", "m2"], ["m2", "m1"]])
def test_what_was_spent_before_a_later_move_is_not_taken_from_whom_it_reached(actor, order):
    """Ann's 5 are spent while they are Bob's; Cem, who comes after, pays for nobody."""
    services.post(key="1", kind="k", lines=[*pay_in(ANN, 5), *pay_in(CEM, 10)], actor=actor)
    move("m1", ANN, BOB, actor)
    services.post(key="2", kind="k", lines=pay_out(BOB, 5), actor=actor)
    move("m2", BOB, CEM, actor)
    for key in order:
        services.move_back(key=key, actor=actor)
    assert (wallet(ANN), wallet(BOB), wallet(CEM)) == (0, 0, 10)
