"""The accounts of points in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.core.ledger import kinds
from yutang.core.ledger.lines import MERCHANT, Holder, Line

if TYPE_CHECKING:
    from datetime import datetime

UNIT = "point"
POINTS, ISSUED, REDEEMED, EXPIRED = "points", "points.issued", "points.redeemed", "points.expired"
STRIPES = 8


def register() -> None:
    kinds.register_kind(POINTS, holder="customer", unit=UNIT, has_lots=True, expires_to=EXPIRED)
    kinds.register_kind(ISSUED, holder="merchant", unit=UNIT, may_be_negative=True, stripes=STRIPES)
    kinds.register_kind(REDEEMED, holder="merchant", unit=UNIT, may_be_negative=True, stripes=STRIPES)
    kinds.register_kind(EXPIRED, holder="merchant", unit=UNIT)


def of(customer_id: int) -> Holder:
    return Holder("customer", customer_id)


def given(customer_id: int, points: int, *, expires_at: datetime | None, origin: str) -> list[Line]:
    return [
        Line(POINTS, of(customer_id), points, expires_at=expires_at, origin=origin),
        Line(ISSUED, MERCHANT, -points),
    ]


def spent(customer_id: int, points: int, *, to: str = REDEEMED) -> list[Line]:
    return [Line(POINTS, of(customer_id), -points), Line(to, MERCHANT, points)]
