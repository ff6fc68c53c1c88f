"""What a buyer sees: a cashier with two buttons, and what went wrong. Chinese and English, like nothing else here."""

from __future__ import annotations

from html import escape

from yutang.connectors.alipay.shapes import TradeStatus
from yutang.connectors.alipay.values import yuan

from .trades import Traded

_PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>支付宝（模拟）</title>
<style>body{{font:16px/1.6 sans-serif;max-width:390px;margin:0 auto;padding:16px;color:#222}}
h1{{font-size:18px;color:#1677ff}}.sum{{font-size:36px;margin:16px 0}}
button{{width:100%;min-height:48px;font-size:17px;margin:8px 0;border:1px solid #1677ff;border-radius:8px}}
button{{background:#fff;color:#1677ff}}
button.pay{{background:#1677ff;color:#fff}}</style>
<h1>支付宝（模拟） · Alipay (simulated)</h1>{body}</html>"""

_WAITING = """<p>{subject}</p><p class="sum">¥{amount}</p>
<form method="post" action="/cashier/{trade_no}/pay"><button class="pay">确认付款 Pay</button></form>
<form method="post" action="/cashier/{trade_no}/leave"><button>取消 Cancel</button></form>
<p>这里不会动用真钱。No real money moves.</p>"""

_STATES = {
    TradeStatus.PAID: "付款成功 · Paid",
    TradeStatus.FINISHED: "交易完成 · Finished",
    TradeStatus.CLOSED: "交易已关闭 · Closed",
}


def cashier(trade: Traded) -> str:
    subject, amount = escape(trade.charge.subject), yuan(trade.charge.amount)
    if trade.status is TradeStatus.WAITING:
        return _PAGE.format(body=_WAITING.format(subject=subject, amount=amount, trade_no=trade.trade_no))
    return _PAGE.format(body=f'<p>{subject}</p><p class="sum">¥{amount}</p><p>{_STATES[trade.status]}</p>')


def failure(code: str, message: str) -> str:
    return _PAGE.format(body=f"<p>{escape(message)}</p><p>{escape(code)}</p>")
