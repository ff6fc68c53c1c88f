"""Signed calls to Aliyun SMS. A request is sent once: repeating it would be a second message."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from yutang.connectors.sms_aliyun import errors, signing
from yutang.core import clock

ENDPOINT = "https://dysmsapi.aliyuncs.com"
TIMEOUT = httpx.Timeout(10, connect=3)
VERSION = "2017-05-25"
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Credentials:
    """An AccessKey. It should belong to a RAM user who may send messages and nothing else."""

    key_id: str
    key_secret: str = field(repr=False)


@dataclass(frozen=True)
class Receipt:
    """Aliyun took the message. `biz_id` is its number, by which delivery is asked about."""

    biz_id: str
    request_id: str


class Client:
    """`http` belongs to the caller, who closes it and shares it among clients."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        http: httpx.Client,
        base_url: str = ENDPOINT,
        now: Callable[[], datetime] = clock.now,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self._credentials = credentials
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._now = now
        self._nonce = nonce
        self._timeout = timeout

    def send(
        self, *, phone: str, sign_name: str, template_code: str, params: Mapping[str, str], out_id: str = ""
    ) -> Receipt:
        """One message to one phone (E.164) by an approved template. NotReached, OutcomeUnknown, Refused."""
        asked = {
            "PhoneNumbers": _number(phone),
            "SignName": sign_name,
            "TemplateCode": template_code,
            "TemplateParam": json.dumps(dict(params), ensure_ascii=False, separators=(",", ":")),
            "OutId": out_id,
        }
        said = self._call("SendSms", {name: value for name, value in asked.items() if value})
        return Receipt(biz_id=str(said.get("BizId", "")), request_id=str(said.get("RequestId", "")))

    def _call(self, action: str, params: Mapping[str, str]) -> dict[str, Any]:
        query = signing.query_text(params)
        request = self._http.build_request(
            "POST", f"{self._base_url}/?{query}", headers={"Accept": "application/json"}, timeout=self._timeout
        )
        signed = {
            "host": request.headers["host"],
            "x-acs-action": action,
            "x-acs-content-sha256": signing.digest(b""),
            "x-acs-date": self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self._nonce(),
            "x-acs-version": VERSION,
        }
        request.headers.update(signed)
        request.headers["Authorization"] = signing.authorization(
            key_id=self._credentials.key_id, key_secret=self._credentials.key_secret, method="POST", path="/",
            query=query, headers=signed,
        )  # fmt: skip
        try:
            answer = self._http.send(request, follow_redirects=False)
        except _NOT_SENT as error:
            raise errors.NotReached(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise errors.OutcomeUnknown(type(error).__name__) from error
        return _opened(answer)


def _number(phone: str) -> str:
    """As Aliyun writes numbers: the mainland's without a country code, others with theirs and without the plus."""
    return phone.removeprefix("+86").removeprefix("+")


def _opened(answer: httpx.Response) -> dict[str, Any]:
    """Only an answer in Aliyun's own words says that nothing was sent."""
    try:
        said = json.loads(answer.content)
        code = said["Code"]
    except (ValueError, KeyError, TypeError) as error:
        raise errors.OutcomeUnknown(f"HTTP {answer.status_code}") from error
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise errors.OutcomeUnknown(f"HTTP {answer.status_code}", code=str(code))
    if code != "OK":
        raise errors.refusal(str(code), str(said.get("Message", "")), str(said.get("RequestId", "")))
    opened: dict[str, Any] = said
    return opened
