"""Web page authorisation (网页授权) of an Official Account: who is it that opens our page inside WeChat?"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import httpx

from yutang.connectors.wechat import errors

API = "https://api.weixin.qq.com"
PAGES = "https://open.weixin.qq.com"
TIMEOUT = httpx.Timeout(8, connect=3)


class Scope(StrEnum):
    BASE = "snsapi_base"
    """Silently: the OpenID, and the UnionID where the account is bound to the Open Platform."""
    USERINFO = "snsapi_userinfo"
    """WeChat asks the person first; the name as well. Only after a tap of theirs, never when a page opens."""


@dataclass(frozen=True)
class Credentials:
    app_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Grant:
    """What a code was exchanged for. `openid`: of this person with this account only; `unionid`: with all accounts of
    one Open Platform account, "" where there is none."""

    openid: str
    unionid: str = ""
    access_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Profile:
    nickname: str
    unionid: str = ""


def authorise_url(*, app_id: str, redirect_uri: str, scope: Scope, state: str, base_url: str = PAGES) -> str:
    """Where to send the browser. The order of the parameters matters to WeChat. `state`: at most 128 letters and
    digits; it comes back with the code."""
    query = urlencode(
        {
            "appid": app_id, "redirect_uri": redirect_uri, "response_type": "code", "scope": scope.value,
            "state": state,
        }
    )  # fmt: skip
    return f"{base_url.rstrip('/')}/connect/oauth2/authorize?{query}#wechat_redirect"


class Client:
    """`http` belongs to the caller, who closes it and shares it among clients."""

    def __init__(
        self, credentials: Credentials, *, http: httpx.Client, base_url: str = API, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        self._credentials = credentials
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout

    def exchange(self, code: str) -> Grant:
        """Once for each code, within five minutes. BadCode, BadCredentials, Snapshot, Unanswered, Refused."""
        said = self._get(
            "/sns/oauth2/access_token", appid=self._credentials.app_id, secret=self._credentials.secret, code=code,
            grant_type="authorization_code",
        )  # fmt: skip
        if said.get("is_snapshotuser") == 1:
            raise errors.Snapshot("snapshot page")
        return Grant(_text(said, "openid"), str(said.get("unionid", "")), _text(said, "access_token"))

    def profile(self, grant: Grant) -> Profile:
        """Of who agreed to `Scope.USERINFO`. Unanswered, Refused."""
        said = self._get("/sns/userinfo", access_token=grant.access_token, openid=grant.openid, lang="zh_CN")
        return Profile(str(said.get("nickname", "")), str(said.get("unionid", "")))

    def _get(self, path: str, **params: str) -> dict[str, Any]:
        try:
            answer = self._http.get(f"{self._base_url}{path}", params=params, timeout=self._timeout)
        except httpx.HTTPError as error:  # its text may hold the address, and so the secret
            raise errors.Unanswered(type(error).__name__) from None
        try:
            said = json.loads(answer.content)
        except ValueError:
            raise errors.Unanswered(f"HTTP {answer.status_code}") from None
        if answer.status_code != httpx.codes.OK or not isinstance(said, dict):
            raise errors.Unanswered(f"HTTP {answer.status_code}")
        if code := said.get("errcode"):
            raise errors.refusal(int(code), str(said.get("errmsg", "")))
        return said


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise errors.Unanswered(f"no {name}")
    return value
