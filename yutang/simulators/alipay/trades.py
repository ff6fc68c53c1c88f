"""The trades of a simulated account, in memory. Values are frozen: whoever holds one holds what was true then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from yutang.connectors.alipay.shapes import Charge, TradeStatus
from yutang.connectors.alipay.values import ZONE

LONGEST_WAIT = timedelta(days=15)


class Refusal(Exception):
    """The platform's word for no."""

    def __init__(self, sub_code: str, message: str) -> None:
        super().__init__(sub_code, message)
        self.sub_code = sub_code
        self.message = message


NOT_FOUND = ("ACQ.TRADE_NOT_EXIST", "交易不存在")
WRONG_STATE = ("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
CLOSED = ("ACQ.TRADE_HAS_CLOSE", "交易已经关闭")
PAID = ("ACQ.TRADE_HAS_SUCCESS", "交易已被支付")


@dataclass(frozen=True)
class Refunded:
    out_request_no: str
    amount: int
    at: datetime


@dataclass(frozen=True)
class Traded:
    charge: Charge
    trade_no: str
    return_url: str
    created_at: datetime
    status: TradeStatus = TradeStatus.WAITING
    is_begun: bool = False
    """The buyer has opened the page or scanned the code: only then queries find it."""
    buyer_id: str = ""
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    refunds: tuple[Refunded, ...] = ()

    @property
    def refunded_total(self) -> int:
        return sum(refund.amount for refund in self.refunds)


class Book:
    """Thread-safe. `tell` hears of every change that Alipay sends a notice about, in order."""

    def __init__(self, now: Callable[[], datetime], tell: Callable[[Traded, Refunded | None], None]) -> None:
        self._now = now
        self._tell = tell
        self._lock = threading.RLock()
        self._trades: dict[str, Traded] = {}
        self._numbers: dict[str, str] = {}

    def place(self, charge: Charge, return_url: str = "") -> Traded:
        """A new trade, or the same one again when the buyer comes back to the same address."""
        with self._lock:
            there = self._current(charge.out_trade_no)
            if there is None:
                now = self._now()
                number = f"{now.astimezone(ZONE):%Y%m%d}22001{len(self._trades):015d}"
                self._numbers[number] = charge.out_trade_no
                return self._put(Traded(charge, number, return_url, now))
            if there.status is TradeStatus.CLOSED:
                raise Refusal(*CLOSED)
            if there.status is not TradeStatus.WAITING:
                raise Refusal(*PAID)
            if (there.charge.amount, there.charge.subject) != (charge.amount, charge.subject):
                raise Refusal("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
            return there

    def begin(self, *, out_trade_no: str = "", trade_no: str = "") -> Traded:
        """The buyer has opened the page or scanned the code."""
        with self._lock:
            return self._put(replace(self._there(self._named(out_trade_no, trade_no)), is_begun=True))

    def find(self, *, out_trade_no: str = "", trade_no: str = "") -> Traded:
        """As queries find it: by trade number first, not before the buyer has begun."""
        with self._lock:
            trade = self._there(self._named(out_trade_no, trade_no))
            if not trade.is_begun:
                raise Refusal(*NOT_FOUND)
            return trade

    def pay(self, out_trade_no: str, buyer_id: str) -> Traded:
        with self._lock:
            trade = self._there(out_trade_no)
            if trade.status is TradeStatus.CLOSED:
                raise Refusal(*CLOSED)
            if trade.status is not TradeStatus.WAITING:
                raise Refusal(*PAID)
            paid = replace(trade, status=TradeStatus.PAID, is_begun=True, buyer_id=buyer_id, paid_at=self._now())
            return self._announced(paid)

    def close(self, trade: Traded) -> Traded:
        """Without a notice: the buyer had not paid."""
        with self._lock:
            there = self._there(trade.charge.out_trade_no)
            if there.status is not TradeStatus.WAITING:
                raise Refusal(*WRONG_STATE)
            return self._put(replace(there, status=TradeStatus.CLOSED, closed_at=self._now()))

    def finish(self, out_trade_no: str) -> Traded:
        """The time for refunds is over."""
        with self._lock:
            trade = self._there(out_trade_no)
            if trade.status is not TradeStatus.PAID:
                raise Refusal(*WRONG_STATE)
            return self._announced(replace(trade, status=TradeStatus.FINISHED, closed_at=self._now()))

    def refund(self, trade: Traded, out_request_no: str, amount: int) -> tuple[Traded, bool]:
        """The trade afterwards, and whether money moved; the same number again moves none."""
        with self._lock:
            there = self._there(trade.charge.out_trade_no)
            before = next((found for found in there.refunds if found.out_request_no == out_request_no), None)
            if before and before.amount != amount:
                raise Refusal("ACQ.DISCORDANT_REPEAT_REQUEST", "不一致的请求")
            if before:
                return there, False
            if there.status is TradeStatus.FINISHED:
                raise Refusal("ACQ.TRADE_HAS_FINISHED", "交易已完结")
            if there.status is not TradeStatus.PAID:
                raise Refusal(*WRONG_STATE)
            left = there.charge.amount - there.refunded_total
            if not 0 < amount <= left:
                raise Refusal("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效")
            refund = Refunded(out_request_no, amount, self._now())
            after = replace(there, refunds=(*there.refunds, refund))
            if amount == left:
                after = replace(after, status=TradeStatus.CLOSED, closed_at=refund.at)
            return self._announced(after, refund), True

    def all(self) -> list[Traded]:
        with self._lock:
            return list(self._trades.values())

    def _named(self, out_trade_no: str, trade_no: str) -> str:
        return self._numbers.get(trade_no, "") if trade_no else out_trade_no

    def _there(self, out_trade_no: str) -> Traded:
        trade = self._current(out_trade_no)
        if trade is None:
            raise Refusal(*NOT_FOUND)
        return trade

    def _current(self, out_trade_no: str) -> Traded | None:
        """Whoever looks first after its time finds an unpaid trade closed."""
        trade = self._trades.get(out_trade_no)
        if trade and trade.status is TradeStatus.WAITING:
            end = trade.charge.expires_at or trade.created_at + LONGEST_WAIT
            if self._now() >= end:
                return self._put(replace(trade, status=TradeStatus.CLOSED, closed_at=end))
        return trade

    def _announced(self, trade: Traded, refund: Refunded | None = None) -> Traded:
        self._tell(self._put(trade), refund)
        return trade

    def _put(self, trade: Traded) -> Traded:
        self._trades[trade.charge.out_trade_no] = trade
        return trade
