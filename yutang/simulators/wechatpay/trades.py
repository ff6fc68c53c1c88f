"""The platform's memory: transactions and refunds, and the rules that it holds merchants to. Safe for threads."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from yutang.connectors.wechatpay.shapes import RefundStatus, TradeState
from yutang.simulators.wechatpay import fields
from yutang.simulators.wechatpay.accounts import Account
from yutang.simulators.wechatpay.fields import Refusal

SHANGHAI = ZoneInfo("Asia/Shanghai")
OUT_TRADE_NO = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
OUT_REFUND_NO = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
TRADE_TYPES = {"jsapi": "JSAPI", "h5": "MWEB", "native": "NATIVE"}
LIFETIME = timedelta(hours=2)
REFUNDABLE = timedelta(days=365)
MOST_REFUNDS = 50


@dataclass
class Refund:
    refund_id: str
    out_refund_no: str
    amount: int
    reason: str
    notify_url: str
    created_at: datetime
    status: str = RefundStatus.PROCESSING
    refunded_at: datetime | None = None


@dataclass
class Trade:
    account: Account = field(repr=False)
    appid: str
    out_trade_no: str
    trade_type: str
    description: str
    amount: int
    notify_url: str
    attach: str
    openid: str
    token: str  # prepay_id, and the name of the page that pays
    created_at: datetime
    expires_at: datetime
    state: str = TradeState.NOTPAY
    transaction_id: str = ""
    paid_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)

    @property
    def refunded(self) -> int:
        """分 that are, or may still be, paid back."""
        return sum(refund.amount for refund in self.refunds if refund.status != RefundStatus.CLOSED)

    def terms(self) -> tuple[object, ...]:
        """What must be the same when the same number is asked for again."""
        return (self.appid, self.trade_type, self.description, self.amount, self.notify_url, self.attach, self.openid)


class Book:
    def __init__(self, now: Callable[[], datetime], *, refund_gap: timedelta) -> None:
        self._now = now
        self._refund_gap = refund_gap
        self.lock = threading.RLock()
        self._trades: dict[tuple[str, str], Trade] = {}  # by mchid and out_trade_no
        self._paid: dict[tuple[str, str], Trade] = {}  # by mchid and transaction_id
        self._refunds: dict[tuple[str, str], tuple[Trade, Refund]] = {}  # by mchid and out_refund_no
        self._count = 0
        self.balances: dict[str, int] = {}  # 分 by mchid; who is not here has enough

    def create(self, account: Account, kind: str, data: Mapping[str, Any]) -> str:
        """The prepay_id."""
        with self.lock:
            trade = self._read(account, kind, data)
            known = self._trades.get((account.mchid, trade.out_trade_no))
            if known is None:
                self._trades[account.mchid, trade.out_trade_no] = trade
                return trade.token
            self._expire(known)
            if known.state == TradeState.CLOSED:
                raise Refusal(400, "ORDER_CLOSED", "该订单已关闭")
            if known.state != TradeState.NOTPAY:
                raise Refusal(400, "ORDERPAID", "该订单已支付")
            if known.terms() != trade.terms():
                raise Refusal(403, "OUT_TRADE_NO_USED", "商户订单号重复")
            known.token = trade.token
            return known.token

    def find(self, account: Account, *, out_trade_no: str = "", transaction_id: str = "") -> Trade:
        with self.lock:
            return self._find(account, out_trade_no, transaction_id)

    def close(self, account: Account, out_trade_no: str) -> None:
        with self.lock:
            trade = self._find(account, out_trade_no)
            if trade.state == TradeState.CLOSED:
                raise Refusal(400, "ORDER_CLOSED", "该订单已关闭")
            if trade.state != TradeState.NOTPAY:
                raise Refusal(400, "ORDERPAID", "该订单已支付")
            trade.state = TradeState.CLOSED

    def pay(self, trade: Trade, *, openid: str = "") -> None:
        """`ValueError` where nobody can pay it any more."""
        with self.lock:
            self._expire(trade)
            if trade.state != TradeState.NOTPAY:
                raise ValueError(f"{trade.out_trade_no} is {trade.state}")
            trade.state, trade.paid_at = TradeState.SUCCESS, self._now()
            trade.transaction_id = self._number("42000")
            self._paid[trade.account.mchid, trade.transaction_id] = trade
            trade.openid = openid or trade.openid or "oSimulatedPayer0000000000001"
            if trade.account.mchid in self.balances:
                self.balances[trade.account.mchid] += trade.amount

    def refund(self, account: Account, data: Mapping[str, Any]) -> tuple[Trade, Refund]:
        """The refund as accepted, or as it stands where its number is known."""
        with self.lock:
            trade = self._find(
                account, fields.text(data, "out_trade_no"), fields.text(data, "transaction_id"), "RESOURCE_NOT_EXISTS"
            )
            out_refund_no = fields.matching(data, "out_refund_no", OUT_REFUND_NO)
            amount, total = fields.amount(data, "refund"), fields.amount(data, "total")
            reason = fields.text(data, "reason", most=80)
            if total != trade.amount:
                raise Refusal(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
            if found := self._refunds.get((account.mchid, out_refund_no)):
                if found[0] is not trade or found[1].amount != amount:
                    raise Refusal(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
                return found
            self._may_refund(trade, amount)
            refund = Refund(
                self._number("503"), out_refund_no, amount, reason, fields.notify_url(data, required=False), self._now()
            )
            trade.refunds.append(refund)
            self._refunds[account.mchid, out_refund_no] = (trade, refund)
            trade.state = TradeState.REFUND
            if account.mchid in self.balances:
                self.balances[account.mchid] -= amount
            return trade, refund

    def finish_refund(self, trade: Trade, refund: Refund, status: str) -> None:
        with self.lock:
            refund.status = status
            refund.refunded_at = self._now() if status == RefundStatus.SUCCESS else None
            if status == RefundStatus.CLOSED and trade.account.mchid in self.balances:
                self.balances[trade.account.mchid] += refund.amount

    def find_refund(self, account: Account, out_refund_no: str) -> tuple[Trade, Refund]:
        with self.lock:
            if found := self._refunds.get((account.mchid, out_refund_no)):
                return found
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "退款单不存在")

    def trade(self, *, token: str = "", out_trade_no: str = "", mchid: str = "") -> Trade | None:
        """By its page or by its number, of one merchant where several have it."""
        with self.lock:
            for trade in self._trades.values():
                if (token and trade.token == token) or (
                    out_trade_no and trade.out_trade_no == out_trade_no and mchid in ("", trade.account.mchid)
                ):
                    self._expire(trade)
                    return trade
            return None

    def movements(self, account: Account, day: date) -> list[tuple[Trade, Refund | None]]:
        """Payments and refunds of a day of Shanghai, in order of time."""
        with self.lock:
            mine = [trade for trade in self._trades.values() if trade.account.mchid == account.mchid and trade.paid_at]
            found = [(trade.paid_at, trade, None) for trade in mine]
            found += [(refund.created_at, trade, refund) for trade in mine for refund in trade.refunds]
            ordered = sorted(found, key=lambda row: row[0])
            return [(trade, refund) for at, trade, refund in ordered if at.astimezone(SHANGHAI).date() == day]

    def _find(
        self, account: Account, out_trade_no: str, transaction_id: str = "", code: str = "ORDER_NOT_EXIST"
    ) -> Trade:
        trade = (
            self._paid.get((account.mchid, transaction_id))
            if transaction_id
            else self._trades.get((account.mchid, out_trade_no))
        )
        if trade is None:
            raise Refusal(404, code, "订单不存在")
        self._expire(trade)
        return trade

    def _may_refund(self, trade: Trade, amount: int) -> None:
        now = self._now()
        if trade.paid_at is None:
            raise Refusal(400, "INVALID_REQUEST", "订单未支付")
        if now - trade.paid_at > REFUNDABLE:
            raise Refusal(400, "INVALID_REQUEST", "订单已超过可退款期限")
        if trade.refunded + amount > trade.amount:
            raise Refusal(400, "INVALID_REQUEST", "申请退款金额超过订单可退金额")
        if len(trade.refunds) >= MOST_REFUNDS:
            raise Refusal(400, "INVALID_REQUEST", "订单退款次数超过限制")
        if trade.refunds and now - trade.refunds[-1].created_at < self._refund_gap:
            raise Refusal(429, "FREQUENCY_LIMITED", "同一笔订单多次退款的请求需相隔1分钟")
        if self.balances.get(trade.account.mchid, amount) < amount:
            raise Refusal(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")

    def _expire(self, trade: Trade) -> None:
        if trade.state == TradeState.NOTPAY and self._now() >= trade.expires_at:
            trade.state = TradeState.CLOSED

    def _number(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._now().astimezone(SHANGHAI):%Y%m%d}{self._count:015d}"

    def _read(self, account: Account, kind: str, data: Mapping[str, Any]) -> Trade:
        now = self._now()
        if fields.text(data, "mchid") != account.mchid or fields.text(data, "appid") not in account.appids:
            raise Refusal(400, "APPID_MCHID_NOT_MATCH", "appid和mchid不匹配")
        if kind == "h5" and not (
            isinstance(data.get("scene_info"), dict) and data["scene_info"].get("payer_client_ip")
        ):
            raise fields.parameter("scene_info/payer_client_ip", "缺少参数")
        payer = data.get("payer")
        openid = payer.get("openid", "") if isinstance(payer, dict) else ""
        if kind == "jsapi" and not openid:
            raise fields.parameter("payer/openid", "缺少参数")
        expires_at = now + LIFETIME
        if given := fields.text(data, "time_expire"):
            try:
                expires_at = datetime.fromisoformat(given)
            except ValueError:
                raise fields.parameter("time_expire", "格式错误") from None
            if expires_at.tzinfo is None or expires_at < now + timedelta(minutes=1):
                raise fields.parameter("time_expire", "应晚于当前时间1分钟以上")
        self._count += 1
        return Trade(
            account=account,
            appid=fields.text(data, "appid"),
            out_trade_no=fields.matching(data, "out_trade_no", OUT_TRADE_NO),
            trade_type=TRADE_TYPES[kind],
            description=fields.text(data, "description", least=1, most=127),
            amount=fields.amount(data, "total"),
            notify_url=fields.notify_url(data, required=True),
            attach=fields.text(data, "attach", most=128),
            openid=openid,
            token=f"wx{now.astimezone(SHANGHAI):%d%H%M%S}{self._count:026d}",
            created_at=now,
            expires_at=expires_at,
        )
