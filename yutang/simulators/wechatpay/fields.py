"""What a merchant sends: fields that are as documented, else the platform's PARAM_ERROR."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Refusal(Exception):
    """An error as the platform says it."""

    def __init__(self, status: int, code: str, message: str, detail: Mapping[str, Any] | None = None) -> None:
        self.status, self.code, self.message, self.detail = status, code, message, detail
        super().__init__(code, message)


def parameter(field_name: str, issue: str) -> Refusal:
    return Refusal(
        400,
        "PARAM_ERROR",
        f"参数错误：{field_name} {issue}",
        {"field": f"/{field_name}", "issue": issue, "location": "body"},
    )


def text(data: Mapping[str, Any], name: str, *, least: int = 0, most: int = 256) -> str:
    found = data.get(name, "")
    if not isinstance(found, str) or not least <= len(found) <= most:
        raise parameter(name, "长度不符合要求")
    return found


def matching(data: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    found = text(data, name)
    if not pattern.fullmatch(found):
        raise parameter(name, "格式错误")
    return found


def amount(data: Mapping[str, Any], name: str) -> int:
    money = data.get("amount")
    if not isinstance(money, dict) or money.get("currency", "CNY") != "CNY":
        raise parameter("amount/currency", "只支持CNY")
    found = money.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise parameter(f"amount/{name}", "应为正整数，单位为分")
    return found


def notify_url(data: Mapping[str, Any], *, required: bool) -> str:
    """The platform wants HTTPS; this one speaks to nobody but this machine."""
    found = text(data, "notify_url")
    if not found and not required:
        return ""
    if not is_local(found) or "?" in found:
        raise parameter("notify_url", "应为本机地址且不能携带参数")
    return found


def is_local(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK
