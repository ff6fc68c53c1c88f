"""The service's side of the protocol: checks a request as Aliyun does and takes the message. Nothing here is shared
with our client: a mistake made there must not be made here too."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote_plus, urlsplit

CLOCK_SKEW = timedelta(minutes=15)
_AUTHORIZATION = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")
_MUST_BE_SIGNED = {
    "host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version",
}  # fmt: skip
# How often one phone gets a message by one signature.
_LIMITS = ((timedelta(minutes=1), 1, "分钟"), (timedelta(hours=1), 5, "小时"), (timedelta(days=1), 10, "天"))


@dataclass(frozen=True)
class Account:
    """A customer of Aliyun: an AccessKey, approved signatures, and templates with the names of their variables."""

    key_id: str = "LTAI5tSimulator"
    key_secret: str = field(default="simulated-secret", repr=False)
    sign_names: tuple[str, ...] = ("谷汀麦作",)
    templates: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"SMS_100001": ("code",)})
    templates_abroad: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"SMS_200001": ("code",)})


@dataclass(frozen=True)
class Message:
    """One that was taken."""

    phone: str
    sign_name: str
    template_code: str
    params: dict[str, str]
    out_id: str
    at: datetime


class Refusal(Exception):
    """`status` is 200 where the business refuses, 4xx where the gateway does."""

    def __init__(self, code: str, message: str, status: int = 200) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status


class Gateway:
    def __init__(self, account: Account, now: Callable[[], datetime], *, has_limits: bool) -> None:
        self.messages: list[Message] = []
        self._account = account
        self._now = now
        self._has_limits = has_limits
        self._nonces: set[str] = set()
        self._lock = threading.Lock()

    def take(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
        """What the answer says of a message that was taken. Refusal."""
        params = self._checked(method, target, {name.lower(): value for name, value in headers.items()}, body)
        with self._lock:
            message = self._message(params)
            self.messages.append(message)
        return {"Code": "OK", "Message": "OK", "BizId": f"{secrets.randbelow(10**18):018d}^0"}

    def _checked(self, method: str, target: str, headers: dict[str, str], body: bytes) -> dict[str, str]:
        """The parameters of a request that is ours, in time, and not a repetition."""
        parts = urlsplit(target)
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if found is None:
            raise Refusal("IncompleteSignature", "The request signature is incomplete.", 400)
        key_id, names, signature = found[1], found[2].split(";"), found[3]
        if key_id != self._account.key_id:
            raise Refusal("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404)
        if _MUST_BE_SIGNED - set(names) or set(names) - set(headers) or names != sorted(names):
            raise Refusal("IncompleteSignature", "The request signature is incomplete.", 400)
        payload = hashlib.sha256(body).hexdigest()
        pairs = sorted((_escaped(name), _escaped(value)) for name, value in params.items())
        canonical = f"{method}\n{parts.path}\n" + "&".join("=".join(pair) for pair in pairs) + "\n"
        for name in names:
            canonical += f"{name}:{headers[name].strip()}\n"
        canonical += f"\n{';'.join(names)}\n{payload}"
        text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
        expected = hmac.new(self._account.key_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        if headers["x-acs-content-sha256"] != payload or not hmac.compare_digest(signature, expected):
            message = "Specified signature is not matched with our calculation."
            raise Refusal("SignatureDoesNotMatch", message, 400)
        self._check_freshness(headers)
        if (headers["x-acs-action"], headers["x-acs-version"]) != ("SendSms", "2017-05-25"):
            raise Refusal("InvalidAction.NotFound", "Specified api is not found.", 404)
        return params

    def _check_freshness(self, headers: Mapping[str, str]) -> None:
        try:
            at = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise Refusal("InvalidTimeStamp.Format", "Specified time stamp is not well formatted.", 400) from None
        if abs(self._now() - at) > CLOCK_SKEW:
            raise Refusal("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.", 400)
        with self._lock:
            if headers["x-acs-signature-nonce"] in self._nonces:
                raise Refusal("SignatureNonceUsed", "Specified signature nonce was used already.", 400)
            self._nonces.add(headers["x-acs-signature-nonce"])

    def _message(self, params: Mapping[str, str]) -> Message:
        phone = params.get("PhoneNumbers", "")
        is_mainland = re.fullmatch(r"1[3-9]\d{9}", phone) is not None
        if not is_mainland and not re.fullmatch(r"[1-9]\d{6,14}", phone):
            raise Refusal("isv.MOBILE_NUMBER_ILLEGAL", f"{phone} invalid mobile number")
        if params.get("SignName") not in self._account.sign_names:
            raise Refusal("isv.SMS_SIGNATURE_ILLEGAL", "该账号下找不到对应签名")
        code = params.get("TemplateCode", "")
        if is_mainland and code in self._account.templates_abroad:
            raise Refusal("isv.DOMESTIC_NUMBER_NOT_SUPPORTED", "国际/港澳台消息模板不支持发送境内号码")
        known = self._account.templates if is_mainland else self._account.templates_abroad
        if code not in known:
            raise Refusal("isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板")
        values = _values(params.get("TemplateParam", "{}"))
        if missing := [name for name in known[code] if not values.get(name)]:
            raise Refusal("isv.TEMPLATE_MISSING_PARAMETERS", f"模板变量缺少对应参数值: {missing[0]}")
        now = self._now()
        sent = [message.at for message in self.messages if message.phone == phone]
        for window, most, word in _LIMITS if self._has_limits else ():
            if sum(at > now - window for at in sent) >= most:
                raise Refusal("isv.BUSINESS_LIMIT_CONTROL", f"触发{word}级流控Permits:{most}")
        return Message(phone, params["SignName"], code, values, params.get("OutId", ""), now)


def _escaped(text: str) -> str:
    """RFC 3986 by way of the form encoding, as the documentation describes it."""
    return quote_plus(text).replace("+", "%20").replace("*", "%2A").replace("%7E", "~")


def _values(text: str) -> dict[str, str]:
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise Refusal("isv.INVALID_JSON_PARAM", "参数格式错误，请修改为字符串值")
    return values
