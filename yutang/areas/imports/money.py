"""Decimal text to whole numbers, exactly: no binary fractions anywhere.

A number is a pair (digits, scale): "2.550" is (2550, 3). Amounts are rounded half to even, once, at the end.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa

from .cells import Column, Mask

Ints = np.ndarray[Any, np.dtype[np.int64]]
Number = tuple[int, int]

LARGEST = 1 << 53  # beyond it, spreadsheets and JSON readers lose digits
_NUMBER = re.compile(r"([+-]?)(\d{0,30})(?:\.(\d{0,30}))?")
_DRESS = str.maketrans("", "", ",，￥¥$£€元圆 \u00a0'")


def parse(text: str) -> Number | None:
    """The number a cell shows, with or without thousands commas, currency sign, 元, or accounting brackets."""
    bare = text.translate(_DRESS)
    if bare[:1] in "(（" and bare[-1:] in ")）" and len(bare) > 2:
        bare = "-" + bare[1:-1]
    match = _NUMBER.fullmatch(bare)
    if match is None or not bare.isascii():
        return None
    sign, whole, fraction = match[1], match[2], (match[3] or "").rstrip("0")
    if not whole and not match[3]:
        return None
    digits = int((whole + fraction) or "0")
    return (-digits if sign == "-" else digits), len(fraction)


def round_half_even(digits: int, scale: int, exponent: int) -> int:
    """`digits / 10**scale` in minor units (`10**-exponent`), rounded half to even."""
    if scale <= exponent:
        factor: int = 10 ** (exponent - scale)
        return digits * factor
    unit: int = 10 ** (scale - exponent)
    quotient, rest = divmod(digits, unit)
    if rest * 2 > unit or (rest * 2 == unit and quotient % 2):
        quotient += 1
    return quotient


def whole_pieces(number: Number) -> int:
    """A quantity as pieces. Weighed goods (0.35 kg) count as whole pieces, rounded away from zero."""
    digits, scale = number
    pieces: int = -(-abs(digits) // 10**scale)
    return -pieces if digits < 0 else pieces


def numbers(column: Column) -> list[Number | None]:
    """One number per distinct value."""
    return [None if text is None else parse(text) for text in column.values.to_pylist()]


def amounts(column: Column, exponent: int) -> tuple[Ints, Mask, Mask, Mask]:
    """(minor units, empty, unreadable, too large) per row; 0 where there is no number."""
    return _spread(column, [n if n is None else round_half_even(*n, exponent) for n in numbers(column)])


def quantities(column: Column) -> tuple[Ints, Mask, Mask, Mask]:
    """(pieces, empty, unreadable, too large) per row."""
    return _spread(column, [n if n is None else whole_pieces(n) for n in numbers(column)])


def products(price: Column, quantity: Column, exponent: int) -> tuple[Ints, Mask]:
    """(minor units of price × quantity, too large) per row; 0 where either is missing or unreadable."""
    prices, counts = numbers(price), numbers(quantity)
    width = max(len(counts), 1)
    pairs = price.codes.astype(np.int64) * width + quantity.codes
    pairs[(price.codes < 0) | (quantity.codes < 0)] = -1
    distinct, places = np.unique(pairs, return_inverse=True)
    results = np.zeros(len(distinct), np.int64)
    large = np.zeros(len(distinct), bool)
    for i, pair in enumerate(distinct.tolist()):
        if pair < 0:
            continue
        one, many = prices[pair // width], counts[pair % width]
        if one is not None and many is not None:
            value = round_half_even(one[0] * many[0], one[1] + many[1], exponent)
            if abs(value) < LARGEST:
                results[i] = value
            else:
                large[i] = True
    return results[places], large[places]


def _spread(column: Column, per_value: list[int | None]) -> tuple[Ints, Mask, Mask, Mask]:
    size = len(per_value)
    values = np.zeros(size + 1, np.int64)  # the last one stands for empty cells
    unreadable, large = np.zeros(size + 1, bool), np.zeros(size + 1, bool)
    known = column.values.is_valid().to_numpy(zero_copy_only=False)
    for i, value in enumerate(per_value):
        if value is None:
            unreadable[i] = bool(known[i])
        elif abs(value) < LARGEST:
            values[i] = value
        else:
            large[i] = True
    return values[column.codes], column.empty, unreadable[column.codes], large[column.codes]


def as_arrow(values: Ints, empty: Mask) -> pa.Int64Array:
    return pa.array(values, mask=empty)
