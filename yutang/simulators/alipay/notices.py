"""The form of a notice, in the fields and the order of events of the platform."""

from __future__ import annotations

import json
from datetime import datetime

from yutang.connectors.alipay import signing
from yutang.connectors.alipay.values import written, yuan

from .account import Account
from .trades import Refunded, Traded


def form(
    account: Account, trade: Traded, refund: Refunded | None, *, notify_id: str, at: datetime, is_forged: bool = False
) -> dict[str, str]:
    """Signed, or with a signature that belongs to another text. Fields without a value are left out."""
    amount = yuan(trade.charge.amount)
    fields = {
        "notify_id": notify_id,
        "notify_type": "trade_status_sync",
        "notify_time": written(at),
        "charset": "utf-8",
        "version": "1.0",
        "app_id": account.app_id,
        "auth_app_id": account.app_id,
        "seller_id": account.seller_id,
        "trade_no": trade.trade_no,
        "out_trade_no": trade.charge.out_trade_no,
        "subject": trade.charge.subject,
        "body": trade.charge.body,
        "passback_params": trade.charge.passback,
        "buyer_id": trade.buyer_id,
        "trade_status": str(trade.status),
        "total_amount": amount,
        "receipt_amount": amount,
        "buyer_pay_amount": amount,
        "invoice_amount": amount,
        "point_amount": "0.00",
        "fund_bill_list": json.dumps([{"amount": amount, "fundChannel": "ALIPAYACCOUNT"}], separators=(",", ":")),
        "gmt_create": written(trade.created_at),
        "gmt_payment": written(trade.paid_at) if trade.paid_at else "",
        "gmt_close": written(trade.closed_at) if trade.closed_at else "",
        "refund_fee": yuan(trade.refunded_total) if refund else "",
        # Times of refunds come with milliseconds.
        "gmt_refund": f"{written(refund.at)}.{refund.at.microsecond // 1000:03d}" if refund else "",
        "out_biz_no": refund.out_request_no if refund else "",
    }
    fields = {name: value for name, value in fields.items() if value}
    text = signing.notice_text(fields)
    signature = signing.sign(text + "0" if is_forged else text, account.gateway_key)
    return fields | {"sign_type": signing.SIGN_TYPE, "sign": signature}
