"""What is asked and answered. Amounts are in 分, times aware; codes the platform may add to stay texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .values import CURRENCY


class TradeStatus(StrEnum):
    WAITING = "WAIT_BUYER_PAY"
    PAID = "TRADE_SUCCESS"
    FINISHED = "TRADE_FINISHED"
    """Paid, and no refund is possible any more."""
    CLOSED = "TRADE_CLOSED"
    """Never paid, or refunded in full."""


class BillKind(StrEnum):
    PAYMENT = "交易"
    REFUND = "退款"


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What a buyer shall pay. `passback`, URL-encoded by the caller, comes back in the notices as it is."""

    out_trade_no: str
    amount: int
    subject: str
    notify_url: str
    expires_at: datetime | None = None
    body: str = ""
    passback: str = ""


@dataclass(frozen=True, kw_only=True)
class Trade:
    out_trade_no: str
    trade_no: str
    status: str
    amount: int
    receipt_amount: int | None = None
    """What the merchant receives, less coupons of its own; before fees."""
    buyer_id: str = field(default="", repr=False)
    paid_at: datetime | None = None
    currency: str = CURRENCY

    @property
    def is_paid(self) -> bool:
        return self.status in (TradeStatus.PAID, TradeStatus.FINISHED)


@dataclass(frozen=True, kw_only=True)
class Refund:
    out_trade_no: str
    trade_no: str
    out_request_no: str
    amount: int
    refunded_total: int | None = None
    """All refunds of the trade so far, where the answer says."""
    is_moved: bool
    """Money has gone back. False: nothing moved by this very request, query it."""
    refunded_at: datetime | None = None
    currency: str = CURRENCY


@dataclass(frozen=True, kw_only=True)
class TradeNotice:
    """A trade as Alipay tells it, after a payment, a refund, a closing or the end of the time for refunds."""

    notify_id: str
    notified_at: datetime
    out_trade_no: str
    trade_no: str
    status: str
    amount: int
    receipt_amount: int | None = None
    buyer_id: str = field(default="", repr=False)
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    refunded_total: int = 0
    """All refunds of the trade so far."""
    refunded_at: datetime | None = None
    out_request_no: str = ""
    """Of the refund that caused the notice."""
    passback: str = ""
    currency: str = CURRENCY

    @property
    def is_refund(self) -> bool:
        return self.refunded_at is not None


@dataclass(frozen=True, kw_only=True)
class BillLine:
    """A payment or a refund (amounts negative). The buyer's masked account in the file is not taken over."""

    trade_no: str
    out_trade_no: str
    kind: str
    out_request_no: str
    subject: str
    created_at: datetime
    finished_at: datetime
    amount: int
    receipt_amount: int
    fee: int
    """With the sign of the file."""
    shared_amount: int
    """分润, with the sign of the file."""
    remark: str
    currency: str = CURRENCY
