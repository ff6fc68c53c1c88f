"""Amounts are shared and taken in parts without losing a cent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yutang.core import money

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=30)


@given(st.integers(-(10**12), 10**12), WEIGHTS)
def test_shares_sum_to_the_amount(amount, weights):
    shares = money.allocated(amount, weights)
    assert sum(shares) == amount
    assert len(shares) == len(weights)
    total = sum(weights)
    if total:
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share * total - amount * weight) < total  # less than one unit from the exact share


@given(WEIGHTS, st.data())
def test_no_share_exceeds_its_weight(weights, data):
    amount = data.draw(st.integers(0, sum(weights)))
    assert all(0 <= share <= weight for share, weight in zip(money.allocated(amount, weights), weights, strict=True))


def test_the_first_of_equals_gets_the_cent_that_is_left():
    assert money.allocated(100, [1, 1, 1]) == [34, 33, 33]
    assert money.allocated(-100, [1, 1, 1]) == [-34, -33, -33]
    assert money.allocated(5, [0, 0]) == [5, 0]


@given(st.integers(0, 10**10), st.integers(1, 50), st.data())
def test_parts_sum_to_the_amount_in_whatever_steps(amount, whole, data):
    done, taken = 0, 0
    while done < whole:
        step = data.draw(st.integers(1, whole - done))
        taken += money.part(amount, done + step, whole) - money.part(amount, done, whole)
        done += step
    assert taken == amount
