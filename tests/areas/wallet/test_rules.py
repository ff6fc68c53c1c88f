"""What a payment is made of, what comes back, and what a refund of principal comes to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yutang.areas.wallet import rules

amounts = st.integers(min_value=0, max_value=10**7)
spendings = st.sampled_from(["principal", "gift", "proportion"])


def test_each_order_takes_as_it_says():
    has = {"principal": 100, "gift": 20}
    assert rules.split(110, **has, spending="principal") == (100, 10)
    assert rules.split(110, **has, spending="gift") == (90, 20)
    assert rules.split(60, **has, spending="proportion") == (50, 10)


@given(amounts, amounts, st.data(), spendings)
def test_a_payment_is_made_of_what_there_is(principal, gift, data, spending):
    amount = data.draw(st.integers(0, principal + gift))
    own, other = rules.split(amount, principal=principal, gift=gift, spending=spending)
    assert own + other == amount
    assert 0 <= own <= principal
    assert 0 <= other <= gift


@given(amounts, amounts, st.lists(st.integers(1, 10**6), max_size=8), spendings)
def test_refunds_in_any_steps_bring_back_exactly_what_was_paid(principal, gift, steps, spending):
    back = [0, 0]
    left = principal + gift
    for step in [*steps, left]:
        amount = min(step, left)
        if not amount:
            continue
        parts = rules.give_back(
            amount, principal=principal, gift=gift, principal_back=back[0], gift_back=back[1], spending=spending
        )
        assert sum(parts) == amount
        assert min(parts) >= 0
        back = [before + part for before, part in zip(back, parts, strict=True)]
        assert back[0] <= principal
        assert back[1] <= gift
        left -= amount
    assert back == [principal, gift]


def test_what_was_taken_last_comes_back_first():
    paid = {"principal": 100, "gift": 10, "principal_back": 0, "gift_back": 0}
    assert rules.give_back(30, **paid, spending="principal") == (20, 10)
    assert rules.give_back(30, **paid, spending="gift") == (30, 0)


def trial(**overrides) -> rules.Trial:
    whole = {
        "amount": 100_000, "gift": 20_000, "principal_left": 100_000, "principal_used": 0, "gift_left": 20_000,
        "gift_used": 0, "gift_expired": 0,
    }  # fmt: skip
    return rules.trial(**{**whole, **overrides})


def test_an_untouched_recharge_goes_back_whole():
    assert (trial().refund, trial().withdrawn, trial().gift_stays) == (100_000, 20_000, 0)


def test_the_gift_follows_the_principal():
    """40 % of the principal is left: 40 % of the gift is withdrawn, and what belongs to the used part stays."""
    found = trial(principal_left=40_000, principal_used=60_000)
    assert (found.refund, found.withdrawn, found.gift_stays, found.deducted) == (40_000, 8_000, 12_000, 0)


def test_gift_used_beyond_its_part_is_paid_at_the_agreed_price():
    """Goods for 60,000 of which gift paid 20,000: at 1,000/1,200 they cost 50,000; the rest of 100,000 goes back."""
    found = trial(principal_left=60_000, principal_used=40_000, gift_left=0, gift_used=20_000)
    assert (found.refund, found.deducted, found.withdrawn) == (50_000, 10_000, 0)


def test_gift_alone_was_used():
    found = trial(gift_left=0, gift_used=20_000)
    assert (found.refund, found.deducted) == (83_333, 16_667)


def test_expired_gift_is_not_used_gift():
    found = trial(gift_left=0, gift_expired=20_000)
    assert (found.refund, found.deducted, found.withdrawn) == (100_000, 0, 0)


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.data())
def test_a_refund_never_exceeds_what_is_left(amount, gift, data):
    left = data.draw(st.integers(0, amount))
    gift_left = data.draw(st.integers(0, gift))
    gift_used = data.draw(st.integers(0, gift - gift_left))
    found = rules.trial(
        amount=amount, gift=gift, principal_left=left, principal_used=amount - left, gift_left=gift_left,
        gift_used=gift_used, gift_expired=gift - gift_left - gift_used,
    )  # fmt: skip
    assert found.refund + found.deducted == left
    assert found.withdrawn + found.gift_stays == gift_left
    assert min(found.refund, found.deducted, found.withdrawn, found.gift_stays) >= 0
    if not left:
        assert found.withdrawn == 0 or gift * amount < (gift_used + gift_left) * amount


def test_identity_card_numbers():
    assert rules.is_id_number("11010519491231002X")
    assert rules.is_id_number("440524188001010014")
    assert not rules.is_id_number("110105194912310021")
    assert not rules.is_id_number("1101051949123100２X")


def test_codes_are_typed_as_people_type():
    code = rules.new_card_code()
    assert rules.card_code(rules.written(code).lower()) == code
    assert rules.card_code(f" {code[:8]} {code[8:]} ") == code
    assert rules.card_code("0000-0000-0000-0000") == ""
