"""What the platform says about a transaction or a refund, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yutang.simulators.wechatpay.trades import SHANGHAI, Refund, Trade


def rfc3339(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def transaction_json(trade: Trade) -> dict[str, Any]:
    common = {
        "mchid": trade.account.mchid,
        "appid": trade.appid,
        "out_trade_no": trade.out_trade_no,
        "trade_state": trade.state,
        "trade_state_desc": {"NOTPAY": "订单未支付", "CLOSED": "订单已关闭", "REFUND": "订单发生过退款"}.get(
            trade.state, "支付成功"
        ),
        "attach": trade.attach,
    }
    if trade.paid_at is None:
        return {**common, "amount": {"total": trade.amount, "payer_currency": "CNY"}}
    return {
        **common,
        "transaction_id": trade.transaction_id,
        "trade_type": trade.trade_type,
        "bank_type": "OTHERS",
        "success_time": rfc3339(trade.paid_at),
        "payer": {"openid": trade.openid},
        "amount": {"total": trade.amount, "payer_total": trade.amount, "currency": "CNY", "payer_currency": "CNY"},
    }


def refund_json(trade: Trade, refund: Refund) -> dict[str, Any]:
    return {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.out_refund_no,
        "transaction_id": trade.transaction_id,
        "out_trade_no": trade.out_trade_no,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": rfc3339(refund.created_at),
        **({"success_time": rfc3339(refund.refunded_at)} if refund.refunded_at else {}),
        "status": refund.status,
        "funds_account": "AVAILABLE",
        "amount": {
            "total": trade.amount,
            "refund": refund.amount,
            "payer_total": trade.amount,
            "payer_refund": refund.amount,
            "settlement_total": trade.amount,
            "settlement_refund": refund.amount,
            "discount_refund": 0,
            "currency": "CNY",
        },
    }


def refund_notice_json(trade: Trade, refund: Refund) -> dict[str, Any]:
    return {
        "mchid": trade.account.mchid,
        "out_trade_no": trade.out_trade_no,
        "transaction_id": trade.transaction_id,
        "out_refund_no": refund.out_refund_no,
        "refund_id": refund.refund_id,
        "refund_status": refund.status,
        **({"success_time": rfc3339(refund.refunded_at)} if refund.refunded_at else {}),
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": trade.amount,
            "refund": refund.amount,
            "payer_total": trade.amount,
            "payer_refund": refund.amount,
        },
    }
