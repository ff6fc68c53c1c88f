"""The daily bill, laid out as the platform's: UTF-8 with BOM, a backtick before every value, amounts in yuan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from yutang.connectors.wechatpay.shapes import BillKind
from yutang.simulators.wechatpay.trades import SHANGHAI, Refund, Trade

RATE = Decimal("0.006")
TIME = "%Y-%m-%d %H:%M:%S"
BOTH = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,"
    "交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额"
)
REFUNDED = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
GOODS = "商品名称,商户数据包,手续费,费率,订单金额"
COLUMNS = {
    BillKind.ALL: f"{BOTH},{REFUNDED},{GOODS},申请退款金额,费率备注",
    BillKind.SUCCESS: f"{BOTH},{GOODS},费率备注",
    BillKind.REFUND: f"{BOTH},退款申请时间,退款成功时间,{REFUNDED},{GOODS},申请退款金额,费率备注",
}
SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


def wanted(movements: Iterable[tuple[Trade, Refund | None]], kind: BillKind) -> list[tuple[Trade, Refund | None]]:
    return [
        (trade, refund)
        for trade, refund in movements
        if kind == BillKind.ALL or (refund is not None) == (kind == BillKind.REFUND)
    ]


def write(movements: Iterable[tuple[Trade, Refund | None]], kind: BillKind) -> bytes:
    columns = COLUMNS[kind].split(",")
    lines, count = [COLUMNS[kind]], 0
    settled = refunded = fees = 0
    for trade, refund in movements:
        values = _payment(trade) if refund is None else _refund(trade, refund)
        lines.append(_row(values[column] for column in columns))
        count += 1
        settled += trade.amount if refund is None else 0
        refunded += refund.amount if refund else 0
        fees += _fee(trade.amount) if refund is None else -_fee(refund.amount)
    lines += [
        SUMS,
        _row([str(count), yuan(settled), yuan(refunded), "0.00", yuan(fees, 5), yuan(settled), yuan(refunded)]),
    ]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def yuan(cents: int, places: int = 2) -> str:
    return f"{Decimal(cents).scaleb(-2):.{places}f}"


def _payment(trade: Trade) -> Mapping[str, str]:
    return {
        **_common(trade),
        "交易状态": "SUCCESS",
        "应结订单金额": yuan(trade.amount),
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": "0.00",
        "退款类型": "",
        "退款状态": "",
        "手续费": yuan(_fee(trade.amount), 5),
        "订单金额": yuan(trade.amount),
        "申请退款金额": "0.00",
    }


def _refund(trade: Trade, refund: Refund) -> Mapping[str, str]:
    return {
        **_common(trade),
        "交易状态": "REFUND",
        "应结订单金额": "0.00",
        "退款申请时间": f"{refund.created_at.astimezone(SHANGHAI):{TIME}}",
        "退款成功时间": f"{refund.refunded_at.astimezone(SHANGHAI):{TIME}}" if refund.refunded_at else "",
        "微信退款单号": refund.refund_id,
        "商户退款单号": refund.out_refund_no,
        "退款金额": yuan(refund.amount),
        "退款类型": "ORIGINAL",
        "退款状态": refund.status,
        "手续费": yuan(-_fee(refund.amount), 5),
        "订单金额": "0.00",
        "申请退款金额": yuan(refund.amount),
    }


def _common(trade: Trade) -> Mapping[str, str]:
    assert trade.paid_at is not None
    return {
        "交易时间": f"{trade.paid_at.astimezone(SHANGHAI):{TIME}}",
        "公众账号ID": trade.appid,
        "商户号": trade.account.mchid,
        "特约商户号": "0",
        "设备号": "",
        "微信订单号": trade.transaction_id,
        "商户订单号": trade.out_trade_no,
        "用户标识": trade.openid,
        "交易类型": trade.trade_type,
        "付款银行": "OTHERS",
        "货币种类": "CNY",
        "代金券金额": "0.00",
        "充值券退款金额": "0.00",
        "商品名称": " ".join(trade.description.split()),
        "商户数据包": " ".join(trade.attach.split()),
        "费率": f"{RATE:.2%}",
        "费率备注": "",
    }


def _fee(amount: int) -> int:
    """分, rounded half up."""
    return int((amount * RATE).quantize(Decimal(1), ROUND_HALF_UP))


def _row(values: Iterable[str]) -> str:
    return ",".join("`" + value for value in values)
