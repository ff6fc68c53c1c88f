"""The gateway's side of the protocol: checks a request as the platform does, does it, signs what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from yutang.connectors.alipay import signing
from yutang.connectors.alipay.shapes import Charge
from yutang.connectors.alipay.values import ZONE, fen, moment, written, yuan

from .account import Account
from .faults import AnswerFault
from .trades import Book, Refusal, Traded

CLOCK_SKEW = timedelta(minutes=5)
PAY_METHODS = ("alipay.trade.wap.pay", "alipay.trade.page.pay")
_REQUIRED = ("app_id", "method", "charset", "sign_type", "sign", "timestamp", "version", "biz_content")
_WORDS = {"40001": "Missing Required Arguments", "40002": "Invalid Arguments", "40004": "Business Failed"}
Fields = dict[str, Any]


class Complaint(Exception):
    """A request that does not reach the business. The gateway signs nothing for an application it does not know."""

    def __init__(self, code: str, sub_code: str, message: str, *, is_signed: bool = True) -> None:
        super().__init__(code, sub_code)
        self.code = code
        self.sub_code = sub_code
        self.message = message
        self.is_signed = is_signed


@dataclass(frozen=True)
class Addresses:
    """Of the simulator itself: where a code leads (by trade number) and where a bill lies."""

    qr: Callable[[str], str]
    bill: Callable[[date], str]


class Gateway:
    def __init__(self, account: Account, book: Book, now: Callable[[], datetime], addresses: Addresses) -> None:
        self._account = account
        self._book = book
        self._now = now
        self._addresses = addresses
        self._methods: dict[str, Callable[[Fields, Mapping[str, str]], Fields]] = {
            "alipay.trade.precreate": self._precreate,
            "alipay.trade.query": self._query,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._query_refund,
            "alipay.trade.close": self._close,
            "alipay.data.dataservice.bill.downloadurl.query": self._bill,
        }

    def answer(self, params: Mapping[str, str]) -> bytes:
        """The body of an answer; the platform's status is 200 whatever it says."""
        is_signed = True
        try:
            content = self.checked(params)
            if params["method"] not in self._methods:
                raise Complaint("40002", "isv.invalid-method", "不存在的方法名")
            fields = {"code": "10000", "msg": "Success"} | self._methods[params["method"]](content, params)
        except Complaint as error:
            is_signed = error.is_signed
            fields = _failure(error.code, error.sub_code, error.message)
        except Refusal as error:
            fields = _failure("40004", error.sub_code, error.message)
        return self.enveloped(params.get("method", ""), fields, is_signed=is_signed)

    def enveloped(self, method: str, fields: Fields, *, is_signed: bool = True) -> bytes:
        # With escaped slashes, as the platform writes them: who signs its own rendering of the JSON verifies nothing.
        node = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
        parts = [f'"{method.replace(".", "_")}_response":{node}']
        if is_signed:
            if self._account.certificates:
                parts.append(f'"alipay_cert_sn":"{self._account.keys.alipay_cert_sn}"')
            parts.append(f'"sign":"{signing.sign(node, self._account.gateway_key)}"')
        return ("{" + ",".join(parts) + "}").encode()

    def spoilt(self, method: str, answer: bytes, fault: AnswerFault) -> bytes:
        """The same answer with a fault in it."""
        if fault is AnswerFault.BUSY:
            return self.enveloped(method, _failure("40004", "ACQ.SYSTEM_ERROR", "系统错误"))
        if fault is AnswerFault.TWISTED:
            return answer.replace(b'{"code":', b'{"twisted":"1","code":', 1)
        signature: bytes = json.loads(answer)["sign"].encode()
        if fault is AnswerFault.UNSIGNED:
            return answer.replace(b',"sign":"' + signature + b'"', b"")
        return answer.replace(signature, signing.sign("another text", self._account.gateway_key).encode())

    def checked(self, params: Mapping[str, str]) -> Fields:
        """The request's content, once everything around it is right. Raises Complaint."""
        for name in _REQUIRED:
            if not params.get(name):
                raise Complaint("40001", f"isv.missing-{name.replace('_', '-')}", f"缺少{name}参数")
        if params["app_id"] != self._account.app_id:
            raise Complaint("40002", "isv.invalid-app-id", "无效的AppID参数", is_signed=False)
        if params["sign_type"] != signing.SIGN_TYPE:
            raise Complaint("40002", "isv.invalid-signature-type", "无效的签名类型")
        if params["charset"].lower() != "utf-8":
            raise Complaint("40002", "isv.invalid-charset", "字符集错误")
        if not signing.is_signed(signing.request_text(params), params["sign"], self._account.app_key.public_key()):
            raise Complaint("40002", "isv.invalid-signature", "无效签名")
        self._check_certificates(params)
        try:
            at = moment(params["timestamp"])
        except ValueError:
            raise Complaint("40002", "isv.invalid-timestamp", "非法的时间戳参数") from None
        if abs(self._now() - at) > CLOCK_SKEW:
            raise Complaint("40002", "isv.invalid-timestamp", "非法的时间戳参数")
        return _object(params["biz_content"])

    def _check_certificates(self, params: Mapping[str, str]) -> None:
        if self._account.certificates is None:
            return
        keys = self._account.keys
        if params.get("app_cert_sn") != keys.app_cert_sn:
            raise Complaint("40002", "isv.invalid-app-cert-sn", "无效的应用证书序列号")
        if params.get("alipay_root_cert_sn") != keys.alipay_root_cert_sn:
            raise Complaint("40002", "isv.invalid-alipay-root-cert-sn", "无效的根证书序列号")

    def placed(self, params: Mapping[str, str]) -> Traded:
        """The trade behind a signed address that a buyer has opened. Raises Complaint, Refusal."""
        content = self.checked(params)
        trade = self._book.place(_charge(content, params), params.get("return_url", ""))
        return self._book.begin(out_trade_no=trade.charge.out_trade_no)

    def _precreate(self, content: Fields, params: Mapping[str, str]) -> Fields:
        trade = self._book.place(_charge(content, params))
        number = trade.charge.out_trade_no
        return {"out_trade_no": number, "qr_code": self._addresses.qr(trade.trade_no)}

    def _query(self, content: Fields, _: Mapping[str, str]) -> Fields:
        trade = self._found(content)
        fields = _numbers(trade) | {
            "trade_status": str(trade.status),
            "total_amount": yuan(trade.charge.amount),
            "receipt_amount": yuan(trade.charge.amount if trade.paid_at else 0),
            "buyer_pay_amount": yuan(trade.charge.amount if trade.paid_at else 0),
            "point_amount": "0.00",
            "invoice_amount": "0.00",
        }
        if trade.paid_at:
            fields |= {
                "buyer_user_id": trade.buyer_id,
                "send_pay_date": written(trade.paid_at),
                "fund_bill_list": [{"amount": yuan(trade.charge.amount), "fund_channel": "ALIPAYACCOUNT"}],
            }
        return fields

    def _refund(self, content: Fields, _: Mapping[str, str]) -> Fields:
        trade = self._found(content)
        amount = _amount(content, "refund_amount")
        number = _text(content, "out_request_no")
        if not number and amount != trade.charge.amount:
            raise Refusal("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "撤销或退款金额与订单金额不一致")
        after, is_moved = self._book.refund(trade, number or trade.charge.out_trade_no, amount)
        return _numbers(after) | {
            "buyer_user_id": after.buyer_id,
            "fund_change": "Y" if is_moved else "N",
            "refund_fee": yuan(after.refunded_total),
            "send_back_fee": yuan(amount if is_moved else 0),
        }

    def _query_refund(self, content: Fields, _: Mapping[str, str]) -> Fields:
        trade = self._found(content)
        number = _text(content, "out_request_no")
        refund = next((found for found in trade.refunds if found.out_request_no == number), None)
        if refund is None:
            return {}
        fields = _numbers(trade) | {
            "out_request_no": number,
            "total_amount": yuan(trade.charge.amount),
            "refund_amount": yuan(refund.amount),
            "refund_status": "REFUND_SUCCESS",
        }
        if "gmt_refund_pay" in content.get("query_options", []):
            fields["gmt_refund_pay"] = written(refund.at)
        return fields

    def _close(self, content: Fields, _: Mapping[str, str]) -> Fields:
        return _numbers(self._book.close(self._found(content)))

    def _bill(self, content: Fields, _: Mapping[str, str]) -> Fields:
        try:
            day = date.fromisoformat(_text(content, "bill_date"))
        except ValueError:
            day = date.max
        if _text(content, "bill_type") != "trade" or day >= self._now().astimezone(ZONE).date():
            raise Complaint("40004", "isv.invalid_arguments", "入参不合法")
        if not any(_happened(trade, day) for trade in self._book.all()):
            raise Refusal("isp.bill_not_exist", "账单不存在")
        return {"bill_download_url": self._addresses.bill(day)}

    def _found(self, content: Fields) -> Traded:
        return self._book.find(out_trade_no=_text(content, "out_trade_no"), trade_no=_text(content, "trade_no"))


def _happened(trade: Traded, day: date) -> bool:
    times = [trade.paid_at, *(refund.at for refund in trade.refunds)]
    return any(at is not None and at.astimezone(ZONE).date() == day for at in times)


def _failure(code: str, sub_code: str, message: str) -> Fields:
    return {"code": code, "msg": _WORDS[code], "sub_code": sub_code, "sub_msg": message}


def _numbers(trade: Traded) -> Fields:
    return {"out_trade_no": trade.charge.out_trade_no, "trade_no": trade.trade_no}


def _charge(content: Fields, params: Mapping[str, str]) -> Charge:
    end = _text(content, "time_expire")
    number, subject = _text(content, "out_trade_no"), _text(content, "subject")
    if not number or not subject.isprintable() or not subject:
        raise Refusal("ACQ.INVALID_PARAMETER", "参数无效")
    try:
        expires_at = moment(end) if end else None
    except ValueError:
        raise Refusal("ACQ.INVALID_PARAMETER", "参数无效") from None
    return Charge(
        out_trade_no=number,
        amount=_amount(content, "total_amount"),
        subject=subject,
        notify_url=params.get("notify_url", ""),
        expires_at=expires_at,
        body=_text(content, "body"),
        passback=_text(content, "passback_params"),
    )


def _amount(content: Fields, name: str) -> int:
    try:
        amount = fen(_text(content, name))
    except ValueError:
        amount = 0
    if amount <= 0:
        raise Refusal("ACQ.INVALID_PARAMETER", "参数无效")
    return amount


def _text(content: Fields, name: str) -> str:
    value = content.get(name, "")
    if not isinstance(value, str):
        raise Refusal("ACQ.INVALID_PARAMETER", "参数无效")
    return value


def _object(text: str) -> Fields:
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Complaint("40002", "isv.illegal-json", "业务参数不是合法的JSON")
    return content
