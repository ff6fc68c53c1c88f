"""Texts of the wire and the values they stand for. Whatever cannot be read is a ValueError."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from yutang.core import money

CURRENCY = "CNY"
ZONE = ZoneInfo("Asia/Shanghai")
_AMOUNT = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,2})?")
_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?")


def yuan(amount: int) -> str:
    """1234 → `12.34`."""
    return f"{money.to_decimal(amount, CURRENCY):.2f}"


def fen(text: str) -> int:
    """`12.34` → 1234; a third decimal is refused, never rounded."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"not an amount: {text[:40]!r}")
    return money.to_minor(Decimal(text), CURRENCY)


def written(at: datetime) -> str:
    """An aware time as Alipay writes it, in Shanghai."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def moment(text: str) -> datetime:
    """Alipay's time in UTC; fractions of a second (of refund times) are dropped."""
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError(f"not a time: {text[:40]!r}")
    try:
        return datetime.fromisoformat(found[1]).replace(tzinfo=ZONE).astimezone(UTC)
    except OverflowError as error:  # 0001-01-01 in Shanghai lies before all time in UTC
        raise ValueError(f"not a time: {text!r}") from error
