"""Amounts are integers in the currency's minor unit, with the currency beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from babel.numbers import format_currency, get_currency_precision


def exponent(currency: str) -> int:
    """Decimal places of a currency (ISO 4217): 2 for CNY, 0 for JPY."""
    return get_currency_precision(currency)


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units, rounded half-even."""
    return int(amount.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_EVEN))


def to_decimal(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-exponent(currency))


def parsed(text: str, currency: str) -> int | None:
    """`1,234.50` as people type it → minor units; None for what is no amount, below zero or finer than the currency."""
    plain = re.sub(r"[,，\s¥￥]", "", text)
    if not re.fullmatch(r"\d{1,13}(\.\d{1,6})?", plain):
        return None
    minor = to_minor(Decimal(plain), currency)
    return minor if to_decimal(minor, currency) == Decimal(plain) else None


def formatted(amount: int, currency: str, language: str = "zh-hans") -> str:
    """`¥1,234.50`, as the reader's language writes it."""
    locale = "zh_Hans_CN" if language.startswith("zh") else "en"
    return format_currency(to_decimal(amount, currency), currency, locale=locale)


def allocated(amount: int, weights: Sequence[int]) -> list[int]:
    """Shares of an amount in proportion to weights ≥ 0, not a cent lost: each rounded down, what is left goes by one
    to the largest remainders, the first of equals first (largest remainder method). No share exceeds its weight where
    |amount| ≤ Σ weights. All weights zero: everything falls to the first."""
    total = sum(weights)
    if total == 0:
        return [amount, *(0 for _ in weights[1:])]
    sign, rest = (-1, -amount) if amount < 0 else (1, amount)
    shares = [rest * weight // total for weight in weights]
    if left := rest - sum(shares):
        remainders = [rest * weight % total for weight in weights]
        for n in sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)[:left]:  # stable: first first
            shares[n] += 1
    return shares if sign > 0 else [-share for share in shares]


def part(amount: int, done: int, whole: int) -> int:
    """What `done` of `whole` equal pieces come to: rounded half-even, so that the parts of all pieces, taken in any
    steps as part(after) - part(before), sum to the amount."""
    exact = Decimal(amount) * done / whole
    return int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))
