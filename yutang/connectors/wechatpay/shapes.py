"""What goes over the wire, typed. Amounts are integers in 分 with their currency beside them, times are UTC.

States and kinds stay text: the platform may add some, and an unknown one must be kept, not refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TradeState(StrEnum):
    SUCCESS = "SUCCESS"
    REFUND = "REFUND"  # paid, and at least one refund was asked for
    NOTPAY = "NOTPAY"
    CLOSED = "CLOSED"
    REVOKED = "REVOKED"
    USERPAYING = "USERPAYING"
    PAYERROR = "PAYERROR"


class RefundStatus(StrEnum):
    SUCCESS = "SUCCESS"
    CLOSED = "CLOSED"
    PROCESSING = "PROCESSING"
    ABNORMAL = "ABNORMAL"  # the payer's card is gone: the merchant must choose another way


class BillKind(StrEnum):
    ALL = "ALL"
    SUCCESS = "SUCCESS"
    REFUND = "REFUND"


@dataclass(frozen=True, kw_only=True)
class NewTransaction:
    """What is to be paid. The same number with the same content gives a fresh way to pay the same transaction."""

    out_trade_no: str  # 6 to 32 of [0-9A-Za-z_-|*]
    description: str  # at most 127 characters
    amount: int
    currency: str = "CNY"
    notify_url: str  # HTTPS, without a query
    expires_at: datetime | None = None  # at least a minute ahead
    attach: str = ""
    goods_tag: str = ""
    is_profit_shared: bool = False


@dataclass(frozen=True, kw_only=True)
class Transaction:
    mchid: str
    appid: str
    out_trade_no: str
    transaction_id: str  # empty until it is paid
    trade_type: str
    trade_state: str
    trade_state_desc: str
    bank_type: str
    attach: str
    paid_at: datetime | None
    openid: str = field(repr=False)
    amount: int | None  # not said of every unpaid transaction
    payer_amount: int | None  # what the payer paid after the platform's coupons
    currency: str


@dataclass(frozen=True, kw_only=True)
class NewRefund:
    """One of `transaction_id` and `out_trade_no`. The same `out_refund_no` never pays back twice."""

    out_refund_no: str  # at most 64
    amount: int
    total: int  # of the transaction
    currency: str = "CNY"
    transaction_id: str = ""
    out_trade_no: str = ""
    reason: str = ""  # at most 80, shown to the payer
    notify_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Refund:
    refund_id: str
    out_refund_no: str
    transaction_id: str
    out_trade_no: str
    status: str
    channel: str
    received_account: str = field(repr=False)  # 招商银行信用卡0403
    created_at: datetime | None  # not said in a notice
    refunded_at: datetime | None
    amount: int
    total: int
    payer_amount: int | None
    currency: str


@dataclass(frozen=True, kw_only=True)
class TransactionNotice:
    id: str  # the same for every delivery of the same notice
    event_type: str
    created_at: datetime
    summary: str
    mchid: str
    transaction: Transaction


@dataclass(frozen=True, kw_only=True)
class RefundNotice:
    id: str
    event_type: str
    created_at: datetime
    summary: str
    mchid: str
    refund: Refund


Notice = TransactionNotice | RefundNotice


@dataclass(frozen=True, kw_only=True)
class PlatformCertificate:
    serial: str
    pem: str
    effective_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class AnnouncedBill:
    download_url: str  # good for five minutes
    sha1: str  # of the unpacked file, hexadecimal


@dataclass(frozen=True, kw_only=True)
class BillLine:
    """A payment, or a refund where `out_refund_no` is set. Columns that the kind of bill lacks are empty or 0."""

    traded_at: datetime  # of a refund too it is the transaction's time
    appid: str
    mchid: str
    transaction_id: str
    out_trade_no: str
    openid: str = field(repr=False)
    trade_type: str
    trade_state: str
    bank_type: str
    currency: str
    settlement_amount: int  # 应结订单金额; of a refund 0
    coupon_amount: int
    order_amount: int  # 订单金额; of a refund 0
    refund_applied_at: datetime | None
    refunded_at: datetime | None
    refund_id: str
    out_refund_no: str
    refund_amount: int  # 退款金额
    refund_coupon_amount: int
    refund_applied_amount: int  # 申请退款金额
    refund_type: str
    refund_status: str
    description: str
    attach: str
    fee: int  # negative where a refund gives it back
    rate: str  # 0.60%
