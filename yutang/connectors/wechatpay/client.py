"""The client of one merchant's account: one method per interface of the platform.

Every method raises `errors.Refused` (nothing was done), or `errors.OutcomeUnknown` (ask by the same number).
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx

from yutang.connectors.wechatpay import bills, errors, notices, reading, signing
from yutang.connectors.wechatpay.keys import Credentials, PlatformKeys
from yutang.connectors.wechatpay.shapes import (
    BillKind,
    BillLine,
    NewRefund,
    NewTransaction,
    Notice,
    PlatformCertificate,
    Refund,
    Transaction,
)
from yutang.connectors.wechatpay.transport import TIMEOUT, Transport
from yutang.core import clock

BASE_URL = "https://api.mch.weixin.qq.com"

T = TypeVar("T")


def new_nonce() -> str:
    return secrets.token_hex(16)


class Client:
    """`platform_keys` holds the 微信支付公钥 under its `PUB_KEY_ID_…`, or certificates' keys, or nothing: certificates
    are fetched when an unknown serial number turns up. Threads may share a client."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        http: httpx.Client,
        platform_keys: PlatformKeys | None = None,
        base_url: str = BASE_URL,
        now: Callable[[], datetime] = clock.now,
        nonce: Callable[[], str] = new_nonce,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._credentials = credentials
        self._now = now
        self._nonce = nonce
        self._transport = Transport(
            credentials,
            platform_keys=platform_keys or {},
            base_url=base_url,
            http=http,
            now=now,
            nonce=nonce,
            timeout=timeout,
        )

    # Payments

    def create_jsapi(self, new: NewTransaction, *, openid: str) -> str:
        """The `prepay_id`, good for two hours."""
        return self._create("jsapi", new, {"payer": {"openid": openid}}, "prepay_id")

    def create_h5(self, new: NewTransaction, *, client_ip: str, kind: str = "Wap") -> str:
        """The address to send the phone's browser to, good for five minutes."""
        return self._create(
            "h5", new, {"scene_info": {"payer_client_ip": client_ip, "h5_info": {"type": kind}}}, "h5_url"
        )

    def create_native(self, new: NewTransaction) -> str:
        """What the QR code holds, good for two hours."""
        return self._create("native", new, {}, "code_url")

    def jsapi_parameters(self, prepay_id: str) -> dict[str, str]:
        """What the page hands to `WeixinJSBridge`. Its `ok` proves nothing: query, or wait for the notice."""
        timestamp, nonce, package = self._timestamp(), self._nonce(), f"prepay_id={prepay_id}"
        message = signing.payment_message(self._credentials.appid, timestamp, nonce, package)
        return {
            "appId": self._credentials.appid,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": signing.sign(self._credentials.private_key, message),
        }

    def query(self, *, out_trade_no: str = "", transaction_id: str = "") -> Transaction:
        if bool(out_trade_no) == bool(transaction_id):
            raise ValueError("one of out_trade_no and transaction_id")
        number = f"out-trade-no/{_segment(out_trade_no)}" if out_trade_no else f"id/{_segment(transaction_id)}"
        query = urlencode({"mchid": self._credentials.mchid})
        return self._read(reading.transaction, "GET", f"/v3/pay/transactions/{number}?{query}")

    def close(self, out_trade_no: str) -> None:
        """Nobody can pay it any more. `AlreadyPaid` where somebody was faster."""
        target = f"/v3/pay/transactions/out-trade-no/{_segment(out_trade_no)}/close"
        self._transport.ask("POST", target, {"mchid": self._credentials.mchid})

    # Refunds

    def refund(self, new: NewRefund) -> Refund:
        """The refund as accepted: mostly `PROCESSING`. The same number may be asked for again."""
        if bool(new.out_trade_no) == bool(new.transaction_id):
            raise ValueError("one of out_trade_no and transaction_id")
        payload = {
            "transaction_id": new.transaction_id,
            "out_trade_no": new.out_trade_no,
            "out_refund_no": new.out_refund_no,
            "reason": new.reason,
            "notify_url": new.notify_url,
            "amount": {"refund": new.amount, "total": new.total, "currency": new.currency},
        }
        return self._read(reading.refund, "POST", "/v3/refund/domestic/refunds", _filled(payload))

    def query_refund(self, out_refund_no: str) -> Refund:
        return self._read(reading.refund, "GET", f"/v3/refund/domestic/refunds/{_segment(out_refund_no)}")

    # Bills

    def trade_bill(self, day: date, kind: BillKind = BillKind.ALL) -> Iterator[BillLine]:
        """The lines of a day of Shanghai, from ten o'clock of the next. The first one is given when the whole file
        has arrived and its SHA-1 is right; nothing is asked before it is wanted."""
        query = urlencode({"bill_date": day.isoformat(), "bill_type": kind, "tar_type": "GZIP"})
        announced = self._read(reading.bill, "GET", f"/v3/bill/tradebill?{query}")
        with tempfile.TemporaryFile() as file:
            with self._transport.download(announced.download_url) as chunks:
                bills.unpack(chunks, file, announced.sha1)
            yield from bills.read(file)

    # Notices and the platform's keys

    def open_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """A notice to this merchant; see `notices.open`. Fetches new certificates when one is missing."""
        notice = self._transport.with_keys(
            lambda known: notices.open(headers, body, known, self._credentials.api_key, self._now())
        )
        if notice.mchid != self._credentials.mchid:
            raise errors.Untrusted("a notice to another merchant")
        return notice

    def certificates(self) -> list[PlatformCertificate]:
        """The platform's certificates in use, for keeping; `keys.of_certificates` makes platform keys of them."""
        return self._transport.certificates()

    # The wire

    def _create(self, kind: str, new: NewTransaction, extra: Mapping[str, Any], wanted: str) -> str:
        payload = {
            "appid": self._credentials.appid,
            "mchid": self._credentials.mchid,
            "description": new.description,
            "out_trade_no": new.out_trade_no,
            "time_expire": _rfc3339(new.expires_at) if new.expires_at else "",
            "attach": new.attach,
            "notify_url": new.notify_url,
            "goods_tag": new.goods_tag,
            "amount": {"total": new.amount, "currency": new.currency},
            "settle_info": {"profit_sharing": True} if new.is_profit_shared else {},
            **extra,
        }
        target = f"/v3/pay/transactions/{kind}"
        return self._read(lambda data: reading.text(data, wanted), "POST", target, _filled(payload))

    def _read(
        self,
        read: Callable[[Mapping[str, Any]], T],
        method: str,
        target: str,
        payload: Mapping[str, Any] | None = None,
    ) -> T:
        body = self._transport.ask(method, target, payload)
        try:
            return read(reading.document(body))
        except errors.Malformed as error:
            # It did something, but what?
            raise errors.OutcomeUnknown(error.message, code=error.code) from error

    def _timestamp(self) -> str:
        return str(int(self._now().timestamp()))


def _segment(number: str) -> str:
    """A number as a part of a path."""
    return quote(number, safe="")


def _filled(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty: the platform takes an empty optional value for a wrong one."""
    return {name: value for name, value in payload.items() if value not in ("", {})}


def _rfc3339(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone")
    return moment.isoformat(timespec="seconds")
