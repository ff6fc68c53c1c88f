"""Signed calls to Alipay's gateway, verified answers. No business, no retries: the caller decides what to ask again."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import IO, TypeVar
from urllib.parse import urlencode

import httpx

from yutang.core import clock

from . import answers, bills, signing
from .answers import Node
from .errors import BrokenBill, Invalid, OutcomeUnknown
from .keys import Keys
from .shapes import BillLine, Charge, Refund, Trade
from .values import fen, moment, written, yuan

GATEWAY = "https://openapi.alipay.com/gateway.do"
TIMEOUT = httpx.Timeout(10, connect=3)
LARGEST_AMOUNT = 100_000_000_00
LARGEST_DOWNLOAD = 512 << 20
_IN_MEMORY = 8 << 20
_NUMBER = re.compile(r"[0-9A-Za-z_]{1,64}")
_URL_SAFE = re.compile(r"[0-9A-Za-z_.~%\-]{0,512}")
_Value = TypeVar("_Value")


class Client:
    """One application at one gateway. `http` belongs to the caller, who closes it and shares it among clients."""

    def __init__(
        self,
        keys: Keys,
        *,
        http: httpx.Client,
        base_url: str = GATEWAY,
        now: Callable[[], datetime] = clock.now,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._keys = keys
        self._http = http
        self._base_url = base_url
        self._now = now
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"Client({self._keys.app_id!r}, {self._base_url!r})"

    def wap_pay_url(self, charge: Charge, *, return_url: str = "", quit_url: str = "") -> str:
        """Where a phone's browser pays. Nothing is sent; the trade begins when the buyer opens it."""
        content = _content(charge, product_code="QUICK_WAP_WAY", quit_url=quit_url)
        return self._pay_url("alipay.trade.wap.pay", content, charge.notify_url, return_url)

    def page_pay_url(self, charge: Charge, *, return_url: str = "") -> str:
        """The same for a computer's browser."""
        content = _content(charge, product_code="FAST_INSTANT_TRADE_PAY")
        return self._pay_url("alipay.trade.page.pay", content, charge.notify_url, return_url)

    def precreate(self, charge: Charge) -> str:
        """The text of a QR code that the buyer scans; the trade begins with the scan."""
        node = self._call("alipay.trade.precreate", _content(charge), notify_url=charge.notify_url)
        return node.text("qr_code")

    def query(self, *, out_trade_no: str = "", trade_no: str = "") -> Trade:
        """By either number. Raises NotFound while no buyer has begun to pay."""
        return _trade(self._call("alipay.trade.query", _numbers(out_trade_no, trade_no)))

    def close(self, *, out_trade_no: str = "", trade_no: str = "") -> None:
        """An unpaid trade, so that nobody can pay it any more. Raises NotFound, WrongState, AlreadyClosed."""
        self._call("alipay.trade.close", _numbers(out_trade_no, trade_no))

    def refund(
        self, *, out_request_no: str, amount: int, out_trade_no: str = "", trade_no: str = "", reason: str = ""
    ) -> Refund:
        """All or a part. The same `out_request_no` never refunds twice; repeat only with the same amount."""
        if len(reason) > 256:
            raise Invalid("reason", "at most 256 characters")
        content = _numbers(out_trade_no, trade_no) | {
            "out_request_no": _number("out_request_no", out_request_no),
            "refund_amount": _amount(amount),
            "refund_reason": reason,
        }
        node = self._call("alipay.trade.refund", content)
        return Refund(
            out_trade_no=node.text("out_trade_no"),
            trade_no=node.text("trade_no"),
            out_request_no=out_request_no,
            amount=amount,
            refunded_total=_fen(node, "refund_fee"),
            is_moved=node.optional("fund_change") == "Y",
        )

    def query_refund(self, *, out_request_no: str, out_trade_no: str = "", trade_no: str = "") -> Refund | None:
        """What became of a refund; None: it has not succeeded, repeat it with the same number."""
        content = _numbers(out_trade_no, trade_no) | {
            "out_request_no": _number("out_request_no", out_request_no),
            "query_options": ["gmt_refund_pay"],
        }
        node = self._call("alipay.trade.fastpay.refund.query", content)
        # Alipay answers "found nothing" as success without the refund's fields.
        if not node.optional("refund_amount") or node.optional("refund_status") not in ("", "REFUND_SUCCESS"):
            return None
        return Refund(
            out_trade_no=node.text("out_trade_no"),
            trade_no=node.text("trade_no"),
            out_request_no=out_request_no,
            amount=_required_fen(node, "refund_amount"),
            is_moved=True,
            refunded_at=_moment(node, "gmt_refund_pay"),
        )

    def bill(self, day: date) -> Iterator[BillLine]:
        """Payments and refunds of a day in Shanghai, ready after nine in the morning of the next.

        Everything happens while it is iterated. Raises NoBill before the first line; BrokenBill also after lines were
        given, so take them over in one transaction.
        """
        node = self._call(
            "alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": day.isoformat()}
        )
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            self._download(node.text("bill_download_url"), file)
            yield from bills.lines(file)

    def _download(self, url: str, file: IO[bytes]) -> None:
        """The link is public and lives for 30 seconds."""
        if not url.startswith(("https://", "http://")):
            raise OutcomeUnknown("the bill lies at no web address")
        try:
            with self._http.stream("GET", url, timeout=self._timeout, follow_redirects=False) as response:
                if response.status_code != httpx.codes.OK:
                    raise OutcomeUnknown(f"the bill's download answered {response.status_code}")
                for chunk in response.iter_bytes():
                    file.write(chunk)
                    if file.tell() > LARGEST_DOWNLOAD:
                        raise BrokenBill("the bill is too large")
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"the bill's download broke: {type(error).__name__}") from error
        file.seek(0)

    def _pay_url(self, method: str, content: Mapping[str, object], notify_url: str, return_url: str) -> str:
        signed = self._signed(method, content, notify_url=notify_url, return_url=return_url)
        return f"{self._base_url}?{urlencode(signed)}"

    def _call(self, method: str, content: Mapping[str, object], *, notify_url: str = "") -> Node:
        params = self._signed(method, content, notify_url=notify_url)
        # As Alipay's own libraries do: the gateway must know the charset before it reads the body.
        body = {"biz_content": params.pop("biz_content")}
        try:
            response = self._http.post(
                self._base_url, params=params, data=body, timeout=self._timeout, follow_redirects=False
            )
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"{method}: {type(error).__name__}") from error
        if response.status_code != httpx.codes.OK:
            raise OutcomeUnknown(f"{method}: answered {response.status_code}")
        node = answers.opened(response.content, method, self._keys)
        for name in ("out_trade_no", "trade_no", "out_request_no"):
            if name in content and node.optional(name) not in ("", content[name]):
                raise OutcomeUnknown(f"{method}: the answer has another {name}")
        return node

    def _signed(
        self, method: str, content: Mapping[str, object], *, notify_url: str = "", return_url: str = ""
    ) -> dict[str, str]:
        filled = {name: value for name, value in content.items() if value}
        params = {
            "app_id": self._keys.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": signing.SIGN_TYPE,
            "timestamp": written(self._now()),
            "version": "1.0",
            "app_cert_sn": self._keys.app_cert_sn,
            "alipay_root_cert_sn": self._keys.alipay_root_cert_sn,
            "notify_url": notify_url,
            "return_url": return_url,
            "biz_content": json.dumps(filled, ensure_ascii=False, separators=(",", ":")),
        }
        params = {name: value for name, value in params.items() if value}
        return params | {"sign": signing.sign(signing.request_text(params), self._keys.private_key)}


