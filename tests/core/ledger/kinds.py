"""Account kinds as areas would register them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from yutang.core.ledger.kinds import register_kind
from yutang.core.ledger.lines import MERCHANT, Holder, Line

register_kind("test.points", holder="customer", unit="points", has_lots=True, expires_to="test.expired")
register_kind("test.issued", holder="merchant", unit="points", may_be_negative=True, stripes=8)
register_kind("test.spent", holder="merchant", unit="points", may_be_negative=True)
register_kind("test.expired", holder="merchant", may_be_negative=True)
register_kind("test.wallet", holder="customer")
register_kind("test.bank", holder="merchant", may_be_negative=True)
register_kind("test.commission", holder="customer", unit="CNY", may_be_negative=True)
register_kind("test.cost", holder="merchant", unit="CNY", may_be_negative=True)

DAY = timedelta(days=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def customer(number: int) -> Holder:
    return Holder("customer", number)


def earn(holder: Holder, amount: int, expires_at: datetime | None = None, origin: str = "") -> list[Line]:
    return [
        Line("test.points", holder, amount, expires_at=expires_at, origin=origin),
        Line("test.issued", MERCHANT, -amount),
    ]


def spend(holder: Holder, amount: int, origin: str = "") -> list[Line]:
    return [Line("test.points", holder, -amount, origin=origin), Line("test.spent", MERCHANT, amount)]


def pay_in(holder: Holder, amount: int, unit: str = "CNY") -> list[Line]:
    return [Line("test.wallet", holder, amount, unit), Line("test.bank", MERCHANT, -amount, unit)]


def pay_out(holder: Holder, amount: int, unit: str = "CNY") -> list[Line]:
    return [Line("test.wallet", holder, -amount, unit), Line("test.bank", MERCHANT, amount, unit)]


def commission(holder: Holder, amount: int) -> list[Line]:
    return [Line("test.commission", holder, amount), Line("test.cost", MERCHANT, -amount)]
