"""Money is exact: compared with decimal arithmetic, and allocated to the last cent."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yutang.areas.imports import money
from yutang.areas.imports.allocate import allocate
from yutang.areas.imports.cells import column

prices = st.decimals(min_value=-99999, max_value=99999, allow_nan=False, allow_infinity=False, places=None).filter(
    lambda value: -12 < value.as_tuple().exponent <= 0  # type: ignore[operator]
)


@given(st.lists(st.tuples(prices, st.integers(-100_000, 100_000)), min_size=1), st.sampled_from([0, 2, 3]))
def test_products_are_those_of_decimal(pairs: list[tuple[Decimal, int]], exponent: int) -> None:
    texts = pa.array([format(price, "f") for price, _ in pairs])
    counts = pa.array([str(count) for _, count in pairs])
    values, large = money.products(column(texts, "price"), column(counts, "quantity"), exponent)
    unit = Decimal(1).scaleb(-exponent)
    expected = [int((p * q).quantize(unit, ROUND_HALF_EVEN).scaleb(exponent)) for p, q in pairs]
    assert values.tolist() == expected
    assert not large.any()


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1,234.50", 123450), ("12.00元", 1200), ("￥12", 1200), ("+3", 300), ("(3.5)", -350), (".5", 50), ("5.", 500),
        ("0.005", 0), ("0.015", 2), ("0.025", 2), ("-0.015", -2), ("1 000", 100000),
    ],
)  # fmt: skip
def test_dressed_numbers(text: str, cents: int) -> None:
    number = money.parse(text)
    assert number is not None
    assert money.round_half_even(*number, 2) == cents


@pytest.mark.parametrize("text", ["1.2E+5", "abc", ".", "+", "1.2.3", "--1", "٣", "0x10", "1e5", "inf"])
def test_no_numbers(text: str) -> None:
    assert money.parse(text) is None


@pytest.mark.parametrize(("text", "pieces"), [("2", 2), ("2.0", 2), ("0.35", 1), ("-1.5", -2), ("0", 0)])
def test_weighed_goods_count_as_whole_pieces(text: str, pieces: int) -> None:
    number = money.parse(text)
    assert number is not None
    assert money.whole_pieces(number) == pieces


def test_amounts_beyond_what_may_be_kept_are_told_apart() -> None:
    values, empty, unreadable, large = money.amounts(column(pa.array(["1", "-", "x", "9" * 20]), "amount"), 2)
    assert values.tolist() == [100, 0, 0, 0]
    assert (empty.tolist(), unreadable.tolist(), large.tolist()) == (
        [False, True, False, False],
        [False, False, True, False],
        [False, False, False, True],
    )


lines = st.lists(st.tuples(st.integers(0, 4), st.integers(-5, 10**9)), min_size=1, max_size=40)


@given(st.lists(st.integers(-(10**12), 10**12), min_size=5, max_size=5), lines)
def test_allocation_loses_no_cent(totals: list[int], parts: list[tuple[int, int]]) -> None:
    groups = np.array([group for group, _ in parts], np.int64)
    weights = np.array([weight for _, weight in parts], np.int64)
    shares = allocate(np.array(totals, np.int64), groups, weights)
    for group, total in enumerate(totals):
        mine = groups == group
        if mine.any():
            assert int(shares[mine].sum()) == total
            clean = np.maximum(weights[mine], 0).astype(object)
            clean = clean if clean.sum() else clean + 1
            exact = [Decimal(abs(total)) * int(w) / int(clean.sum()) for w in clean]
            assert all(abs(abs(int(s)) - e) < 1 for s, e in zip(shares[mine], exact, strict=True))


def test_the_larger_remainder_and_then_the_earlier_line_gets_the_cent() -> None:
    one = np.zeros(3, np.int64)
    assert allocate(np.array([100]), one, np.array([1, 1, 1])).tolist() == [34, 33, 33]
    assert allocate(np.array([100]), one, np.array([1, 2, 3])).tolist() == [17, 33, 50]
    assert allocate(np.array([-101]), one, np.array([0, 0, 0])).tolist() == [-34, -34, -33]
    assert allocate(np.array([10**15]), one, np.array([10**15, 10**15, 1])).tolist() == [5 * 10**14, 5 * 10**14, 0]
