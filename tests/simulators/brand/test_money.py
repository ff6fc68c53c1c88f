import pytest

from yutang.simulators.brand.money import allocate, yuan, yuan_commas


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # equal remainders: the earlier line
        (1000, [3, 3, 1], [429, 428, 143]),  # .571, .571, .857: the last first, then the first
        (0, [5, 5], [0, 0]),
        (999, [0, 100], [0, 999]),  # a gift takes nothing
        (7, [0, 0], [7, 0]),
    ],
)
def test_shares(total: int, weights: list[int], shares: list[int]) -> None:
    assert allocate(total, weights) == shares


def test_printing() -> None:
    assert yuan(123456) == "1234.56"
    assert yuan(-5) == "-0.05"
    assert yuan_commas(123456) == "1,234.56"
