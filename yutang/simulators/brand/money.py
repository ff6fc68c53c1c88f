"""How an order's paid amount is shared out over its lines."""

from __future__ import annotations

from collections.abc import Sequence


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Shares `total` (分, >= 0) in proportion to `weights` (price x quantity, >= 0), to the cent.

    Largest remainder: floors first, then one cent each to the largest fractional remainders, ties to the earlier
    line. Without any weight the first line takes all.
    """
    weight = sum(weights)
    if weight <= 0:
        return [total if index == 0 else 0 for index in range(len(weights))]
    shares = [total * part // weight for part in weights]
    missing = total - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % weight), index))
    for index in by_remainder[:missing]:
        shares[index] += 1
    return shares


def yuan(amount: int) -> str:
    """12345 -> "123.45"."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def yuan_commas(amount: int) -> str:
    """123456 -> "1,234.56"."""
    return f"{amount // 100:,}.{amount % 100:02d}"
