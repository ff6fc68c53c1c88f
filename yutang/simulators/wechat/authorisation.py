"""WeChat's side of web page authorisation. Nothing here is shared with our client: a mistake made there must not be
made here too."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from .accounts import OfficialAccount, Person

LIFETIME = timedelta(minutes=5)
_ORDER = ("appid", "redirect_uri", "response_type", "scope", "state")
_STATE = re.compile(r"[A-Za-z0-9]{0,128}")
BASE, USERINFO = "snsapi_base", "snsapi_userinfo"


class Refusal(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code, self.message = code, message


@dataclass
class Code:
    person: Person
    scope: str
    until: datetime
    is_used: bool = False


class Authorisation:
    def __init__(self, account: OfficialAccount, now: Callable[[], datetime]) -> None:
        self._account = account
        self._now = now
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, tuple[Person, str]] = {}
        self._lock = threading.Lock()

    def asked(self, query: str) -> dict[str, str]:
        """The checked parameters of the page that asks. Refusal."""
        pairs = parse_qsl(query, keep_blank_values=True)
        if tuple(name for name, _ in pairs) != _ORDER:
            raise Refusal(10001, "参数错误")
        given = dict(pairs)
        if given["appid"] != self._account.app_id:
            raise Refusal(40013, "invalid appid")
        if urlsplit(given["redirect_uri"]).hostname not in self._account.domains:
            raise Refusal(10003, "redirect_uri域名与后台配置不一致")
        if given["response_type"] != "code" or given["scope"] not in (BASE, USERINFO):
            raise Refusal(10005, "Scope 参数错误或没有 Scope 权限")
        if not _STATE.fullmatch(given["state"]):
            raise Refusal(10001, "state 参数错误")
        return given

    def granted(self, asked: Mapping[str, str], person: Person) -> str:
        """Where the browser goes with its code."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = Code(person, asked["scope"], self._now() + LIFETIME)
        where = asked["redirect_uri"]
        query = urlencode({"code": code, "state": asked["state"]})
        return f"{where}{'&' if urlsplit(where).query else '?'}{query}"

    def exchange(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Refusal."""
        if given.get("appid") != self._account.app_id:
            raise Refusal(40013, "invalid appid")
        if given.get("secret") != self._account.secret:
            raise Refusal(40125, "invalid appsecret")
        if given.get("grant_type") != "authorization_code":
            raise Refusal(40002, "invalid grant_type")
        with self._lock:
            code = self._codes.get(given.get("code", ""))
            if code is None:
                raise Refusal(40029, "invalid code")
            if code.is_used:
                raise Refusal(40163, "code been used")
            if code.until <= self._now():
                raise Refusal(40029, "invalid code")
            code.is_used = True
            token = secrets.token_urlsafe(48)
            self._tokens[token] = (code.person, code.scope)
        said: dict[str, Any] = {
            "access_token": token, "expires_in": 7200, "refresh_token": secrets.token_urlsafe(48),
            "openid": code.person.openid(self._account), "scope": code.scope,
        }  # fmt: skip
        if self._account.is_bound:
            said["unionid"] = code.person.unionid
        if code.person.is_snapshot:
            said["is_snapshotuser"] = 1
        return said

    def profile(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Refusal."""
        with self._lock:
            known = self._tokens.get(given.get("access_token", ""))
        if known is None:
            raise Refusal(40001, "invalid credential")
        person, scope = known
        if given.get("openid") != person.openid(self._account):
            raise Refusal(40003, "invalid openid")
        if scope != USERINFO:
            raise Refusal(48001, "api unauthorized")
        said: dict[str, Any] = {
            "openid": given["openid"], "nickname": person.name, "sex": 0, "city": "", "headimgurl": "", "privilege": [],
        }  # fmt: skip
        return said | ({"unionid": person.unionid} if self._account.is_bound else {})
