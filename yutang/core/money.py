"""Amounts are integers in the currency's minor unit, with the currency beside them."""

from __future__ import annotations

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


def formatted(amount: int, currency: str, language: str = "zh-hans") -> str:
    """`¥1,234.50`, as the reader's language writes it."""
    locale = "zh_Hans_CN" if language.startswith("zh") else "en"
    return format_currency(to_decimal(amount, currency), currency, locale=locale)
