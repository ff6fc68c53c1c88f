"""The platform's interfaces: who asks is proved by the signature, then the book decides."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from yutang.connectors.wechatpay import signing
from yutang.connectors.wechatpay.shapes import BillKind
from yutang.simulators.wechatpay import bills
from yutang.simulators.wechatpay.accounts import Account, PlatformKey
from yutang.simulators.wechatpay.content import refund_json, transaction_json
from yutang.simulators.wechatpay.fields import Refusal, parameter
from yutang.simulators.wechatpay.trades import SHANGHAI, Book, Refund, Trade

NUMBER = r"([^/]+)"
FIELD = re.compile(r'(\w+)="([^"]*)"')
BILL_HOUR = 9
BILL_AGE = timedelta(days=92)
DOWNLOAD_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True)
class Request:
    method: str
    target: str  # as received: what was signed
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def query(self, name: str) -> str:
        return parse_qs(urlsplit(self.target).query).get(name, [""])[0]

    def data(self) -> Mapping[str, Any]:
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            raise Refusal(400, "PARAM_ERROR", "请求体不是合法的JSON") from None
        if not isinstance(found, dict):
            raise Refusal(400, "PARAM_ERROR", "请求体不是JSON对象")
        return found


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    is_signed: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any], status: int = 200) -> Answer:
        return cls(status, json.dumps(data, ensure_ascii=False).encode())

    @classmethod
    def refusing(cls, refusal: Refusal) -> Answer:
        detail = {"detail": refusal.detail} if refusal.detail else {}
        answer = cls.of({"code": refusal.code, "message": refusal.message, **detail}, refusal.status)
        # Who is not known gets no signature.
        return cls(answer.status, answer.body, is_signed=refusal.status != 401)


class Api:
    def __init__(
        self,
        accounts: Mapping[str, Account],
        book: Book,
        *,
        base_url: str,
        now: Callable[[], datetime],
        certificates: Callable[[], list[PlatformKey]],
        refund_accepted: Callable[[Trade, Refund], None],
    ) -> None:
        self._accounts = accounts
        self._book = book
        self._base_url = base_url
        self._now = now
        self._certificates = certificates
        self._refund_accepted = refund_accepted
        self._downloads: dict[str, tuple[Account, bytes, datetime]] = {}
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
            (method, re.compile(path), handler)
            for method, path, handler in (
                ("POST", r"/v3/pay/transactions/(jsapi|h5|native)", self._create),
                ("GET", rf"/v3/pay/transactions/out-trade-no/{NUMBER}", self._by_number),
                ("GET", rf"/v3/pay/transactions/id/{NUMBER}", self._by_id),
                ("POST", rf"/v3/pay/transactions/out-trade-no/{NUMBER}/close", self._close),
                ("POST", r"/v3/refund/domestic/refunds", self._refund),
                ("GET", rf"/v3/refund/domestic/refunds/{NUMBER}", self._query_refund),
                ("GET", r"/v3/bill/tradebill", self._bill),
                ("GET", r"/v3/billdownload/file", self._download),
                ("GET", r"/v3/certificates", self._list_certificates),
            )
        ]

    def handle(self, request: Request) -> Answer:
        try:
            account = self._who(request)
            for method, path, handler in self._routes:
                if method == request.method and (found := path.fullmatch(request.path)):
                    with self._book.lock:
                        return handler(account, request, *map(unquote, found.groups()))
            raise Refusal(404, "NOT_FOUND", "接口不存在")
        except Refusal as refusal:
            return Answer.refusing(refusal)

    def _who(self, request: Request) -> Account:
        for name in ("Accept", "User-Agent"):
            if not request.headers.get(name):
                raise Refusal(400, "PARAM_ERROR", f"Http头缺少{name}")
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        said = dict(FIELD.findall(rest))
        account = self._accounts.get(said.get("mchid", ""))
        if scheme != signing.SCHEME or account is None or said.get("serial_no") != account.serial:
            raise Refusal(401, "SIGN_ERROR", "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》")
        timestamp, nonce, signature = (said.get(name, "") for name in ("timestamp", "nonce_str", "signature"))
        if not timestamp.isdigit() or abs(self._now().timestamp() - int(timestamp)) > signing.MAX_SKEW.total_seconds():
            raise Refusal(401, "SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
        message = signing.request_message(request.method, request.target, timestamp, nonce, request.body)
        if not nonce or not signing.verifies(account.public_key, message, signature):
            issue = {
                "issue": "sign not match",
                "field": "signature",
                "location": "authorization",
                "sign_information": {
                    "method": request.method,
                    "url": request.target,
                    "sign_message_length": len(message),
                },
            }
            raise Refusal(401, "SIGN_ERROR", "错误的签名，验签失败", issue)
        return account

    def _create(self, account: Account, request: Request, kind: str) -> Answer:
        token = self._book.create(account, kind, request.data())
        if kind == "jsapi":
            return Answer.of({"prepay_id": token})
        # The real one says weixin://wxpay/bizpayurl?pr=… for a QR code, which only a real phone understands.
        return Answer.of({"h5_url" if kind == "h5" else "code_url": f"{self._base_url}/pay/{token}"})

    def _by_number(self, account: Account, request: Request, out_trade_no: str) -> Answer:
        self._same_merchant(account, request.query("mchid"))
        return Answer.of(transaction_json(self._book.find(account, out_trade_no=out_trade_no)))

    def _by_id(self, account: Account, request: Request, transaction_id: str) -> Answer:
        self._same_merchant(account, request.query("mchid"))
        return Answer.of(transaction_json(self._book.find(account, transaction_id=transaction_id)))

    def _close(self, account: Account, request: Request, out_trade_no: str) -> Answer:
        self._same_merchant(account, request.data().get("mchid"))
        self._book.close(account, out_trade_no)
        return Answer(204)

    def _refund(self, account: Account, request: Request) -> Answer:
        trade, refund = self._book.refund(account, request.data())
        answer = Answer.of(refund_json(trade, refund))
        self._refund_accepted(trade, refund)
        return answer

    def _query_refund(self, account: Account, _: Request, out_refund_no: str) -> Answer:
        return Answer.of(refund_json(*self._book.find_refund(account, out_refund_no)))

    def _bill(self, account: Account, request: Request) -> Answer:
        kind = self._bill_kind(request.query("bill_type") or "ALL")
        movements = bills.wanted(self._book.movements(account, self._bill_day(request.query("bill_date"))), kind)
        if not movements:
            raise Refusal(400, "NO_STATEMENT_EXIST", "账单文件不存在")
        plain = bills.write(movements, kind)
        token = secrets.token_urlsafe(24)
        packed = gzip.compress(plain) if request.query("tar_type") == "GZIP" else plain
        self._downloads[token] = (account, packed, self._now() + DOWNLOAD_LIFETIME)
        return Answer.of(
            {
                "hash_type": "SHA1",
                "hash_value": hashlib.sha1(plain, usedforsecurity=False).hexdigest(),
                "download_url": f"{self._base_url}/v3/billdownload/file?token={token}",
            }
        )

    def _download(self, account: Account, request: Request) -> Answer:
        owner, content, until = self._downloads.get(request.query("token"), (None, b"", self._now()))
        if owner is not account or self._now() > until:
            raise Refusal(400, "INVALID_REQUEST", "下载地址已失效")
        return Answer(200, content, is_signed=False, headers={"Content-Type": "application/octet-stream"})

    def _list_certificates(self, account: Account, _: Request) -> Answer:
        listed = [key.listed(account) for key in self._certificates()]
        if not listed:
            raise Refusal(404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥")
        return Answer.of({"data": listed})

    def _same_merchant(self, account: Account, mchid: object) -> None:
        if mchid != account.mchid:
            raise parameter("mchid", "与签名的商户号不一致")

    def _bill_kind(self, text: str) -> BillKind:
        try:
            return BillKind(text)
        except ValueError:
            raise parameter("bill_type", "取值不支持") from None

    def _bill_day(self, text: str) -> date:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise parameter("bill_date", "格式错误") from None
        now = self._now().astimezone(SHANGHAI)
        if day >= now.date() or now.date() - day > BILL_AGE:
            raise Refusal(400, "INVALID_REQUEST", "请检查bill_date")
        if day == now.date() - timedelta(days=1) and now.hour < BILL_HOUR:
            raise Refusal(400, "STATEMENT_CREATING", "账单生成中")
        return day
