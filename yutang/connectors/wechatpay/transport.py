"""A signed request and its verified answer. A request is sent once: repeating it is the caller's decision."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx

from yutang.connectors.wechatpay import errors, keys, reading, signing
from yutang.connectors.wechatpay.keys import PUBLIC_KEY_PREFIX, Credentials, PlatformKeys
from yutang.connectors.wechatpay.shapes import PlatformCertificate

TIMEOUT = httpx.Timeout(10, connect=3)
USER_AGENT = "Yutang"
# Anyone may send a notice with an invented serial number: such must not make us ask the platform every time.
REFRESH_GAP = timedelta(minutes=5)

T = TypeVar("T")


class Transport:
    def __init__(
        self,
        credentials: Credentials,
        *,
        platform_keys: PlatformKeys,
        base_url: str,
        http: httpx.Client,
        now: Callable[[], datetime],
        nonce: Callable[[], str],
        timeout: httpx.Timeout,
    ) -> None:
        self._credentials = credentials
        self._keys: PlatformKeys = dict(platform_keys)
        self._base_url = base_url.rstrip("/")
        self._http = http
        self._now = now
        self._nonce = nonce
        self._timeout = timeout
        self._refreshed_at: datetime | None = None

    def ask(self, method: str, target: str, payload: Mapping[str, Any] | None = None) -> bytes:
        """The body of a 2xx answer, its signature checked. `target` is path and query."""
        answer = self._send(method, target, payload)
        if answer.is_success or "Wechatpay-Signature" in answer.headers:
            try:
                self.with_keys(lambda known: signing.check(answer.headers, answer.content, known, self._now()))
            except errors.WechatPayError as error:
                # It may have been done all the same.
                raise errors.OutcomeUnknown(
                    error.message, code=error.code, status=answer.status_code, request_id=_request_id(answer)
                ) from error
        if not answer.is_success:
            raise _failure(answer)
        return answer.content

    def with_keys(self, use: Callable[[PlatformKeys], T]) -> T:
        """`use` with the platform's keys; once more where a certificate was missing and may have been fetched."""
        try:
            return use(self._keys)
        except errors.UnknownSerial as error:
            if error.message.startswith(PUBLIC_KEY_PREFIX) or not self._refresh():
                raise
            return use(self._keys)

    def certificates(self) -> list[PlatformCertificate]:
        """The platform's certificates in use. They may vouch for the answer that brings them: what nobody but the
        platform and we can have encrypted (APIv3 key) holds the key that signed it."""
        answer = self._send("GET", "/v3/certificates", None)
        if not answer.is_success:
            raise _failure(answer)
        found = []
        for data in reading.parts(reading.document(answer.content), "data"):
            sealed = reading.part(data, "encrypt_certificate")
            pem = keys.decrypt(
                self._credentials.api_key,
                nonce=reading.text(sealed, "nonce"),
                ciphertext=reading.text(sealed, "ciphertext"),
                associated_data=reading.optional_text(sealed, "associated_data"),
            )
            found.append(reading.certificate(data, pem.decode("ascii", "replace")))
        signing.check(answer.headers, answer.content, {**self._keys, **keys.of_certificates(found)}, self._now())
        return found

    @contextmanager
    def download(self, url: str) -> Iterator[Iterator[bytes]]:
        """The body at `url` as it comes. Such answers carry no signature: what is inside has a hash of its own."""
        try:
            request = self._request("GET", url, b"")
            request.headers["Accept-Encoding"] = "identity"
            answer = self._http.send(request, stream=True, follow_redirects=False)
            try:
                if not answer.is_success:
                    answer.read()
                    raise _failure(answer)
                yield answer.iter_raw()
            finally:
                answer.close()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise errors.OutcomeUnknown(type(error).__name__) from error

    def _refresh(self) -> bool:
        """Whether certificates have been fetched. The public key stays: a merchant who moves to it uses both."""
        now = self._now()
        if self._refreshed_at and now - self._refreshed_at < REFRESH_GAP:
            return False
        self._refreshed_at = now
        try:
            found = self.certificates()
        except errors.NotFound:
            return False  # a merchant with the public key only
        public = {serial: key for serial, key in self._keys.items() if serial.startswith(PUBLIC_KEY_PREFIX)}
        self._keys = {**public, **keys.of_certificates(found)}
        return True

    def _public_key_id(self) -> str:
        return next((serial for serial in self._keys if serial.startswith(PUBLIC_KEY_PREFIX)), "")

    def _send(self, method: str, target: str, payload: Mapping[str, Any] | None) -> httpx.Response:
        body = b"" if payload is None else json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        request = self._request(method, self._base_url + target, body)
        # Asks for an answer signed with the public key rather than a certificate's.
        if serial := self._public_key_id():
            request.headers["Wechatpay-Serial"] = serial
        try:
            return self._http.send(request, follow_redirects=False)
        except httpx.HTTPError as error:
            raise errors.OutcomeUnknown(type(error).__name__) from error

    def _request(self, method: str, url: str, body: bytes) -> httpx.Request:
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
        if body:
            headers["Content-Type"] = "application/json"
        request = self._http.build_request(method, url, content=body, headers=headers, timeout=self._timeout)
        request.headers["Authorization"] = signing.authorization(
            self._credentials,
            method=method,
            target=request.url.raw_path.decode(),  # as sent, after httpx has escaped it
            body=body,
            timestamp=str(int(self._now().timestamp())),
            nonce=self._nonce(),
        )
        return request


def _failure(answer: httpx.Response) -> errors.WechatPayError:
    """What an answer means that is not 2xx. Only a 4xx in the platform's own words says that nothing was done."""
    status, request_id = answer.status_code, _request_id(answer)
    unknown = errors.OutcomeUnknown(f"HTTP {status}", status=status, request_id=request_id)
    try:
        said = reading.document(answer.content)
        code, message = reading.text(said, "code"), reading.optional_text(said, "message")
    except errors.Malformed:
        return unknown  # somebody in between answered, not the platform
    if not 400 <= status < 500:
        return errors.OutcomeUnknown(message, code=code, status=status, request_id=request_id)
    return errors.refusal(code, message, status, request_id)


def _request_id(answer: httpx.Response) -> str:
    return str(answer.headers.get("Request-ID", ""))
