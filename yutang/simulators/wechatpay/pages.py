"""The page where a person says that they pay: what the phone would show."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from yutang.connectors.wechatpay.shapes import TradeState
from yutang.simulators.wechatpay.bills import yuan
from yutang.simulators.wechatpay.fields import is_local
from yutang.simulators.wechatpay.trades import Trade

STATES = {TradeState.SUCCESS: "支付成功", TradeState.REFUND: "已退款", TradeState.CLOSED: "订单已关闭"}


def confirm(trade: Trade, query: str) -> bytes:
    button = (
        f'<form method="post" action="?{escape(query)}"><button>立即支付</button></form>'
        if trade.state == TradeState.NOTPAY
        else f"<p><strong>{STATES[TradeState(trade.state)]}</strong></p>"
    )
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>模拟微信支付</title>'
        f"<h1>模拟微信支付</h1><p>{escape(trade.description)}</p><p>¥{yuan(trade.amount)}</p>"
        f"<p>{escape(trade.out_trade_no)}</p>{button}</html>"
    ).encode()


def way_back(query: str) -> str:
    """Where the merchant wants the payer after an H5 payment: `redirect_url`, on this machine only."""
    url = parse_qs(query).get("redirect_url", [""])[0]
    return url if is_local(url) else ""