def _content(charge: Charge, **more: str) -> dict[str, object]:
    if not 0 < len(charge.subject) <= 256 or not charge.subject.isprintable():
        raise Invalid("subject", "1 to 256 printable characters")
    if len(charge.body) > 128 or not charge.body.isprintable():
        raise Invalid("body", "at most 128 printable characters")
    if not _URL_SAFE.fullmatch(charge.passback):
        raise Invalid("passback", "at most 512 characters, URL-encoded")
    if not charge.notify_url:
        raise Invalid("notify_url", "is missing")
    return {
        "out_trade_no": _number("out_trade_no", charge.out_trade_no),
        "total_amount": _amount(charge.amount),
        "subject": charge.subject,
        "body": charge.body,
        "time_expire": written(charge.expires_at) if charge.expires_at else "",
        "passback_params": charge.passback,
        **more,
    }


def _numbers(out_trade_no: str, trade_no: str) -> dict[str, object]:
    if trade_no:
        return {"trade_no": _number("trade_no", trade_no)}
    return {"out_trade_no": _number("out_trade_no", out_trade_no)}


def _number(field: str, value: str) -> str:
    if not _NUMBER.fullmatch(value):
        raise Invalid(field, "1 to 64 letters, digits or _")
    return value


def _amount(amount: int) -> str:
    if not 0 < amount <= LARGEST_AMOUNT:
        raise Invalid("amount", f"1 to {LARGEST_AMOUNT} 分")
    return yuan(amount)


def _trade(node: Node) -> Trade:
    return Trade(
        out_trade_no=node.text("out_trade_no"),
        trade_no=node.text("trade_no"),
        status=node.text("trade_status"),
        amount=_required_fen(node, "total_amount"),
        receipt_amount=_fen(node, "receipt_amount"),
        buyer_id=node.optional("buyer_user_id") or node.optional("buyer_open_id"),
        paid_at=_moment(node, "send_pay_date"),
    )


def _fen(node: Node, name: str) -> int | None:
    return _parsed(fen, node.optional(name))


def _required_fen(node: Node, name: str) -> int:
    amount = _fen(node, name)
    if amount is None:
        raise OutcomeUnknown(f"the answer lacks {name}")
    return amount


def _moment(node: Node, name: str) -> datetime | None:
    return _parsed(moment, node.optional(name))


def _parsed(parse: Callable[[str], _Value], text: str) -> _Value | None:
    try:
        return parse(text) if text else None
    except ValueError as error:
        raise OutcomeUnknown(f"in the answer: {error}") from error
